#!/usr/bin/env bash
# Proves that no verification code is on disk.
#
# Three digits are found everywhere by chance. So this builds services that take codes of eight
# distinct digits, into a folder of its own, and pays with such codes: to the end, and with each
# service stopped at each point of a payment. After each, every file of the services is scanned
# for the codes. The tests must have been built: swift build --build-tests.
#
#   Tests/scan-codes.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
scratch=$root/.build-codes

for product in remit-gateway remit-billing; do
    REMIT_LONG_CVC=1 swift build --scratch-path "$scratch" --product "$product"
done

# The tests are those of the usual build: only the services differ.
output=$(mktemp)
trap 'rm -f "$output"' EXIT
status=0
REMIT_SCAN_CODES=1 REMIT_BINARIES="$scratch/debug" \
    Tests/suite.sh CodeScanTests 2>&1 | tee "$output" || status=$?
if ! grep -qE 'Suite "No verification code is on disk" passed' "$output"; then
    echo "scan-codes.sh: the scan did not run to its end" >&2
    exit 1
fi
exit "$status"
