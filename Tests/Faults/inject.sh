#!/usr/bin/env bash
# Makes each write, sync and send of one payment fail in turn, or kills the service there, and
# checks that the payment ends proven. Then the same for a full disk and for power cuts.
#
#   Tests/Faults/inject.sh [--full] [--count]
#     --full    every kind of fault at every call, for an approved and for a declined card
#     --count   only counts the calls of one payment, by strace and by inject.so: none is missed
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

suites='EndToEndTests\.(InjectionTests|FullDiskTests|PowerLossTests)'
for argument in "$@"; do
    case "$argument" in
    --full) export REMIT_FAULTS=full ;;
    --count) suites='EndToEndTests\.InjectionCountTests' ;;
    *)
        echo "usage: inject.sh [--full] [--count]" >&2
        exit 2
        ;;
    esac
done
swift build --build-tests
exec Tests/suite.sh "$suites"
