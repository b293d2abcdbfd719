#!/usr/bin/env bash
# Runs tests that are built, in a temporary folder of their own. Afterwards it must be empty, and
# no service may run on; what a crash left is ended, unmounted and removed.
#
#   Tests/suite.sh FILTER [--scratch-path FOLDER] [argument of Swift Testing]...
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
if [ $# -eq 0 ]; then
    sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
filter=$1
shift
folder=$(mktemp -d "${TMPDIR:-/tmp}/remit-suite.XXXXXX")

# The ids of processes that work in the folder: it is in their arguments.
running() {
    local process
    for process in /proc/[0-9]*; do
        if tr '\0' '\n' 2>/dev/null <"$process/cmdline" | grep -qF "$folder/"; then
            echo "${process##*/}"
        fi
    done
}

clean() {
    if [ -n "${REMIT_KEEP_BENCHES:-}" ]; then
        echo "suite.sh: kept $folder" >&2
        return
    fi
    local id mount
    for id in $(running); do kill -KILL "$id" 2>/dev/null || true; done
    awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts |
        while read -r mount; do umount -l "$mount" || true; done
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM

# Tests that keep to time-outs are not held up by hundreds of others.
case "$filter" in
*TTRPCTests*) export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6 ;;
esac

build=.build
if [ "${1:-}" = --scratch-path ]; then
    build=$2
    shift 2
fi
# Not by `swift test`: on a machine that is busy it has been seen to wait for ever for tests that had
# ended.
status=0
TMPDIR=$folder NO_COLOR=1 "$build/debug/remitPackageTests.xctest" \
    --testing-library swift-testing --filter "$filter" "$@" || status=$?

if [ -z "${REMIT_KEEP_BENCHES:-}" ]; then
    left=$(find "$folder" -mindepth 1 -maxdepth 1 -printf '%f ')
    for id in $(running); do left+="process $id: $(tr '\0' ' ' <"/proc/$id/cmdline" || true) "; done
    if [ -n "$left" ]; then
        echo "suite.sh: after the tests of $filter there was left: $left" >&2
        [ "$status" -ne 0 ] || status=1
    fi
fi
exit "$status"
