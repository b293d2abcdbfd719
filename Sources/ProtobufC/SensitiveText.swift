/// A text of a message that must never show: a card number, a verification code.
///
/// It prints masked however it is printed, and has no encoding but the wire's. A check over the
/// sources keeps `withText` to the few places that must read it.
package struct SensitiveText: Equatable, Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable, ExpressibleByStringLiteral
{
    private let text: String

    /// No text.
    package init() {
        text = ""
    }

    package init(_ text: String) {
        self.text = text
    }

    package init(stringLiteral text: String) {
        self.text = text
    }

    package var isEmpty: Bool { text.isEmpty }
    package var description: String { text.isEmpty ? "" : "***" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The only way to the text.
    package func withText<Value, Failure: Error>(
        _ body: (String) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(text)
    }
}
