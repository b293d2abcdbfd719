import Payments

/// Where a list goes on. Opaque to callers: they give back what they got.
enum PageToken {
    private static let prefix = "p1"

    /// The token of the page after an item.
    static func after(_ id: some EntityID) -> String {
        prefix + id.ulid.text
    }

    /// The token of the page after a sequence number.
    static func after(_ sequence: Int64) -> String {
        prefix + "n" + String(sequence)
    }

    /// - Returns: nil for the first page.
    /// - Throws: `BillingError.badPageToken`.
    static func id<ID: EntityID>(
        _ text: String,
        as type: ID.Type = ID.self
    ) throws(BillingError) -> ID? {
        guard !text.isEmpty else { return nil }
        guard text.hasPrefix(prefix), let ulid = ULID(text: text.dropFirst(prefix.count)) else {
            throw .badPageToken
        }
        return ID(ulid)
    }

    /// - Returns: nil for the first page.
    /// - Throws: `BillingError.badPageToken`.
    static func sequence(_ text: String) throws(BillingError) -> Int64? {
        guard !text.isEmpty else { return nil }
        guard text.hasPrefix(prefix + "n"),
            let number = DigitText.number(text.dropFirst(prefix.count + 1)), number > 0
        else { throw .badPageToken }
        return number
    }
}
