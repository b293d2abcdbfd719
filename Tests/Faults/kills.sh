#!/usr/bin/env bash
# Kills the services at random under load, and checks that nothing is lost or charged twice.
# Prints kills, payments, outcomes and the seed; the same seed makes the same choices.
#
#   Tests/Faults/kills.sh COUNT [SEED]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

if ! [[ ${1:-} =~ ^[1-9][0-9]*$ && ${2:-1} =~ ^[0-9]+$ && $# -le 2 ]]; then
    echo "usage: kills.sh COUNT [SEED]" >&2
    exit 2
fi
export REMIT_KILLS=$1
[ $# -lt 2 ] || export REMIT_SEED=$2
swift build --build-tests
exec Tests/suite.sh EndToEndTests.KillTests
