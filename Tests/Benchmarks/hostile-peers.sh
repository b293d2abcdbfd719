#!/usr/bin/env bash
# Measures what one client sees while others misbehave, and what memory the server needs for them.
#
#   Tests/Benchmarks/hostile-peers.sh
#
# 10,000 idle connections; 1,000 peers that send a byte a second; 1,000 that fell silent inside a
# frame; 1,000 that closed their sending side inside one; 100 that ask for much and read a byte a
# second. Ends with 1 if the client's p99 is more than twice what it is alone (and more than half a
# millisecond worse), or the memory is not bounded. "At first" is its p99 in the four seconds in
# which they all connect and send what they have: the calls of the last are a load like any other.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

seconds=${SECONDS_HOSTILE:-10}
rate=${RATE:-2000}
build openload
build hostile
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
failed=0

# Two phases: while the peers connect and do their first, and when they are there.
measure() {
    taskset -c "$load_core" "$work/openload" -p "$port" -P "$server_pid" -c 8 -b 20 -T 1000 \
        "open:$rate:4" "open:$rate:5"
}

row() { printf '%-34s %8s %8s %7s %9s %9s %8s\n' "$@"; }

alone_p99=
alone_rss=

# run NAME KIND COUNT MOST_MIB: measures with COUNT peers of a KIND, which come after the client.
run() {
    local name=$1 kind=$2 count=$3 most=$4 first line p99 rss closed=- peers load
    # Those of the run before are gone, and the server has noticed.
    sleep 1
    measure >"$work/phases" &
    load=$!
    if [ "$kind" != none ]; then
        sleep 0.5
        taskset -c "$load_core" "$work/hostile" -p "$port" -s "$seconds" "$kind" "$count" \
            >"$work/hostile.out" &
        peers=$!
    fi
    wait "$load"
    if [ "$kind" != none ]; then
        wait "$peers"
        closed=$(sed -n 's/^closed //p' "$work/hostile.out")
    fi
    first=$(value ok_p99_ms "$(sed -n 1p "$work/phases")")
    line=$(sed -n 2p "$work/phases")
    p99=$(value ok_p99_ms "$line")
    rss=$(value server_rss_kib "$line")
    if [ "$kind" = none ]; then
        alone_p99=$p99
        alone_rss=$rss
    fi
    row "$name" "$(value ok_p50_ms "$line")" "$p99" \
        "$(awk "BEGIN { printf \"%.2f\", $p99 / $alone_p99 }")" "$first" "$((rss / 1024))" "$closed"
    if ! holds "$p99 <= 2 * $alone_p99 || $p99 <= $alone_p99 + 0.5"; then
        echo "   FAILED: p99 is more than twice that of a client alone"
        failed=1
    fi
    if ! holds "($rss - $alone_rss) / 1024 <= $most"; then
        echo "   FAILED: more than $most MiB of memory for them"
        failed=1
    fi
}

start_server --max-connections-per-peer 20000
row "peers beside the client" "p50 ms" "p99 ms" ratio "at first" "RSS MiB" closed
run "none" none 0 0
run "10,000 idle" idle 10000 400
run "1,000 that send a byte a second" drip 1000 100
run "1,000 silent inside a frame" mute 1000 100
run "1,000 half-closed inside a frame" half 1000 100
run "100 that read a byte a second" slow 100 100
run "none, afterwards" none 0 0
exit "$failed"
