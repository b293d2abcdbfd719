/// Why bytes are not the message they should be, or a value cannot become bytes.
package enum WireError: Error, Equatable, Sendable {
    /// The bytes are not an encoding of the message: truncated, a wrong wire type, a bad varint.
    case malformed(message: String)
    /// The message needs more memory than its arena has.
    case tooLarge(message: String)
    /// A text field is not UTF-8, or has a NUL inside.
    case invalidText(message: String, field: String)

    /// Whether it is a matter of size.
    package var isTooLarge: Bool {
        switch self {
        case .tooLarge: true
        case .malformed, .invalidText: false
        }
    }
}
