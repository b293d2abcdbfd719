#!/usr/bin/env bash
# Runs one list of cases (cases.txt) between Remit and the ttRPC libraries of other languages: each
# client against Remit's server, and Remit's client against the Go server. Fails if one case does.
#
#   Tests/Interop/run.sh
#
# Installs what is missing. Takes the build of Remit that is there, and makes it where there is
# none.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/Tests/Interop
cd "$root"

work=$(mktemp -d)
started=()
finish() {
    if [ ${#started[@]} -gt 0 ]; then kill "${started[@]}" 2>/dev/null || true; fi
    wait
    rm -rf "$work"
}
trap finish EXIT

deploy/setup.sh peers

# --- The table

codes=(OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS
    PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED
    INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED)

# Prints a message of a type, given as text, as "=" and hexadecimal digits.
encode() {
    local type=$1 text=${2:-}
    while [[ $text =~ @fill\ ([0-9]+) ]]; do
        text=${text/"${BASH_REMATCH[0]}"/$(printf '%*s' "${BASH_REMATCH[1]}" '' | tr ' ' x)}
    done
    printf '='
    printf '%s' "$text" | protoc --proto_path=proto --encode="$type" \
        remit/debug/v1/echo.proto remit/debug/v1/probe.proto grpc/health/v1/health.proto \
        google/rpc/error_details.proto google/rpc/status.proto | od -An -v -tx1 | tr -d ' \n'
}

code_number() {
    local number
    for number in "${!codes[@]}"; do
        if [ "${codes[$number]}" = "$1" ]; then echo "$number" && return; fi
    done
    echo "run.sh: no status code $1" >&2
    return 1
}

begin_case() {
    name=$1 server=all via=direct service='' method='' request=- metadata=- timeout=0
    calls=1 callers=1 code=0 expected=-
}

end_case() {
    [ -n "$name" ] || return 0
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$server" "$via" "$service" \
        "$method" "$request" "$metadata" "$timeout" "$calls" "$callers" "$code" "$expected"
}

make_table() {
    local word rest type text
    begin_case ''
    while read -r word rest; do
        case $word in
        '' | '#'*) ;;
        case) end_case && begin_case "$rest" ;;
        at) server=$rest ;;
        via) via=$rest ;;
        call) service=${rest%/*} method=${rest#*/} ;;
        metadata) metadata=$rest ;;
        timeout) timeout=$rest ;;
        times) read -r calls _ callers <<<"$rest" ;;
        send)
            read -r type text <<<"$rest"
            request=$(encode "$type" "$text")
            ;;
        expect)
            read -r code type text <<<"$rest"
            code=$(code_number "$code")
            if [ -n "$type" ]; then expected=$(encode "$type" "$text"); fi
            ;;
        *)
            echo "run.sh: cases.txt: $word?" >&2
            return 1
            ;;
        esac
    done <"$here/cases.txt"
    end_case
}

make_table >"$work/table"

# --- What is built

step() { printf '== %s (%d s)\n' "$1" "$SECONDS"; }

step "Go"
(cd "$here/go" && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' \
    GOCACHE="$work/go-cache" go build -o "$work/peer" .)

step "Rust"
mkdir -p "$work/rust/.cargo"
cp -r "$here/rust/." "$work/rust"
printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' \
    /usr/share/cargo/registry >"$work/rust/.cargo/config.toml"
(cd "$work/rust" && CARGO_HOME="$work/cargo" cargo build --offline --quiet)

step "Swift"
swift build --product InteropClient
swift build --product remit-gateway
bin=$(swift build --show-bin-path)

# --- The servers

# Waits until a file's first line begins with a word, and prints the line.
await_line() {
    local file=$1 word=$2 line
    for _ in $(seq 300); do
        line=$(grep -m 1 "$word" "$file" 2>/dev/null || true)
        if [ -n "$line" ]; then echo "$line" && return; fi
        sleep 0.1
    done
    echo "run.sh: nothing begins with '$word' in $(cat "$file")" >&2
    return 1
}

step "servers"
"$bin/remit-gateway" init --data "$work/data" >/dev/null
"$bin/remit-gateway" serve --data "$work/data" --listen 127.0.0.1:0 --debug-echo \
    >"$work/remit.out" 2>"$work/remit.err" &
started+=($!)
"$work/peer" serve 127.0.0.1:0 >"$work/go.out" 2>&1 &
started+=($!)
declare -A ways
remit=$(await_line "$work/remit.out" listening | awk '{ print $NF }')
go=$(await_line "$work/go.out" ready | awk '{ print $NF }')
for server in remit go; do
    "$work/peer" relay "${!server}" >"$work/relay-$server" 2>&1 &
    started+=($!)
    read -r _ closed open <<<"$(await_line "$work/relay-$server" ready)"
    ways[$server]="direct=${!server} half-closed=$closed half-open=$open"
done

# --- The runs

run_client() {
    local title=$1 server=$2
    shift 2
    # shellcheck disable=SC2086
    timeout 120 "$@" "$work/table" "$server" ${ways[$server]} >"$work/result" ||
        echo "the client itself	fail	0	exit status $?" >>"$work/result"
    sed "s/^/$title	/" "$work/result" >>"$work/results"
}

step "cases"
run_client "go → remit" remit "$work/peer" call
run_client "rust sync → remit" remit "$work/rust/target/debug/interop-rust" sync
run_client "rust async → remit" remit "$work/rust/target/debug/interop-rust" async
run_client "swift → remit" remit "$bin/InteropClient"
run_client "swift → go" go "$bin/InteropClient"

# One row a case, one column a client; a passed case shows its milliseconds a call.
awk -F '\t' '
    !($1 in column) { column[$1] = ++columns; title[columns] = $1 }
    !($2 in row) { row[$2] = ++rows; name[rows] = $2 }
    {
        cell[row[$2], column[$1]] = $3 == "pass" ? sprintf("%.2f", $4 / 1000) : "FAIL"
        if ($3 == "pass") passed++; else { failed++; why[failed] = $1 ": " $2 ": " $5 }
    }
    END {
        printf "%-26s", "ms a call"
        for (c = 1; c <= columns; c++) printf " %18s", title[c]
        printf "\n"
        for (r = 1; r <= rows; r++) {
            printf "%-26s", name[r]
            for (c = 1; c <= columns; c++)
                printf " %18s", (r, c) in cell ? cell[r, c] : "–"
            printf "\n"
        }
        for (f = 1; f <= failed; f++) print "FAILED " substr(why[f], 1, 400)
        printf "interop: %d passed, %d failed\n", passed, failed
        exit failed > 0
    }' "$work/results"
