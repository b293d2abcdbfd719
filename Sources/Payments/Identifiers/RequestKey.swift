/// The key that a caller mints for one intention: a UUID or a ULID, kept as its sixteen bytes.
package struct RequestKey: Hashable, Sendable {
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }

    /// - Parameter text: a UUID (36 characters) or a ULID (26); nil for anything else.
    package init?(text: String) {
        if let ulid = ULID(text: text) {
            self.init(ulid)
            return
        }
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        var bytes: [UInt8] = []
        var half: UInt8?
        for (index, character) in characters.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(character)).hexDigitValue else { return nil }
            if let upper = half {
                bytes.append(upper << 4 | UInt8(digit))
                half = nil
            } else {
                half = UInt8(digit)
            }
        }
        guard let ulid = ULID(bytes: bytes) else { return nil }
        self.init(ulid)
    }

    package var bytes: [UInt8] { ulid.bytes }
    /// As a ULID, whichever way it was written.
    package var text: String { ulid.text }
}
