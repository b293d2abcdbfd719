#!/usr/bin/env bash
# Measures Remit's RPC layer beside its peers, in one go and on the same cores, and prints tables
# with ratios: the echo at several shapes, streams, the allocations a call, encoding and decoding.
#
#   Tests/Benchmarks/run.sh [ROUNDS]      5 by default, about four minutes when all is built
#
# The server runs on the first core, the load on the second; rounds are interleaved, and medians
# are printed. Installs and builds what is missing. Environment:
#
#   REMIT_BIN=FOLDER    take the programs from there in place of building them
#   PEERS="c go"        leave peers out (c, nio, go and grpc otherwise)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/Tests/Benchmarks
cd "$root"

rounds=${1:-5}
if ! [[ $rounds =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: Tests/Benchmarks/run.sh [ROUNDS]" >&2
    exit 2
fi
read -ra peers <<<"${PEERS-c nio go grpc}"
# Connections × calls outstanding on each.
shapes=("1 1" "8 1" "8 32")
sizes=(100 4096)
seconds=1
warm_up=0.3 warm_up_ms=300

if [ "$(nproc)" -lt 2 ]; then
    echo "run.sh: needs two cores" >&2
    exit 2
fi
# shellcheck source=Tests/Benchmarks/servers.sh
source "$here/servers.sh"
has() { [[ " ${peers[*]} " == *" $1 "* ]]; }

step "building"
build_tools
build_remit CodecBenchmark StreamBenchmark NIOEcho
if has go; then build_go && build_go_codec; fi
if has grpc; then build_grpc; fi

# --- Calls

# The rate in what a load has printed, by sed's PATTERN; fails where there is none.
rate() {
    local found
    found=$(sed -nE "s/$1/\\1/p" "$work/load")
    if ! [[ $found =~ ^[1-9][0-9.]*$ ]]; then
        echo "run.sh: no rate in:" >&2
        cat "$work/load" >&2
        return 1
    fi
    echo "$found"
}

ttload_rate='^([0-9]+) requests\/s.*'

# Calls a second of one server: NAME CONNECTIONS OUTSTANDING BYTES.
measure() {
    if [ "$1" = grpc ]; then
        taskset -c 1 h2load -c "$2" -m "$3" --warm-up-time="${warm_up_ms}ms" -D "$seconds" \
            -H 'content-type: application/grpc' -H 'te: trailers' -d "$work/grpc-$4" \
            "http://127.0.0.1:${port[grpc]}/echo.Echo/Echo" >"$work/load"
        # Every call that was begun must have been answered with success.
        grep -qE ' 0 failed, 0 errored' "$work/load" || { cat "$work/load" >&2 && return 1; }
        rate '^finished in .*, ([0-9.]+) req\/s.*'
        return
    fi
    taskset -c 1 "$work/ttload" -p "${port[$1]}" -f "$work/echo-$4" -e -c "$2" -o "$3" \
        -t "$seconds" -w "$warm_up" >"$work/load" || { cat "$work/load" >&2 && return 1; }
    rate "$ttload_rate"
}

servers=(remit "${peers[@]}")
for server in "${servers[@]}"; do start_server "$server"; done

step "echo: $rounds rounds of ${#shapes[@]} shapes × ${#sizes[@]} sizes × ${#servers[@]} servers"
for round in $(seq "$rounds"); do
    for size in "${sizes[@]}"; do
        for shape in "${shapes[@]}"; do
            read -r connections outstanding <<<"$shape"
            for server in "${servers[@]}"; do
                calls=$(measure "$server" "$connections" "$outstanding" "$size")
                echo "${connections}×$outstanding, $size B	$server	$calls"
            done
        done
    done
done >"$work/rates"
title="Calls a second, median of $rounds (Remit's as a multiple of the peer's)"
awk -F '\t' -v title="$title" -f "$here/table.awk" "$work/rates"

# --- Calls that wait

# What WorkRequest asks for, after 100 bytes of payload: a hand-off, or a commit.
{ cat "$work/echo-100" && printf '\x20\x01'; } >"$work/handoff"
{ cat "$work/echo-100" && printf '\x18\x01'; } >"$work/commit"

# Calls a second of Remit's that wait: handoff or commit.
measure_work() {
    taskset -c 1 "$work/ttload" -p "${port[remit]}" -M Work -f "$work/$1" -c 8 -o 32 \
        -t "$seconds" -w "$warm_up" >"$work/load" || { cat "$work/load" >&2 && return 1; }
    rate "$ttload_rate"
}

step "calls that wait for another thread: 8×32, 100 B"
for round in $(seq "$rounds"); do
    for kind in handoff commit; do
        for server in "${servers[@]}"; do
            if [ "$server" = remit ]; then
                calls=$(measure_work "$kind")
            else
                calls=$(measure "$server" 8 32 100)
            fi
            echo "$kind	$server	$calls"
        done
    done
done >"$work/waits"
title="Calls a second that wait for a group (peers: their plain echo), median of $rounds"
awk -F '\t' -v title="$title" -f "$here/table.awk" "$work/waits"

# --- Streams

step "streams"
for round in $(seq "$rounds"); do
    taskset -c 1 "$bin/StreamBenchmark" 1 127.0.0.1 "${port[remit]}"
    if has grpc; then taskset -c 1 "$grpc" streams 1 127.0.0.1 "${port[grpc]}"; fi
done >"$work/streams"
title="Messages a second in streams on one connection, median of $rounds"
awk -F '\t' -v title="$title" -f "$here/table.awk" "$work/streams"

# --- Allocations

step "allocations"
for server in "${servers[@]}"; do
    stop_server "$server"
    start_server "$server" counted
    # The first calls fill buffers and caches that later ones use.
    run_calls "$server" 20000
    before=$(allocations "$server")
    run_calls "$server" 100000
    after=$(allocations "$server")
    echo "$server $before $after" >>"$work/allocations"
done
awk '{ printf "%-8s %6.2f allocations a call at 8×32, 100 B\n", $1, ($3 - $2) / 100000 }' \
    "$work/allocations"

# --- Messages

step "messages"
for server in "${servers[@]}"; do stop_server "$server"; done
mkdir "$work/messages"
taskset -c 1 "$bin/CodecBenchmark" "$rounds" "$work/messages" >"$work/codec"
if has go; then taskset -c 1 "$work/go-codec" "$rounds" "$work/messages" >>"$work/codec"; fi
title="Messages a second, median of $rounds (remit: Swift values; c: libprotobuf-c alone)"
awk -F '\t' -v title="$title" -f "$here/table.awk" "$work/codec"
