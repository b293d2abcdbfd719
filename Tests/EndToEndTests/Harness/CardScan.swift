import Foundation
import Glibc

/// Looks for card numbers in files, in every form in which digits are commonly kept.
///
/// All patterns are looked for in one pass over each file: a table by two bytes of each pattern
/// tells where it is worth a look.
struct CardScan {
    /// A number that lies somewhere. It names the card by its last digits alone.
    struct Finding: Equatable, CustomStringConvertible {
        let path: String
        let lastFour: String
        let form: String
        var description: String { "…\(lastFour) as \(form) in \(path)" }
    }

    private struct Pattern {
        let lastFour: String
        let form: String
        let bytes: [UInt8]
        /// Where the two bytes stand by which the pattern is found.
        let keyOffset: Int
    }

    private let patterns: [Pattern]
    /// For each pair of bytes, 1 + where its patterns begin in `buckets`; 0 for none.
    private let table: [UInt16]
    private let buckets: [[Int]]

    init(_ numbers: some Sequence<String>) {
        var patterns: [Pattern] = []
        for number in numbers {
            var known: Set<[UInt8]> = []
            for (form, bytes) in DigitForms.all(of: number) where known.insert(bytes).inserted {
                patterns.append(
                    Pattern(
                        lastFour: String(number.suffix(4)),
                        form: form,
                        bytes: bytes,
                        keyOffset: Self.keyOffset(bytes)
                    )
                )
            }
        }
        var table = [UInt16](repeating: 0, count: 1 << 16)
        var buckets: [[Int]] = []
        for (index, pattern) in patterns.enumerated() {
            let pair = Int(pattern.bytes[pattern.keyOffset]) << 8
            let key = pair | Int(pattern.bytes[pattern.keyOffset + 1])
            if table[key] == 0 {
                buckets.append([])
                table[key] = UInt16(buckets.count)
            }
            buckets[Int(table[key]) - 1].append(index)
        }
        self.patterns = patterns
        self.table = table
        self.buckets = buckets
    }

    /// The first pair of bytes without a zero, which files are full of; else the first.
    private static func keyOffset(_ bytes: [UInt8]) -> Int {
        (0..<bytes.count - 1).first { bytes[$0] != 0 && bytes[$0 + 1] != 0 } ?? 0
    }

    /// Every file under a folder, one finding for each number and form.
    func findings(in folder: String) throws -> [Finding] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
        var findings: [Finding] = []
        for name in names {
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            findings += matches(in: data).sorted().map { index in
                Finding(
                    path: name,
                    lastFour: patterns[index].lastFour,
                    form: patterns[index].form
                )
            }
        }
        return findings
    }

    /// The patterns that lie in some bytes.
    private func matches(in data: Data) -> Set<Int> {
        var found: Set<Int> = []
        data.withUnsafeBytes { raw in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            let count = raw.count
            table.withUnsafeBufferPointer { table in
                guard let keys = table.baseAddress else { return }
                var index = 0
                // Nothing but pointers here: this loop sees every byte of every file.
                while index + 1 < count {
                    let bucket = keys[Int(base[index]) << 8 | Int(base[index + 1])]
                    if bucket != 0 {
                        for candidate in buckets[Int(bucket) - 1] {
                            let pattern = patterns[candidate]
                            let start = index - pattern.keyOffset
                            guard start >= 0, start + pattern.bytes.count <= count,
                                memcmp(base + start, pattern.bytes, pattern.bytes.count) == 0
                            else { continue }
                            found.insert(candidate)
                        }
                    }
                    index += 1
                }
            }
        }
        return found
    }
}

/// The bytes that digits are kept as.
enum DigitForms {
    /// Binary patterns with more zero bytes are found by chance: databases are full of zeros.
    static let maxZeroBytes = 3
    /// The same for the digits of 16 and more, packed: "4000 0000 0000 9995" is five zero bytes and
    /// three that stand in their places. With six, as in "4000 0000 0000 0002", two are left.
    static let maxZeroBytesOfLong = 5
    /// Bytes of a long pattern.
    static let minLongBytes = 8
    /// Shorter binary patterns are found by chance in keys and hashes: four random bytes come up
    /// once in a few thousand files of a megabyte. Text forms are always longer.
    static let minBinaryBytes = 6

    /// Every form with its name, the plainest first.
    static func all(of number: String) -> [(form: String, bytes: [UInt8])] {
        let text = Array(number.utf8)
        var forms: [(String, [UInt8])] = [("text", text)]
        forms += grouped(number)
        forms.append(("UTF-16 LE", text.flatMap { [$0, 0] }))
        forms.append(("UTF-16 BE", text.flatMap { [0, $0] }))
        // Digits are 30 to 39: their hexadecimal has no letters and so no case.
        forms.append(("hexadecimal text", Array(hexadecimal(text).utf8)))
        var binaries = packed(text)
        binaries += integers(number)
        for (form, bytes) in binaries {
            let digits = hexadecimal(bytes)
            guard digits.contains(where: \.isLetter) else { continue }
            forms.append(("hexadecimal of \(form)", Array(digits.utf8)))
            forms.append(("hexadecimal of \(form)", Array(digits.uppercased().utf8)))
        }
        forms += base64(text, "base64 of text")
        let unlikely = binaries.filter { _, bytes in
            let maxZeros = bytes.count < minLongBytes ? maxZeroBytes : maxZeroBytesOfLong
            return bytes.count >= minBinaryBytes && bytes.count { $0 == 0 } <= maxZeros
        }
        for (form, bytes) in unlikely { forms += base64(bytes, "base64 of \(form)") }
        return forms + unlikely
    }

    /// As people write it.
    private static func grouped(_ number: String) -> [(String, [UInt8])] {
        var groupings = [[4, 4, 4, 4, 4]]
        if number.count == 15 { groupings.append([4, 6, 5]) }
        return groupings.flatMap { sizes -> [(String, [UInt8])] in
            var rest = Substring(number)
            var groups: [Substring] = []
            for size in sizes where !rest.isEmpty {
                groups.append(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            return [
                ("groups with spaces", Array(groups.joined(separator: " ").utf8)),
                ("groups with dashes", Array(groups.joined(separator: "-").utf8)),
            ]
        }
    }

    /// Two digits a byte, beginning with a byte's upper half and with its lower half. A digit
    /// whose byte is shared with something else is left out.
    private static func packed(_ text: [UInt8]) -> [(String, [UInt8])] {
        [0, 1].map { start in
            let digits = text.dropFirst(start).map { $0 - 48 }
            let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
                digits[$0] << 4 | digits[$0 + 1]
            }
            return (start == 0 ? "packed digits" : "packed digits, shifted", bytes)
        }
    }

    /// Eight bytes, and the six that SQLite takes for smaller numbers.
    private static func integers(_ number: String) -> [(String, [UInt8])] {
        guard let value = UInt64(number) else { return [] }
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64($0))) }
        var forms = [("an integer", bytes), ("an integer, little-endian", bytes.reversed())]
        if value < 1 << 47 { forms.append(("an integer of six bytes", Array(bytes.dropFirst(2)))) }
        return forms
    }

    /// The characters that depend on these bytes alone, wherever they stand in what is encoded.
    private static func base64(_ bytes: [UInt8], _ form: String) -> [(String, [UInt8])] {
        (0..<3).flatMap { before -> [(String, [UInt8])] in
            let padded = Data([UInt8](repeating: 0, count: before) + bytes)
            let first = (before * 8 + 5) / 6
            let last = padded.count * 8 / 6
            let characters = Array(padded.base64EncodedString().utf8)[first..<last]
            let url = characters.map { character -> UInt8 in
                switch character {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: character
                }
            }
            return [(form, Array(characters)), (form + ", URL", url)]
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
