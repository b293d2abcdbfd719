#!/usr/bin/env bash
# Looks through Sources for what reviews would refuse and no compiler does, and for reasons of errors
# that proto/README.md does not list.
#
#   Tests/check-sources.sh               checks, and lists what it found
#   Tests/check-sources.sh --self-test   plants each violation in a copy, and expects it to be found
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Files that may read a card number or a verification code, and why.
unwrap_allowed='
Sources/ProtobufC/Arena.swift                 writes a request to the wire
Sources/Gateway/Handlers/VaultHandler.swift   checks what a card holder typed
Sources/Gateway/Vault/KeyRing.swift           seals the number and makes its fingerprint
Sources/Gateway/Bank/SandboxScenario.swift    the bank: its cards tell it what to play
'
# Files that may have a card number or a code as plain text, and why.
plain_allowed='
Sources/remit/Commands/CardOptions.swift      what an operator types, made a secret at once
'
# Files with a function that may be long, and why.
long_allowed='
Sources/Billing/Handlers/BillingError+RPC.swift   a table: the words for each error
Sources/Gateway/Handlers/GatewayError+RPC.swift   a table: the words for each error
'
# Files that say how the secret types print.
secret_types='Sources/Payments/Cards/CardNumber.swift Sources/ProtobufC/SensitiveText.swift'

max_file_lines=500
max_function_lines=70

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Writes the lines of a tree as FILE:LINE:TEXT: all of them, and without comments and strings.
read_tree() {
    (
        cd "$1"
        find Sources -name '*.swift' -print0 | sort -z |
            xargs -0 awk '{ print FILENAME ":" FNR ":" $0 }'
    ) >"$work/all"
    sed -E 's/"([^"\\]|\\.)*"/""/g; s#^([^:]*:[0-9]+:)(.*[^:])?//.*$#\1\2#' "$work/all" >"$work/code"
    grep -v '/Generated/' "$work/all" >"$work/ours" || true
    grep -v '/Generated/' "$work/code" >"$work/our-code" || true
}

# Prints findings of a rule, without those in files of a list ("path  reason" a line).
report() {
    local rule=$1 allowed=${2:-} line file
    while IFS= read -r line; do
        file=${line%%:*}
        if grep -qF "$file " <<<"$allowed"; then continue; fi
        echo "$rule: $line"
    done
}

# A file that no longer needs to be on a list must leave it.
report_stale() {
    local rule=$1 allowed=$2 pattern=$3 file
    while read -r file _; do
        [ -n "$file" ] || continue
        grep -qE "^$file:[0-9]+:.*$pattern" "$work/our-code" ||
            echo "stale-allow-list: $file: $rule allows it without need"
    done <<<"$allowed"
}

unwrap='(^|[^A-Za-z0-9_])with(Digits|Text)([^A-Za-z0-9_]|$)'
check_unwrapping() {
    { grep -E "$unwrap" "$work/code" || true; } |
        { grep -vE 'func with(Digits|Text)' || true; } | report card-unwrapped "$unwrap_allowed"
    report_stale card-unwrapped "$unwrap_allowed" "$unwrap"
}

plain='[A-Za-z0-9_]*([cC]ard_?([nN]umber|[dD]igits)|[vV]erification_?[cC]ode|[sS]ecurity_?[cC]ode'
plain+='|[pP]rimaryAccountNumber|[cC][vV][cCvV]2?|[pP][aA][nN])(s|Text|String|Digits|Bytes|Data)?`?'
plain+=' *: *((inout|borrowing|consuming|sending) +)?(Set<|\[|Optional<|ArraySlice<)?'
plain+='(String|Substring|StaticString|Data|UInt8|ByteBuffer)([^A-Za-z0-9_]|$)'
check_plain_text() {
    { grep -E ":[0-9]+:(.*[^A-Za-z0-9_])?$plain" "$work/code" || true; } |
        report card-as-plain-text "$plain_allowed"
    report_stale card-as-plain-text "$plain_allowed" "$plain"
}

check_conformances() {
    # Declarations may go on over several lines, up to their brace.
    awk -v secret_types="$secret_types" '
        {
            split($0, part, ":"); file = part[1]; line = part[2]
            text = substr($0, length(file) + length(line) + 3)
            if (text ~ /(extension|struct|class|enum|actor|protocol|typealias) .*(CardNumber|CardVerificationCode|SensitiveText)/) {
                declaration = ""; start = line; open = 1
            }
            if (open) {
                declaration = declaration " " text
                if (text ~ /[{=]/) {
                    open = 0
                    refused = "(Codable|Encodable|Decodable|LosslessStringConvertible|RawRepresentable|TextOutputStreamable|CodingKey)"
                    if (!index(" " secret_types " ", " " file " "))
                        refused = "(" refused "|CustomStringConvertible|CustomDebugStringConvertible|CustomReflectable)"
                    if (declaration ~ "(CardNumber|CardVerificationCode|SensitiveText)[^A-Za-z0-9_]*:.*" refused || declaration ~ "(CardNumber|CardVerificationCode|SensitiveText) *:.*" refused)
                        print file ":" start ":" declaration
                }
            }
        }' "$work/code" | report secret-type-conforms
}

check_imports() {
    { grep -E '^Sources/(Billing|remit-billing)/.*:[0-9]+:.*import +(struct +|class +|enum +|func +|protocol +)?Gateway([^A-Za-z0-9_]|$)' "$work/code" || true; } |
        report billing-imports-gateway
    { grep -E '^Sources/(Gateway|remit-gateway)/.*:[0-9]+:.*import +(struct +|class +|enum +|func +|protocol +)?Billing([^A-Za-z0-9_]|$)' "$work/code" || true; } |
        report gateway-imports-billing
    # An import without a word before it is internal in this package.
    { grep -E ':[0-9]+:.*(package|public|open|@_exported|@_implementationOnly|@_spi\([^)]*\)) +import +(struct +|class +|func +)?C[A-Z]' "$work/code" || true; } |
        { grep -vE '^Sources/(ProtobufC|CRemitMessages)/|/Generated/' || true; } |
        report c-module-exposed
}

check_money() {
    { grep -E '^Sources/(Payments|Ledger|Billing|Gateway|ServiceKit)/' "$work/our-code" || true; } |
        { grep -E ':[0-9]+:(.*[^A-Za-z0-9_])?(Double|Float|Float16|Float80|CGFloat|Decimal|TimeInterval)([^A-Za-z0-9_]|$)|[^A-Za-z0-9_.)$][0-9][0-9_]*\.[0-9]' || true; } |
        report floating-point
}

check_sendable() {
    awk '
        {
            split($0, part, ":"); file = part[1]; line = part[2]
            text = substr($0, length(file) + length(line) + 3)
            if (file != last) { settle(1); last = file; comment = -9 }
            if (text ~ /(^|[^\/:])\/\/([^\/]|$)/) { comment = line; waiting = "" }
            if (text ~ /@unchecked +Sendable|nonisolated\(unsafe\)/ && text !~ /^ *\/\// && line - comment > 2) {
                settle(1); waiting = $0; since = line
            }
            if (waiting != "" && line - since > 3) settle(1)
        }
        function settle(unused) { if (waiting != "") print waiting; waiting = "" }
        END { settle(1) }' "$work/ours" | report unchecked-sendable-without-reason
}

# The thread sanitizer does not see Swift's Mutex on Linux, and reports what it guards.
check_locks() {
    { grep -E ':[0-9]+:(.*[^A-Za-z0-9_])?Mutex *[<(]' "$work/our-code" || true; } |
        report lock-unseen-by-sanitizer
}

check_sizes() {
    awk -v max_file="$max_file_lines" -v max_function="$max_function_lines" '
        {
            split($0, part, ":"); file = part[1]; line = part[2] + 0
            text = substr($0, length(part[1]) + length(part[2]) + 3)
            if (line == max_file + 1) print file ":" line ": file of more than " max_file " lines"
            if (line == 1) depth = 0
            match(text, /^ */); indent = RLENGTH
            if (depth > 0 && indent == stack[depth] && text ~ /^ *}/) {
                if (line - from[depth] + 1 > max_function)
                    print file ":" from[depth] ": function of " line - from[depth] + 1 " lines"
                depth--
            } else if (text ~ /^ *([a-z@][A-Za-z()]* +)*(func [^ ]|init[?(<])/ && text !~ /^ *\/\// && text !~ /}$/) {
                # A requirement of a protocol has no body, and no brace at its indentation.
                while (depth > 0 && stack[depth] >= indent) depth--
                depth++; stack[depth] = indent; from[depth] = line
            } else if (depth > 0 && text ~ /[^ ]/ && indent < stack[depth]) {
                while (depth > 0 && indent < stack[depth]) depth--
            }
        }' "$work/ours" >"$work/sizes"
    { grep ': file of' "$work/sizes" || true; } | report file-too-long
    { grep ': function of' "$work/sizes" || true; } | report function-too-long "$long_allowed"
}

# What callers may have to act on is in the wire's list. The client's own words are not sent.
check_reasons() {
    awk -v page="$1/proto/README.md" '
        BEGIN { while ((getline line < page) > 0) known = known line }
        !/^Sources\/remit\// && match($0, /reason: "[A-Z_]+"/) {
            if (!index(known, "`" substr($0, RSTART + 9, RLENGTH - 10) "`")) print
        }' "$work/ours" | report reason-undocumented
}

# The test of access walks the tables of methods: a service that is not in one is not walked.
check_method_tables() {
    awk -F '"' '
        /^Sources\/RemitAPI\/Generated\/.*static let name = "remit\.(billing|gateway|debug)\./ {
            served[$2] = $0
        }
        /^Sources\/RemitAPI\/MethodTables.swift:/ {
            if (match($0, /extension [A-Za-z]+V1/))
                package = tolower(substr($0, RSTART + 10, RLENGTH - 12))
            rest = $0
            while (match(rest, /[A-Za-z]+Service\.methods/)) {
                name = substr(rest, RSTART, RLENGTH - 8)
                listed["remit." package ".v1." name] = 1
                rest = substr(rest, RSTART + RLENGTH)
            }
        }
        END { for (name in served) if (!(name in listed)) print served[name] }' "$work/all" |
        report service-without-method-table
}

check_leftovers() {
    { grep -E '(^|[^A-Za-z])(TODO|FIXME)([^A-Za-z]|$)' "$work/ours" || true; } | report leftover
    { grep -E ':[0-9]+:(.*[^A-Za-z0-9_.])?(/(work|root|home|Users|tmp|farm|mnt)/|\.\./shared)' "$work/all" || true; } |
        report machine-path
}

# Everything that is wrong in a tree.
check() {
    read_tree "$1"
    check_unwrapping
    check_plain_text
    check_conformances
    check_imports
    check_money
    check_sendable
    check_locks
    check_sizes
    check_reasons "$1"
    check_method_tables
    check_leftovers
}

# --- Self-test

failures=0

# plant RULE FILE TEXT: a file with this text is found by this rule, and by no other.
plant() {
    local rule=$1 file=$2 text=$3 found rules
    mkdir -p "$copy/$(dirname "$file")"
    [ ! -e "$copy/$file" ] || cp "$copy/$file" "$work/kept"
    printf '%s\n' "$text" >>"$copy/$file"
    found=$(check "$copy")
    rules=$(sed -E 's/:.*//' <<<"$found" | sort -u | tr '\n' ' ')
    if [ "$rules" != "$rule " ] || ! grep -qF "$file" <<<"$found"; then
        echo "self-test: $rule in $file: found '$rules'" >&2
        failures=$((failures + 1))
    fi
    if [ -e "$work/kept" ]; then mv "$work/kept" "$copy/$file"; else rm "$copy/$file"; fi
}

# accept FILE TEXT: nothing is wrong with this.
accept() {
    local file=$1 text=$2 found
    mkdir -p "$copy/$(dirname "$file")"
    printf '%s\n' "$text" >"$copy/$file"
    found=$(check "$copy")
    if [ -n "$found" ]; then
        echo "self-test: $file should pass: $found" >&2
        failures=$((failures + 1))
    fi
    rm "$copy/$file"
}

lines() { for ((i = 0; i < $1; i++)); do echo "$2"; done; }

self_test() {
    copy=$work/copy
    mkdir "$copy"
    cp -r "$here/../Sources" "$copy/Sources"
    mkdir "$copy/proto"
    cp "$here/../proto/README.md" "$copy/proto"
    local found
    found=$(check "$copy")
    if [ -n "$found" ]; then
        printf 'self-test: the sources must be clean first:\n%s\n' "$found" >&2
        exit 1
    fi
    local new=Sources/Gateway/New.swift
    plant card-unwrapped $new 'let text = number.withDigits { $0 }'
    plant card-unwrapped Sources/Billing/New.swift 'request.number.withText(log)'
    plant card-unwrapped Sources/remit/New.swift 'let read = code.withDigits'
    plant card-as-plain-text $new 'struct A { let pan: String }'
    plant card-as-plain-text Sources/Billing/New.swift 'func pay(cardNumber: String) {}'
    plant card-as-plain-text Sources/Payments/New.swift 'var verificationCode: [UInt8] = []'
    plant card-as-plain-text Sources/RemitAPI/Generated/New.swift 'package var verificationCode: String'
    plant card-as-plain-text Sources/Operations/New.swift 'func f(_ cvc: Data?) {}'
    plant card-as-plain-text $new 'let securityCodeText: Substring'
    plant card-as-plain-text $new 'let pans: Set<String>'
    plant secret-type-conforms $new 'extension CardNumber: Codable {}'
    plant secret-type-conforms $new $'extension CardVerificationCode:\n    Sendable,\n    Encodable\n{}'
    plant secret-type-conforms Sources/remit/New.swift 'extension SensitiveText: CustomStringConvertible {}'
    plant secret-type-conforms $new 'extension SensitiveText: @retroactive LosslessStringConvertible {}'
    plant secret-type-conforms Sources/Payments/Cards/CardNumber.swift 'extension CardNumber: Decodable {}'
    plant billing-imports-gateway Sources/Billing/New.swift 'import Gateway'
    plant billing-imports-gateway Sources/remit-billing/New.swift '@testable import Gateway'
    plant gateway-imports-billing $new 'internal import struct Billing.Thing'
    plant c-module-exposed $new 'package import CProtobufC'
    plant c-module-exposed Sources/TTRPC/Server/New.swift 'public import CRemitMessages'
    plant c-module-exposed Sources/TTRPC/Server/New.swift '@_exported import CLinux'
    plant floating-point Sources/Payments/New.swift 'let rate: Double'
    plant floating-point Sources/Ledger/New.swift 'let sum = Float(units)'
    plant floating-point Sources/Billing/New.swift 'let tax = units * 0.13'
    plant unchecked-sendable-without-reason $new 'final class A: @unchecked Sendable {}'
    plant unchecked-sendable-without-reason Sources/TTRPC/New.swift $'/// Sendable.\nclass A: @unchecked Sendable {\n    let a = 1\n    let b = 1\n    let c = 1\n    let d = 1\n    // Too far away.\n}'
    plant lock-unseen-by-sanitizer $new 'let state = Mutex(0)'
    plant lock-unseen-by-sanitizer Sources/TTRPC/New.swift 'let state: Mutex<Int>'
    plant file-too-long $new "$(lines 501 'let a = 1')"
    plant function-too-long $new $'struct A {\n    private static func long() {\n'"$(lines 69 '        work()')"$'\n    }\n}'
    plant function-too-long $new $'func long(\n    _ a: Int\n) {\n'"$(lines 69 '    work()')"$'\n}'
    plant reason-undocumented $new 'throw RPCError(.internal, "No.", reason: "NOT_LISTED")'
    plant service-without-method-table Sources/RemitAPI/Generated/New.swift 'package static let name = "remit.debug.v1.NewService"'
    plant leftover $new '// TODO: later'
    plant leftover $new '/// FIXME'
    plant machine-path $new 'let path = "/home/someone/x"'
    plant machine-path $new '// see ../shared'
    local allowed=Sources/Gateway/Vault/KeyRing.swift
    mv "$copy/$allowed" "$work/kept-ring"
    plant stale-allow-list "$allowed" 'struct KeyRing {}'
    mv "$work/kept-ring" "$copy/$allowed"

    accept $new '// The number is read by withDigits alone, a Double never; see https://example.com.'
    accept $new 'func result(cvcResult: String, cardNumber: CardNumber, code: CardVerificationCode?) {}'
    accept $new $'final class A: @unchecked Sendable {\n    // Sendable: behind a lock.\n}'
    accept $new $'func f() {\n'"$(lines 68 '    work()')"$'\n}'
    accept $new 'RPCError(.notFound, "No.", reason: "NOT_FOUND")'
    accept Sources/remit/New.swift 'RPCError(.internal, "No.", reason: "NOT_LISTED")'
    accept Sources/TTRPC/Server/New.swift $'import CProtobufC\ninternal import CRemitMessages'
    accept Sources/Payments/New.swift 'let text = "12.50", version = 3'
    accept $new $'protocol P {\n    func a()\n    func b()\n'"$(lines 80 '    // Text.')"$'\n}'
    if [ "$failures" -gt 0 ]; then exit 1; fi
    echo "self-test passed"
}

case "${1:-}" in
--self-test) self_test ;;
"")
    found=$(check "$here/..")
    if [ -n "$found" ]; then
        printf '%s\n' "$found" >&2
        exit 1
    fi
    ;;
*)
    echo "usage: Tests/check-sources.sh [--self-test]" >&2
    exit 2
    ;;
esac
