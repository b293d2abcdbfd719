#!/usr/bin/env bash
# Runs the suites with a sanitizer, in a build folder of its own: the tests and the services they
# start are built with it. Every report is printed at the end, and none may be there.
#
#   Tests/sanitize.sh thread|address [SUITE...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

case "${1:-}" in
thread | address) sanitizer=$1 ;;
*)
    echo "usage: sanitize.sh thread|address [SUITE...]" >&2
    exit 2
    ;;
esac
shift
suites=("$@")
[ $# -gt 0 ] || suites=(ProtobufCTests TTRPCTests FuzzTests PaymentsTests LedgerTests
    StorageTests ServiceKitTests OperationsTests GatewayTests BillingTests SimulationTests
    EndToEndTests)

scratch=$root/.build-$sanitizer
reports=$scratch/reports
# A service that made a report ends with this status, and its test fails too; the report itself is
# in a file, since a service that is killed afterwards ends with no status of its own.
common="exitcode=66 log_path=$reports/report"
symbolizer=$(command -v llvm-symbolizer || true)
[ -z "$symbolizer" ] || common+=" external_symbolizer_path=$symbolizer"
export TSAN_OPTIONS="$common halt_on_error=0 suppressions=$root/Tests/Sanitizers/races.txt"
export ASAN_OPTIONS="$common detect_leaks=1"
export LSAN_OPTIONS="suppressions=$root/Tests/Sanitizers/leaks.txt print_suppressions=0"
# A tenth of the histories and fewer kills: they take ten times as long. So do waits.
export REMIT_SIMULATION_SEEDS=${REMIT_SIMULATION_SEEDS:-300} REMIT_KILLS=${REMIT_KILLS:-40}
export REMIT_PATIENCE=${REMIT_PATIENCE:-10}

swift build --build-tests --sanitize="$sanitizer" --scratch-path "$scratch"
rm -rf "$reports"
mkdir -p "$reports"
failed=()
for suite in "${suites[@]}"; do
    skipped=()
    if [ "$suite" = EndToEndTests ]; then
        # Those with a preloaded library: the sanitizer has its own write, pwrite64 and send in the
        # program, which are found before the library's, so that nothing would fail. All the
        # rest runs; of bad input only the services' memory is not looked at, since a sanitizer keeps
        # what is freed.
        skipped=(--skip 'Injection(Count)?Tests|PowerLossTests')
    fi
    Tests/suite.sh "^$suite\\." --scratch-path "$scratch" \
        ${skipped[@]+"${skipped[@]}"} || failed+=("$suite")
done

if compgen -G "$reports/*" >/dev/null; then
    cat "$reports"/*
    echo "sanitize.sh: the $sanitizer sanitizer made reports: $(ls "$reports" | wc -l) processes" >&2
    exit 1
fi
if [ ${#failed[@]} -gt 0 ]; then
    echo "sanitize.sh: failed with the $sanitizer sanitizer: ${failed[*]}" >&2
    exit 1
fi
echo "the $sanitizer sanitizer is silent"
