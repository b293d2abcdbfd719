package import Payments
package import TTRPC

/// Turns a request's fields into domain values, or into an error that names the field.
package enum RequestCheck {
    /// An identifier: "acct_…".
    ///
    /// - Throws: INVALID_ARGUMENT, BAD_ID.
    package static func id<ID: EntityID>(
        _ text: String,
        _ type: ID.Type = ID.self,
        field: String
    ) throws(RPCError) -> ID {
        guard let id = ID(text: text) else {
            let what = text.isEmpty ? "is missing" : "is no id that begins with \(ID.prefix)_"
            throw RPCError(
                .invalidArgument,
                "The \(field) \(what).",
                reason: "BAD_ID",
                field: field
            )
        }
        return id
    }

    /// A request id: a UUID or ULID.
    ///
    /// - Throws: INVALID_ARGUMENT, BAD_ID.
    package static func requestKey(
        _ text: String,
        field: String = "request_id"
    ) throws(RPCError) -> RequestKey {
        guard let key = RequestKey(text: text) else {
            throw RPCError(
                .invalidArgument,
                "The \(field) must be a UUID or a ULID: one for each intention, kept for retries.",
                reason: "BAD_ID",
                field: field
            )
        }
        return key
    }

    /// A text of so many bytes of UTF-8, without control characters, trimmed of spaces.
    ///
    /// - Throws: INVALID_ARGUMENT, BAD_TEXT.
    package static func text(
        _ text: String,
        _ bytes: ClosedRange<Int>,
        field: String
    ) throws(RPCError) -> String {
        let trimmed = text.trimmingSpaces()
        guard bytes.contains(trimmed.utf8.count) else {
            throw RPCError(
                .invalidArgument,
                bytes.lowerBound > 0 && trimmed.isEmpty
                    ? "The \(field) is missing."
                    : "The \(field) must be \(bytes.lowerBound) to \(bytes.upperBound) bytes long.",
                reason: "BAD_TEXT",
                field: field
            )
        }
        guard !trimmed.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw RPCError(
                .invalidArgument,
                "The \(field) has a control character in it.",
                reason: "BAD_TEXT",
                field: field
            )
        }
        return trimmed
    }

    /// How many items a page has.
    ///
    /// - Throws: INVALID_ARGUMENT, BAD_PAGE_SIZE.
    package static func pageSize(
        _ size: Int32,
        default standard: Int,
        max limit: Int
    ) throws(RPCError) -> Int {
        if size == 0 { return standard }
        guard (1...limit).contains(Int(size)) else {
            throw RPCError(
                .invalidArgument,
                "The page_size must be 1 to \(limit); 0 means \(standard).",
                reason: "BAD_PAGE_SIZE",
                field: "page_size"
            )
        }
        return Int(size)
    }

    /// Where a feed's reader stands: zero or more.
    ///
    /// - Throws: OUT_OF_RANGE, BAD_SEQUENCE.
    package static func sequence(_ after: Int64) throws(RPCError) -> Int64 {
        guard after >= 0 else {
            throw RPCError(
                .outOfRange,
                "The sequence number to read after is zero or more.",
                reason: "BAD_SEQUENCE",
                field: "after"
            )
        }
        return after
    }
}

extension String {
    /// Without spaces, tabs and line ends at both ends.
    package func trimmingSpaces() -> String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        guard let first = firstIndex(where: { !isSpace($0) }),
            let last = lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[first...last])
    }
}
