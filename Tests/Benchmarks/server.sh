# Sourced by the scripts of this folder: a gateway with the debug service on a core of its own.
#
#   start_server [SETTING…]    sets $server_pid and $port
#   stop_server
#
# $REMIT_BIN is where the release binaries are (default: .build/release of this package). The server
# runs on core $SERVER_CORE (0) and loads on core $LOAD_CORE (1).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
binaries=${REMIT_BIN:-$root/.build/release}
server_core=${SERVER_CORE:-0}
load_core=${LOAD_CORE:-1}
work=$(mktemp -d)
server_pid=
port=

if [ ! -x "$binaries/remit-gateway" ]; then
    echo "$binaries has no remit-gateway: build for production (README.md), or set REMIT_BIN" >&2
    exit 2
fi
if [ "$(nproc)" -lt 2 ]; then
    echo "server and load need a core each; this machine has one" >&2
    exit 2
fi

stop_server() {
    [ -n "$server_pid" ] || return 0
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

trap 'stop_server; rm -rf "$work"' EXIT

start_server() {
    rm -rf "$work/data" "$work/ready"
    "$binaries/remit-gateway" init --data "$work/data" >/dev/null
    taskset -c "$server_core" "$binaries/remit-gateway" serve --listen 127.0.0.1:0 \
        --data "$work/data" --debug-echo "$@" >"$work/ready" 2>"$work/log" &
    server_pid=$!
    for ((tries = 0; tries < 200; tries++)); do
        if grep -qs '^listening' "$work/ready"; then break; fi
        kill -0 "$server_pid" 2>/dev/null || {
            cat "$work/log" >&2
            exit 1
        }
        sleep 0.05
    done
    port=$(sed -nE 's/^listening .*:([0-9]+)$/\1/p' "$work/ready")
    [ -n "$port" ] || {
        echo "the server did not get ready" >&2
        exit 1
    }
}

# build NAME: compiles a tool of this folder into $work.
build() {
    cc -O2 -Wall -Wextra -o "$work/$1" "$root/Tests/Benchmarks/$1.c" -lm
}

# value KEY LINE: the value of KEY=VALUE in a line.
value() {
    sed -nE "s/.*(^| )$1=([^ ]+).*/\\2/p" <<<"$2"
}

# holds EXPRESSION: whether an arithmetic comparison is true.
holds() {
    awk "BEGIN { exit !($1) }"
}
