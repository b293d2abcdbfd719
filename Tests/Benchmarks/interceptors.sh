#!/usr/bin/env bash
# Measures what each stage that looks at a call costs: echo on 8 connections of 32 calls, server and
# load on a core each. In turns, so that what else the machine does hits all alike; the median of
# the rounds counts.
#
#   Tests/Benchmarks/interceptors.sh [ROUNDS]    default 5
#
# What each row adds to the first:
#
#   none           nothing: the limits, and no interceptor
#   no limit       less: no adaptive limit either
#   metadata       a traceparent that nobody looks for
#   identity       a bearer token, found in a table of grants (--access)
#   deadline       timeout_nano, a second
#   requestID      the interceptor of this name, and so on; tracing is sent a traceparent
#   all            the four interceptors, as a service has them
#   everything     all, the token, the deadline and the traceparent
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

rounds=${1:-5}
build openload
names=(none "no limit" metadata identity deadline)
names+=(requestID tracing metrics accessLog all everything)

token=remit_for-a-benchmark
hash=$(printf %s "$token" | sha256sum | cut -d ' ' -f 1)
printf '{"identities": [], "tokens": [{"name": "bench", "sha256": "%s", "tenant": "default",
  "scopes": ["debug"], "expires": "2100-01-01T00:00:00Z"}]}\n' "$hash" >"$work/access.json"
access=(--access "$work/access.json" --allow-plaintext-tokens)
bearer=(-m "authorization=Bearer $token")
trace=(-m traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01)

# Sets what the server is started with, and what the load sends.
configure() {
    settings=(--debug-stages none)
    sends=()
    case $1 in
    none) ;;
    "no limit") settings+=(--no-adaptive-limit) ;;
    metadata) sends=("${trace[@]}") ;;
    identity) settings+=("${access[@]}") sends=("${bearer[@]}") ;;
    deadline) sends=(-T 1000) ;;
    tracing) settings=(--debug-stages tracing) sends=("${trace[@]}") ;;
    all) settings=() ;;
    everything) settings=("${access[@]}") sends=("${bearer[@]}" "${trace[@]}" -T 1000) ;;
    *) settings=(--debug-stages "$1") ;;
    esac
}

for ((round = 0; round < rounds; round++)); do
    for name in "${names[@]}"; do
        configure "$name"
        start_server "${settings[@]}"
        line=$(taskset -c "$load_core" "$work/openload" -p "$port" -c 8 -e "${sends[@]}" \
            closed:256:1 closed:256:3 | tail -1)
        stop_server
        # Every call must have been let in, answered, and answered in time.
        bad="$(value refused "$line") + $(value late "$line") + $(value expired "$line")"
        if ! holds "$(value good "$line") > 0 && $bad + $(value failed "$line") == 0"; then
            echo "interceptors.sh: $name: $line" >&2
            exit 1
        fi
        value good "$line" >>"$work/$name.rates"
    done
done

median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

base=$(median "$work/none.rates")
printf '%-20s %10s %8s %10s\n' "looks at a call" calls/s ratio "ns a call"
for name in "${names[@]}"; do
    rate=$(median "$work/$name.rates")
    awk -v name="$name" -v rate="$rate" -v base="$base" 'BEGIN {
        printf "%-20s %10d %8.3f %+10.0f\n", name, rate, rate / base, 1e9 / rate - 1e9 / base
    }'
done
cat <<'END'
The binaries have no exporter: metrics calls instruments that do nothing, and tracing reads the
traceparent and makes a span id, but starts no span. accessLog makes no line of a call that
succeeds, unless the log level is debug. An echo is answered at once: its deadline is read, and
needs no timer.
END
