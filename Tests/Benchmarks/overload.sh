#!/usr/bin/env bash
# Offers three times what the server can do, and looks whether it still does nearly as much as at
# its best, says no quickly, and is normal again soon.
#
#   Tests/Benchmarks/overload.sh [SETTING…]    settings are passed to the server, e.g.
#                                              --no-adaptive-limit to see what the limits are for
#
# Server and load run on a core each. For each kind of work: the peak, from a closed loop of as many
# callers as give the most; then, open loop, 0.7 of the peak, three times the peak, and 0.7 again.
# Ends with 1 if one of these does not hold:
#   goodput at three times the peak     at least 90 % of it
#   refused calls                       answered within 5 ms at the median, each with a delay
#   afterwards                          normal within 5 s
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

factor=${FACTOR:-3}
seconds=${SECONDS_OVERLOADED:-10}
build openload
failed=0

load() {
    taskset -c "$load_core" "$work/openload" -p "$port" -P "$server_pid" -T 1000 "$@"
}

# check WHAT EXPRESSION
check() {
    if holds "$2"; then
        printf '   ok      %s\n' "$1"
    else
        printf '   FAILED  %s\n' "$1"
        failed=1
    fi
}

# run NAME CONNECTIONS WORK…: one kind of work.
run() {
    local name=$1 connections=$2 peak=0 rate line callers
    shift 2
    printf '\n%s, %s connections\n' "$name" "$connections"
    for callers in 16 64 256; do
        line=$(load -c "$connections" "$@" closed:$callers:1 closed:$callers:3 | tail -1)
        rate=$(value good "$line")
        printf '   closed loop of %-4s %8.0f/s  p50 %s ms  p99 %s ms\n' \
            "$callers" "$rate" "$(value ok_p50_ms "$line")" "$(value ok_p99_ms "$line")"
        if holds "$rate > $peak"; then peak=$rate; fi
    done
    local calm offered
    calm=$(awk "BEGIN { printf \"%d\", $peak * 0.7 }")
    offered=$(awk "BEGIN { printf \"%d\", $peak * $factor }")
    load -c "$connections" "$@" "open:$calm:5" "open:$offered:$seconds" "open:$calm:8" >"$work/phases"
    local before over after
    before=$(sed -n 1p "$work/phases")
    over=$(sed -n 2p "$work/phases")
    after=$(sed -n 3p "$work/phases")
    for line in "$before" "$over" "$after"; do
        printf '   %-22s good %8.0f/s  refused %8.0f/s  late %5.0f/s  expired %5.0f/s  ' \
            "$(value phase "$line")" "$(value good "$line")" "$(value refused "$line")" \
            "$(value late "$line")" "$(value expired "$line")"
        printf 'p50 %.1f  p99 %.1f  refused p50 %.2f  p99 %.2f ms  rss %d MiB\n' \
            "$(value ok_p50_ms "$line")" "$(value ok_p99_ms "$line")" \
            "$(value refused_p50_ms "$line")" "$(value refused_p99_ms "$line")" \
            "$(($(value server_rss_kib "$line") / 1024))"
    done
    local good
    good=$(value good "$over")
    check "goodput $(awk "BEGIN { printf \"%.0f\", 100 * $good / $peak }") % of the peak (at least 90)" \
        "$good >= 0.9 * $peak"
    check "refused in $(value refused_p50_ms "$over") ms at the median (at most 5)" \
        "$(value refused_p50_ms "$over") <= 5 && $(value without_delay "$over") == 0"
    check "normal again after $(value settled_ms "$after") ms (at most 5000)" \
        "$(value settled_ms "$after") <= 5000"
    check "every call was answered" \
        "$(value unanswered "$over") + $(value failed "$over") + $(value failed "$after") == 0"
}

start_server "$@"
run "200 us of processor time a call" 16 -b 200
run "50 us of processor time a call" 16 -b 50
run "a group commit a call" 16 -k 1
run "20 us, then a group commit" 64 -b 20 -k 1
exit "$failed"
