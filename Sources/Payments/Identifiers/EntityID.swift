/// An identifier of one kind of thing: a prefix that people recognize, and a ULID.
package protocol EntityID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// "pay".
    static var prefix: String { get }
    var ulid: ULID { get }
    init(_ ulid: ULID)
}

extension EntityID {
    /// "pay_01J…", with exactly this kind's prefix; nil for anything else.
    package init?(text: String) {
        let start = Self.prefix + "_"
        guard text.hasPrefix(start), let ulid = ULID(text: text.dropFirst(start.count)) else {
            return nil
        }
        self.init(ulid)
    }

    /// The sixteen bytes that stores keep; nil for another count.
    package init?(bytes: [UInt8]) {
        guard let ulid = ULID(bytes: bytes) else { return nil }
        self.init(ulid)
    }

    package var text: String { Self.prefix + "_" + ulid.text }
    package var bytes: [UInt8] { ulid.bytes }
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.ulid < right.ulid }
}
