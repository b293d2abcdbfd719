/// Keys and values beside a request, in the order they were given.
///
/// Keys are lower case: `authorization`, `traceparent`, `request-id`.
package struct Metadata: Sendable, Equatable {
    /// The pairs, in order; a key may stand more than once.
    package private(set) var pairs: [(key: String, value: String)] = []

    /// Nothing.
    package init() {}

    /// - Parameter pairs: keys, which are lowered, and their values.
    package init(_ pairs: [(key: String, value: String)]) {
        self.pairs = pairs.map { ($0.key.lowercased(), $0.value) }
    }

    /// Adds a pair at the end.
    package mutating func append(_ key: String, _ value: String) {
        pairs.append((key.lowercased(), value))
    }

    /// The first value of a key, which must be lower case.
    package subscript(_ key: String) -> String? {
        pairs.first { $0.key == key }?.value
    }

    package static func == (left: Metadata, right: Metadata) -> Bool {
        left.pairs.elementsEqual(right.pairs) { $0.key == $1.key && $0.value == $1.value }
    }
}
