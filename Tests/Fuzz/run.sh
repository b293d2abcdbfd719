#!/usr/bin/env bash
# Fuzzes what reads bytes from the network, by libFuzzer with the address sanitizer: frames,
# envelopes, a server's and a client's connection, and every generated message.
#
#   Tests/Fuzz/run.sh [SECONDS]          60 by default: half on the messages, half on the rest
#   Tests/Fuzz/run.sh --grow SECONDS     the same, and writes what reached new code to Corpus/
#
# An input that breaks a rule is printed as a line for Corpus/, where a unit test replays it, and
# its file is kept as crash-TARGET beside the build. Takes SwiftPM's debug build for what others
# wrote (and makes it where there is none), and builds our own modules again, instrumented.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/Tests/Fuzz
cd "$root"

grow=no
if [ "${1:-}" = --grow ]; then
    grow=yes
    shift
fi
seconds=${1:-60}
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: Tests/Fuzz/run.sh [--grow] [SECONDS]" >&2
    exit 2
fi
targets=(messages frames envelope connection client)
work=$root/.build-fuzz
rm -rf "$work"
mkdir -p "$work"
step() { printf '== %s (%d s)\n' "$1" "$SECONDS"; }

# --- Build

deploy/setup.sh test
step "what others wrote, as SwiftPM builds it"
swift build --product FuzzReplay
bin=$(swift build --show-bin-path)
manifest=$root/.build/debug.yaml
objects=$bin/FuzzReplay.product/Objects.LinkFileList

clang=$(dirname "$(command -v swiftc)")/clang
command -v "$clang" >/dev/null || clang=clang
c_flags=(-g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address -std=gnu11)

# libprotobuf-c is the decoder: without its source the sanitizer would not look inside of it.
library_source() {
    sed 's/^Types: deb$/Types: deb-src/; s/^deb /deb-src /' \
        /etc/apt/sources.list.d/*.sources >"$work/apt/sources.sources" 2>/dev/null || true
    { grep -hs '^deb ' /etc/apt/sources.list || true; } | sed 's/^deb /deb-src /' \
        >"$work/apt/list.list"
    local options=(-qq -o "Dir::Etc::sourceparts=$work/apt" -o Dir::Etc::sourcelist=/dev/null
        -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
    timeout 60 apt-get "${options[@]}" update &&
        (cd "$work/library" &&
            timeout 60 apt-get "${options[@]}" source --download-only protobuf-c &&
            tar xf protobuf-c_*.orig.tar.* --strip-components 1)
}
mkdir -p "$work/apt" "$work/library" "$work/lists/partial"
step "libprotobuf-c's source"
library=()
if library_source >"$work/library.log" 2>&1; then
    library=("$work/library/protobuf-c.o")
    "$clang" "${c_flags[@]}" -DPACKAGE_VERSION='""' -I "$work/library" -c -o "${library[0]}" \
        "$work/library/protobuf-c/protobuf-c.c"
else
    echo "run.sh: not to be had; the installed library is fuzzed without looking inside of it" >&2
    sed 's/^/    /' "$work/library.log" >&2
    library=(-lprotobuf-c)
fi

step "messages in C"
printf '%s\0' Sources/CRemitMessages/*.c | xargs -0 -P "$(nproc)" -I '{}' sh -c '
    work=$1 source=$2
    shift 2
    "$@" -I Sources/CRemitMessages/include -c -o "$work/$(basename "$source").o" "$source"
' compile "$work" '{}' "$clang" "${c_flags[@]}"

# The C modules of other packages, as SwiftPM finds them.
mapfile -t imports < <(grep -m 1 '"-module-name","FuzzTargets"' "$manifest" |
    grep -oE '"-Xcc","(-fmodule-map-file=[^"]*|-I|/[^"]*)"' | tr -d '"' | tr ',' '\n')

# module NAME FLAG… FILE…: compiles a module of ours with instruments.
module() {
    local name=$1
    shift
    step "$name"
    swiftc -module-name "$name" -package-name remit -swift-version 6 -O -g -wmo -parse-as-library \
        -sanitize=fuzzer,address -Xcc -fsanitize=address -module-cache-path "$work/cache" \
        -enable-upcoming-feature ExistentialAny \
        -enable-upcoming-feature InternalImportsByDefault \
        -enable-upcoming-feature MemberImportVisibility \
        -enable-upcoming-feature NonisolatedNonsendingByDefault \
        -I "$work" -I "$bin/Modules" "${imports[@]}" \
        -emit-module -emit-module-path "$work/$name.swiftmodule" -c -o "$work/$name.o" "$@"
}
sources() { find "$1" -name '*.swift' | LC_ALL=C sort; }
for name in ProtobufC TTRPC RemitAPI; do
    mapfile -t files < <(sources "Sources/$name")
    module "$name" "${files[@]}"
done
mapfile -t files < <(sources "$here/Sources")
module FuzzTargets "${files[@]}"
mapfile -t files < <(sources "$here/LibFuzzer")
module Fuzz "${files[@]}"

step "link"
ours='/(ProtobufC|TTRPC|RemitAPI|CRemitMessages|FuzzTargets|FuzzReplay)\.build/'
grep -vE "$ours" "$objects" >"$work/others"
swiftc -sanitize=fuzzer,address -use-ld=lld -parse-as-library -o "$work/fuzz" "$work"/*.o \
    "@$work/others" "${library[@]}" -lz

# --- Run

# Inputs are committed as text: a line each. Makes files of them.
unpack() {
    local line number=0
    mkdir -p "$work/corpus-$1"
    while read -r line; do
        case $line in '' | '#'*) continue ;; esac
        number=$((number + 1))
        # shellcheck disable=SC2001
        printf '%b' "$(sed 's/../\\x&/g' <<<"$line")" >"$work/corpus-$1/$number"
    done <"$here/Corpus/$1.hex"
}

as_line() { od -An -v -tx1 "$1" | tr -d ' \n' && echo; }

# fuzz TARGET SECONDS: fails when an input breaks a rule, and prints it.
fuzz() {
    local target=$1 status=0
    unpack "$target"
    # Swift's own crash handler hangs under the sanitizer, and hides the stack that matters.
    SWIFT_BACKTRACE=enable=no FUZZ_TARGET=$target ASAN_OPTIONS=detect_leaks=0 \
        "$work/fuzz" -max_total_time="$2" -max_len=4096 -timeout=10 \
        -rss_limit_mb=4096 -print_final_stats=1 -seed="${SEED:-0}" \
        -artifact_prefix="$work/crash-$target-" "$work/corpus-$target" \
        >"$work/$target.log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        echo "FAILED $target: $work/$target.log ends with"
        tail -n 40 "$work/$target.log"
        for input in "$work/crash-$target"-*; do
            [ -e "$input" ] || continue
            echo "for Corpus/$target.hex: $(as_line "$input")"
            echo "which rule it breaks: swift run FuzzReplay $target $input"
        done
        return "$status"
    fi
    printf '%-10s %9d inputs, %s\n' "$target" \
        "$(sed -nE 's/^stat::number_of_executed_units: *//p' "$work/$target.log")" \
        "$(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$work/$target.log" | tail -n 1)"
}

rest() {
    local target share=$((seconds / 4))
    for target in frames envelope connection client; do fuzz "$target" "$((share > 0 ? share : 1))"; done
}

step "fuzzing"
rest &
others=$!
status=0
fuzz messages "$seconds" || status=1
wait "$others" || status=1

if [ "$grow" = yes ]; then
    step "corpus"
    for target in "${targets[@]}"; do
        rm -rf "$work/least-$target"
        mkdir "$work/least-$target"
        FUZZ_TARGET=$target ASAN_OPTIONS=detect_leaks=0 "$work/fuzz" -merge=1 -max_len=256 \
            "$work/least-$target" "$work/corpus-$target" >"$work/merge-$target.log" 2>&1
        # What stands there already stays, comments and all.
        for input in "$work/least-$target"/*; do as_line "$input"; done | LC_ALL=C sort |
            grep -vxFf "$here/Corpus/$target.hex" >>"$here/Corpus/$target.hex" || true
    done
    wc -lc "$here"/Corpus/*.hex
fi
step "done"
exit "$status"
