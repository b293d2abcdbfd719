#!/usr/bin/env bash
# Makes the C and the Swift of proto/, which are committed.
#
#   proto/generate.sh            regenerate
#   proto/generate.sh --check    regenerate elsewhere and fail if the committed files differ
#
# Needs protoc, protoc-c and libprotobuf-dev (deploy/setup.sh test) and builds the plugin.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root/proto"

check=no
case "${1:-}" in
"") ;;
--check) check=yes ;;
*)
    echo "generate.sh: unknown argument '$1'" >&2
    exit 2
    ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
well_known=/usr/include
includes=(--proto_path=. --proto_path="$well_known")

swift build --package-path plugin --product protoc-gen-remit-swift >&2
plugin=$(swift build --package-path plugin --show-bin-path)/protoc-gen-remit-swift

# Options are read by the plugin alone: they and descriptor.proto never become C.
mapfile -t remit_files < <(find remit -name '*.proto' ! -name options.proto ! -path 'remit/rpc/*' |
    LC_ALL=C sort)
rpc_files=(google/rpc/error_details.proto google/rpc/status.proto grpc/health/v1/health.proto
    google/protobuf/any.proto google/protobuf/duration.proto remit/rpc/v1/connection.proto)
remit_files+=(google/protobuf/timestamp.proto)

mkdir -p "$work/c" "$work/rpc" "$work/remit" "$work/messages/include"
protoc-c "${includes[@]}" --c_out="$work/c" ttrpc/ttrpc.proto "${rpc_files[@]}" "${remit_files[@]}"
find "$work/c" -type f -exec sed -i '/#include "remit\/options.pb-c.h"/d' {} +

# A flat list of sources, and headers where C looks for them.
(cd "$work/c" && find . -name '*.pb-c.h' | LC_ALL=C sort | while read -r header; do
    install -D -m 644 "$header" "$work/messages/include/${header#./}"
    printf '#include "%s"\n' "${header#./}" >>"$work/messages/include/CRemitMessages.h"
done)
(cd "$work/c" && find . -name '*.pb-c.c' | while read -r source; do
    name=${source#./}
    install -m 644 "$source" "$work/messages/${name//\//.}"
done)
printf 'module CRemitMessages {\n    umbrella header "CRemitMessages.h"\n    export *\n}\n' \
    >"$work/messages/include/module.modulemap"

protoc "${includes[@]}" --plugin=protoc-gen-remit-swift="$plugin" \
    --remit-swift_out="$work/rpc" "${rpc_files[@]}"
protoc "${includes[@]}" --plugin=protoc-gen-remit-swift="$plugin" \
    --remit-swift_out="$work/remit" "${remit_files[@]}"

differs=no
install_folder() {
    if [ "$check" = yes ]; then
        diff --recursive --brief "$1" "$2" >&2 || differs=yes
    else
        rm -rf "$2"
        mkdir -p "$2"
        cp -r "$1/." "$2"
    fi
}
install_folder "$work/messages" "$root/Sources/CRemitMessages"
install_folder "$work/rpc" "$root/Sources/TTRPC/Generated"
install_folder "$work/remit" "$root/Sources/RemitAPI/Generated"

# What is fuzzed: all of them.
list=$root/Tests/Fuzz/Sources/MessageList.swift
"$root/Tests/Fuzz/list-messages.sh" >"$work/list"
if [ "$check" = no ]; then
    cp "$work/list" "$list"
elif ! cmp -s "$work/list" "$list"; then
    echo "generate.sh: $list differs" >&2
    differs=yes
fi
if [ "$differs" = yes ]; then
    echo "generate.sh: committed code is not what proto/ makes; run proto/generate.sh" >&2
    exit 1
fi
