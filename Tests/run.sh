#!/usr/bin/env bash
# Installs what is missing, builds, checks the generated code and runs every test.
#
#   Tests/run.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

step() { printf '\n== %s\n' "$1"; }

step "set-up"
deploy/setup.sh test

step "formatting"
swift format lint --strict --parallel --recursive \
    --configuration .swift-format Package.swift Sources Tests proto/plugin/Package.swift \
    proto/plugin/Sources proto/plugin/Tests

step "generated code: the generator's own tests, then regenerate and compare"
swift test --package-path proto/plugin
proto/generate.sh --check

step "build"
swift build --build-tests -Xswiftc -warnings-as-errors

step "tests"
swift test --skip-build -Xswiftc -warnings-as-errors
