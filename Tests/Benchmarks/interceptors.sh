#!/usr/bin/env bash
# Measures what each interceptor costs: echo on 8 connections of 32 calls, server and load on a core
# each, with none, with each alone and with all. In turns, so that what else the machine does hits
# all alike; the median of the rounds counts.
#
#   Tests/Benchmarks/interceptors.sh [ROUNDS]    default 5
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

rounds=${1:-5}
build openload
names=(none requestID tracing metrics accessLog all no-adaptive-limit)

settings() {
    case $1 in
    all) ;;
    no-adaptive-limit) echo --no-adaptive-limit --debug-stages none ;;
    *) echo "--debug-stages $1" ;;
    esac
}

for ((round = 0; round < rounds; round++)); do
    for name in "${names[@]}"; do
        # shellcheck disable=SC2046 # several words
        start_server $(settings "$name")
        line=$(taskset -c "$load_core" "$work/openload" -p "$port" -c 8 -e \
            closed:256:1 closed:256:3 | tail -1)
        value good "$line" >>"$work/$name.rates"
        stop_server
    done
done

median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

base=$(median "$work/none.rates")
printf '%-20s %10s %8s %10s\n' interceptors calls/s ratio "ns a call"
for name in "${names[@]}"; do
    rate=$(median "$work/$name.rates")
    awk -v name="$name" -v rate="$rate" -v base="$base" 'BEGIN {
        printf "%-20s %10d %8.3f %+10.0f\n", name, rate, rate / base, 1e9 / rate - 1e9 / base
    }'
done
