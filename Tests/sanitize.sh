#!/usr/bin/env bash
# Runs the suites with a sanitizer, each in a build folder of its own: the tests and the services
# they start are built with it.
#
#   Tests/sanitize.sh thread|address
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

case "${1:-}" in
thread | address) sanitizer=$1 ;;
*)
    echo "usage: sanitize.sh thread|address" >&2
    exit 2
    ;;
esac

scratch=$root/.build-$sanitizer
# A report ends the process with this status; whoever waits for it sees a service that failed.
export TSAN_OPTIONS="halt_on_error=1 exitcode=66"
# Swift's runtime keeps memory until the end on purpose.
export ASAN_OPTIONS="detect_leaks=0 exitcode=66"
# A tenth of the histories: they take ten times as long.
export REMIT_SIMULATION_SEEDS=${REMIT_SIMULATION_SEEDS:-300} REMIT_KILLS=${REMIT_KILLS:-40}

swift build --build-tests --sanitize="$sanitizer" --scratch-path "$scratch"
for filter in ProtobufCTests TTRPCTests PaymentsTests LedgerTests StorageTests OperationsTests \
    GatewayTests BillingTests SimulationTests; do
    swift test --skip-build --sanitize="$sanitizer" --scratch-path "$scratch" \
        --filter "^$filter\\."
done
# Preloaded faults and limits on memory do not go with a sanitizer's own allocator.
swift test --skip-build --sanitize="$sanitizer" --scratch-path "$scratch" \
    --filter '^EndToEndTests\.' --skip 'InjectionTests|PowerLossTests|FullDiskTests|BadFrame'
