#!/usr/bin/env bash
# Builds Remit and plays one customer's story on it: both services as processes of their own on
# loopback ports, with real storage in a temporary folder that is removed at the end.
#
#   deploy/demo.sh [options of `remit demo`]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

deploy/setup.sh build
for product in remit-gateway remit-billing remit; do
    swift build --product "$product"
done
exec "$(swift build --show-bin-path)/remit" demo "$@"
