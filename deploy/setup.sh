#!/usr/bin/env bash
# Installs what building and testing Remit needs and this machine lacks: Debian packages, nothing
# else. Swift 6.3 must be on the PATH already.
#
#   deploy/setup.sh [WHAT]    build: what the product needs (default); test: also what the checks of
#                             generated code need; peers: also the ttRPC libraries of other
#                             languages, with their compilers; benchmarks: a load generator for gRPC
set -euo pipefail

packages=(libprotobuf-c-dev libsqlite3-dev)
case "${1:-build}" in
build) ;;
test) packages+=(protobuf-compiler protobuf-c-compiler libprotobuf-dev openssl strace) ;;
peers)
    packages+=(protobuf-compiler gogoprotobuf golang-github-containerd-ttrpc-dev librust-ttrpc-dev)
    command -v go >/dev/null || packages+=(golang-go)
    command -v cargo >/dev/null || packages+=(cargo)
    ;;
benchmarks) packages+=(nghttp2-client) ;;
*)
    echo "setup.sh: unknown argument '$1' (build, test, peers or benchmarks)" >&2
    exit 2
    ;;
esac

if ! command -v swift >/dev/null; then
    echo "setup.sh: Swift 6.3 is not on the PATH (https://www.swift.org/install)" >&2
    exit 2
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup.sh: not root and no sudo: apt-get install ${missing[*]}" >&2
        exit 2
    fi
    as_root=(sudo)
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
