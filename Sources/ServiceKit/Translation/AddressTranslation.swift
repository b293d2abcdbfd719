package import RemitAPI
package import TTRPC

extension RequestCheck {
    /// An address, each field within its limit; an absent one is an empty one.
    ///
    /// - Throws: INVALID_ARGUMENT, BAD_TEXT, with the field.
    package static func address(
        _ address: RemitType.BillingAddress?,
        field: String
    ) throws(RPCError) -> RemitType.BillingAddress {
        guard let address else { return RemitType.BillingAddress() }
        let country = try text(address.country, 0...2, field: field + ".country").uppercased()
        guard country.isEmpty || country.utf8.count == 2 else {
            throw RPCError(
                .invalidArgument,
                "The \(field).country is no ISO 3166-1 code of two letters.",
                reason: "BAD_TEXT",
                field: field + ".country"
            )
        }
        return RemitType.BillingAddress(
            line1: try text(address.line1, 0...200, field: field + ".line1"),
            line2: try text(address.line2, 0...200, field: field + ".line2"),
            city: try text(address.city, 0...100, field: field + ".city"),
            region: try text(address.region, 0...100, field: field + ".region"),
            postalCode: try text(address.postalCode, 0...20, field: field + ".postal_code"),
            country: country
        )
    }
}
