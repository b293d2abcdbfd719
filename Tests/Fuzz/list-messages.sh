#!/usr/bin/env bash
# Prints Sources/MessageList.swift: every message that proto/generate.sh made, which calls this. A
# test fails when one is missing there.
set -euo pipefail
export LC_ALL=C
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

cat <<'HEAD'
// Made by Tests/Fuzz/list-messages.sh. Do not edit.
// swift-format-ignore-file

import RemitAPI
import TTRPC

extension MessageFuzz {
    /// Every generated message.
    package static let all: [FuzzedMessage] = [
HEAD
# Types by their indentation: a message may stand inside of another.
awk '
    FNR == 1 { depth = 0 }
    match($0, /^ *(extension|package struct|package enum) [A-Za-z0-9_.]+/) {
        indent = match($0, /[^ ]/) - 1
        words = split($0, word, " ")
        name = word[word[1] == "extension" ? 2 : 3]
        sub(/:$/, "", name)
        while (depth > 0 && stack[depth] >= indent) depth--
        depth++; stack[depth] = indent
        path[depth] = depth > 1 ? path[depth - 1] "." name : name
        if ($0 ~ /: WireMessage \{/) print "        FuzzedMessage(" path[depth] ".self),"
    }' Sources/*/Generated/*.swift | sort
printf '    ]\n}\n'
