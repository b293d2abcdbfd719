#!/usr/bin/env bash
# Makes a million calls to one gateway, ten times a hundred thousand, and fails unless its resident
# memory is within 5 % between the second tenth and the last, and it has as many files open.
#
#   Tests/Benchmarks/million.sh        REMIT_BIN=FOLDER takes a build that is there
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/Tests/Benchmarks
cd "$root"
# shellcheck source=Tests/Benchmarks/servers.sh
source "$here/servers.sh"

build_tools
build_remit
start_server remit

for tenth in $(seq 10); do
    run_calls remit 100000
    process=/proc/${pid[remit]}
    memory[tenth]=$(awk '$1 == "VmRSS:" { print $2 }' "$process/status")
    # Connections of the load are closed by the gateway a moment after their last call.
    for _ in $(seq 100); do
        files[tenth]=$(find "$process/fd" -mindepth 1 | wc -l)
        [ "${files[tenth]}" -gt "${files[1]}" ] || break
        sleep 0.1
    done
    echo "$((tenth * 100000)) calls: ${memory[tenth]} KiB resident, ${files[tenth]} files"
done

difference=$((memory[10] - memory[2]))
if [ $((${difference#-} * 20)) -gt "${memory[2]}" ] || [ "${files[10]}" != "${files[2]}" ]; then
    echo "million.sh: memory or files grew from the second tenth to the last" >&2
    exit 1
fi
