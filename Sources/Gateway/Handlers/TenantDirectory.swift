import TTRPC

/// The tenants served here, and which of them a call belongs to.
struct TenantDirectory: Sendable {
    private let numbers: [String: Int64]
    private let standard: Int64

    /// - Parameters:
    ///   - numbers: the store's number of each tenant, by its name.
    ///   - standard: whose calls are that come without any grant: where nothing is granted, since
    ///     there is no TLS to tell callers apart.
    init(_ numbers: [String: Int64], standard: Int64) {
        self.numbers = numbers
        self.standard = standard
    }

    /// The tenant of a call's caller.
    ///
    /// - Throws: `RPCError`, PERMISSION_DENIED (TENANT_NOT_SERVED).
    func number(of context: ServerContext) throws(RPCError) -> Int64 {
        guard let caller = context.caller else { return standard }
        guard let number = numbers[caller.tenant] else {
            throw RPCError(
                .permissionDenied,
                "This gateway does not serve the tenant of \(caller.name).",
                reason: "TENANT_NOT_SERVED"
            )
        }
        return number
    }
}
