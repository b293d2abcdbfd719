# Sourced by run.sh and million.sh: builds and runs the echo servers that are measured. Each runs on
# the first core; port[NAME] is where it listens, pid[NAME] its process.

work=$(mktemp -d)
declare -A pid port
finish() {
    local process
    for process in "${pid[@]}"; do kill "$process" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT

step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS" >&2; }

# A varint of less than 16,384, as printf escapes.
varint() {
    if [ "$1" -lt 128 ]; then
        printf '\\x%x' "$1"
    else
        printf '\\x%x\\x%x' $(($1 % 128 + 128)) $(($1 / 128))
    fi
}

build_tools() {
    local size head length
    cc -O2 -Wall -Wextra -o "$work/ttload" "$here/ttload.c"
    cc -O2 -Wall -Wextra -o "$work/cecho" "$here/cecho.c"
    cc -O2 -Wall -Wextra -shared -fPIC -o "$work/mallocs.so" "$here/mallocs.c"
    for size in 100 4096; do
        # An EchoMessage, and the same with gRPC's five bytes in front.
        head="\\x0a$(varint "$size")"
        # shellcheck disable=SC2059
        { printf "$head" && printf '%*s' "$size" '' | tr ' ' x; } >"$work/echo-$size"
        length=$(printf '%08x' "$(wc -c <"$work/echo-$size")")
        # shellcheck disable=SC2059
        { printf '\0' && printf "$(sed 's/../\\x&/g' <<<"$length")" && cat "$work/echo-$size"; } \
            >"$work/grpc-$size"
    done
}

# The gateway, and what else is named, in release: as it is deployed.
build_remit() {
    local product
    if [ -n "${REMIT_BIN:-}" ]; then
        bin=$REMIT_BIN
        return
    fi
    "$root/deploy/setup.sh" build
    local release=(swift build -c release --static-swift-stdlib)
    for product in remit-gateway "$@"; do "${release[@]}" --product "$product" >&2; done
    bin=$("${release[@]}" --show-bin-path)
}

build_go() {
    "$root/deploy/setup.sh" peers
    (cd "$root/Tests/Interop/go" && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' \
        GOCACHE="$work/go-cache" go build -o "$work/peer" .)
}

# The same messages by Go's generator, into a folder that Go takes for a part of GOPATH.
build_go_codec() {
    local file standard=github.com/gogo/protobuf
    local map="Mgoogle/protobuf/timestamp.proto=$standard/types"
    map+=",Mgoogle/protobuf/descriptor.proto=$standard/protoc-gen-gogo/descriptor"
    local files=(remit/options.proto remit/type/money.proto remit/type/address.proto
        remit/debug/v1/echo.proto remit/billing/v1/payment.proto
        remit/billing/v1/account.proto remit/billing/v1/payment_method.proto)
    for file in "${files[@]}"; do map+=",M$file=remit/$(dirname "$file")"; done
    mkdir -p "$work/go/src/remit"
    for file in remit remit/type remit/debug/v1 remit/billing/v1; do
        # A package at a time.
        mapfile -t package < <(printf '%s\n' "${files[@]}" | grep -E "^$file/[a-z_]+\\.proto$")
        protoc --proto_path="$root/proto" --proto_path=/usr/include \
            --gofast_out="$map:$work/go/src/remit" "${package[@]}"
    done
    cp -r "$here/go" "$work/go/src/codec"
    (cd "$work/go/src/codec" && GO111MODULE=off GOPATH="$work/go:/usr/share/gocode" GOFLAGS='' \
        GOCACHE="$work/go-cache" go build -o "$work/go-codec" .)
}

build_grpc() {
    "$root/deploy/setup.sh" benchmarks
    local options=(-c release --package-path "$here/grpc" --scratch-path "$root/.build-grpc")
    swift build "${options[@]}" >&2
    grpc=$(swift build "${options[@]}" --show-bin-path)/grpc-echo
}

# Waits until a file has a line with a word, and prints the number at its end.
ready_port() {
    local line
    for _ in $(seq 300); do
        line=$(grep -m 1 "$2" "$1" 2>/dev/null || true)
        if [ -n "$line" ]; then grep -oE '[0-9]+$' <<<"$line" && return; fi
        sleep 0.1
    done
    echo "servers.sh: no '$2' in: $(cat "$1")" >&2
    return 1
}

# start_server NAME [counted]: starts a server, with its allocations counted.
start_server() {
    local name=$1 preload=() word=ready command
    if [ "${2:-}" = counted ] && [ "$name" != go ]; then
        preload=(env "MALLOCS=$work/mallocs-$name" "LD_PRELOAD=$work/mallocs.so")
    fi
    case $name in
    remit)
        word=listening
        [ -d "$work/data" ] || "$bin/remit-gateway" init --data "$work/data" >/dev/null
        command=("$bin/remit-gateway" serve --listen 127.0.0.1:0 --data "$work/data" --debug-echo)
        ;;
    c) command=("$work/cecho" 0) ;;
    nio) command=("$bin/NIOEcho" 0) ;;
    go) command=(env GOMAXPROCS=1 "$work/peer" serve 127.0.0.1:0) ;;
    grpc) command=("$grpc" serve 0) ;;
    esac
    taskset -c 0 "${preload[@]}" "${command[@]}" >"$work/out-$name" 2>"$work/err-$name" &
    pid[$name]=$!
    port[$name]=$(ready_port "$work/out-$name" "$word")
}

stop_server() {
    kill "${pid[$1]}"
    wait "${pid[$1]}" 2>/dev/null || true
    unset "pid[$1]"
}

# run_calls NAME COUNT: that many calls at 8×32, 100 B.
run_calls() {
    if [ "$1" = grpc ]; then
        taskset -c 1 h2load -c 8 -m 32 -n "$2" -H 'content-type: application/grpc' \
            -H 'te: trailers' -d "$work/grpc-100" \
            "http://127.0.0.1:${port[grpc]}/echo.Echo/Echo" >/dev/null
    else
        taskset -c 1 "$work/ttload" -p "${port[$1]}" -f "$work/echo-100" -e -c 8 -o 32 -N "$2" \
            -t 300 >/dev/null
    fi
}

# How many allocations a server has made.
allocations() {
    if [ "$1" != go ]; then
        od -An -tu8 "$work/mallocs-$1" | tr -d ' '
        return
    fi
    local seen
    seen=$(grep -c mallocs "$work/out-go" || true)
    kill -USR1 "${pid[go]}"
    until [ "$(grep -c mallocs "$work/out-go" || true)" -gt "$seen" ]; do sleep 0.05; done
    tail -n 1 "$work/out-go" | cut -d ' ' -f 2
}
