#!/usr/bin/env bash
# Installs what is missing, builds, checks the generated code and runs every test.
#
#   Tests/run.sh            what a change must pass: within 35 minutes on two cores
#   Tests/run.sh --full     also the long runs: the ttRPC libraries of other languages, every fault
#                           at every call, 1,000 kills, 50,000 simulated histories, the scan for
#                           verification codes, and the thread and address sanitizers over the
#                           whole suite
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

full=no
case "${1:-}" in
"") ;;
--full) full=yes ;;
*)
    echo "run.sh: unknown argument '$1' (none or --full)" >&2
    exit 2
    ;;
esac

started=$SECONDS
part='' part_started=$SECONDS
log=$(mktemp)
times=$(mktemp)
trap 'rm -f "$log" "$times"' EXIT

# Ends the part before, and notes how long it took.
step() {
    [ -z "$part" ] || printf '%6d s  %s\n' "$((SECONDS - part_started))" "$part" >>"$times"
    part=$1 part_started=$SECONDS
    printf '\n== %s (%d s)\n' "$part" "$((SECONDS - started))"
}

# Runs suites by a filter; the rest are arguments of Tests/suite.sh. What passes is not printed.
tests() {
    local filter=$1 status
    shift
    local of=${REMIT_FAULTS:+ with $REMIT_FAULTS faults}${REMIT_KILLS:+ with $REMIT_KILLS kills}
    of+=${REMIT_SIMULATION_SEEDS:+ with $REMIT_SIMULATION_SEEDS seeds}
    step "tests: $filter$of $*"
    set +e
    Tests/suite.sh "^$filter" "$@" 2>&1 | tee -a "$log" |
        grep -vE '^(◇|✔ (Test|Suite) )'
    status=${PIPESTATUS[0]}
    set -e
    [ "$status" -eq 0 ] || exit "$status"
}

step "set-up"
deploy/setup.sh test

step "formatting"
swift format lint --strict --parallel --recursive \
    --configuration .swift-format Package.swift Sources Tests proto/plugin/Package.swift \
    proto/plugin/Sources proto/plugin/Tests

step "sources"
Tests/check-sources.sh --self-test
Tests/check-sources.sh

step "generated code: the generator's own tests, then regenerate and compare"
swift test --package-path proto/plugin 2>&1 | tee -a "$log"
proto/generate.sh --check

step "build"
export REMIT_WARNINGS_AS_ERRORS=1
swift build --build-tests

# A folder at a time: tests that keep to time-outs are not held up by all the others.
for folder in Tests/*Tests; do
    case "$(basename "$folder")" in
    EndToEndTests | SimulationTests) ;;
    *) tests "$(basename "$folder")\\." ;;
    esac
done
tests 'EndToEndTests\.' --skip 'KillTests|InjectionTests|FullDiskTests|PowerLossTests'
tests 'EndToEndTests\.(KillTests|FullDiskTests|PowerLossTests)'
tests 'EndToEndTests\.InjectionTests'
tests 'SimulationTests\.'

step "fuzzing"
Tests/Fuzz/run.sh

if [ "$full" = yes ]; then
    step "interop"
    Tests/Interop/run.sh
    step "verification codes"
    Tests/scan-codes.sh
    REMIT_FAULTS=full tests 'EndToEndTests\.(InjectionTests|InjectionCountTests)'
    REMIT_KILLS=1000 tests 'EndToEndTests\.KillTests'
    REMIT_SIMULATION_SEEDS=50000 REMIT_SIMULATION_FIRST=10001 tests 'SimulationTests\.'
    for sanitizer in thread address; do
        step "$sanitizer sanitizer"
        Tests/sanitize.sh "$sanitizer"
    done
fi

# What was left out for want of something: a test's name and the reason that it gives. The counts of
# the suites have these among what has passed.
skipped=$(sed -nE 's/^➜ Test (.*) skipped(: (.*)|\.)$/\1: \3/p' "$log")
skips=$(grep -c . <<<"$skipped" || true)
passed=$(sed -nE 's/.*Test run with ([0-9]+) tests? .*passed.*/\1/p' "$log" |
    awk -v skips="$skips" '{ sum += $1 } END { print sum - skips }')
step "done"
cat "$times"
printf '%6d s  in all\n' "$((SECONDS - started))"
if [ "$skips" -gt 0 ]; then
    echo 'skipped:'
    sort <<<"$skipped" | uniq -c
fi
echo "$passed passed, 0 failed, $skips skipped"
