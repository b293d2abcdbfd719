/// Lines of Swift with their indentation.
struct CodeWriter {
    private(set) var text = ""
    private var depth = 0

    mutating func line(_ content: String = "") {
        if !content.isEmpty { text += String(repeating: "    ", count: depth) + content }
        text += "\n"
    }

    /// Writes `head {`, the body one step in, and `}`.
    mutating func block(_ head: String, tail: String = "}", _ body: (inout CodeWriter) -> Void) {
        line(head + " {")
        depth += 1
        body(&self)
        depth -= 1
        line(tail)
    }

    mutating func indented(_ body: (inout CodeWriter) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    /// A proto comment as a doc comment; nothing when there is none.
    mutating func documentation(_ comments: String) {
        for comment in comments.split(separator: "\n", omittingEmptySubsequences: false)
        where !comment.isEmpty {
            line(String(comment))
        }
    }
}
