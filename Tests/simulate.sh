#!/usr/bin/env bash
# Runs histories of both services with faults: losses, delays, crashes.
#
#   Tests/simulate.sh COUNT [FIRST]     COUNT seeds, from FIRST (1) on
#   Tests/simulate.sh 1 SEED            one seed, with a trace of its steps
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

if [[ ! ${1:-} =~ ^[0-9]+$ || ! ${2:-1} =~ ^[0-9]+$ || $# -gt 2 ]]; then
    sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
export REMIT_SIMULATION_SEEDS=$1 REMIT_SIMULATION_FIRST=${2:-1}
if [[ $1 == 1 ]]; then export REMIT_SIMULATION_TRACE=1; fi
swift build --build-tests
exec Tests/suite.sh SimulationTests.SimulationTests/seeds
