import TTRPC

/// Who may call what: identities and bearer tokens, each with its scopes and its tenant. What is
/// not granted here is refused.
package struct AccessTable: Sendable {
    /// What one identity or token was granted.
    struct Grant: Sendable {
        let caller: Caller
        let scopes: Set<String>
    }

    struct Token: Sendable {
        /// SHA-256 of the token, 32 bytes.
        let hash: [UInt8]
        /// Milliseconds since 1970-01-01T00:00:00Z; from then on the token is not taken.
        let expiry: Int64
        let grant: Grant
    }

    /// What a look for a token found.
    enum Finding {
        case none
        case expired
        case granted(Grant)
    }

    /// Identities in one table, and tokens in one.
    package static let maxEntries = 1000

    private(set) var identities: [String: Grant] = [:]
    private(set) var tokens: [Token] = []

    /// Grants nothing.
    init() {}

    /// Adds an identity; false when it is there already.
    mutating func add(identity uri: String, _ grant: Grant) -> Bool {
        identities.updateValue(grant, forKey: uri) == nil
    }

    /// Adds a token; false when its hash is there already.
    mutating func add(_ token: Token) -> Bool {
        guard !tokens.contains(where: { $0.hash == token.hash }) else { return false }
        tokens.append(token)
        return true
    }

    func grant(identity uri: String) -> Grant? {
        identities[uri]
    }

    /// Looks for a token by its hash. All of them are compared to their ends, so that the time
    /// this takes tells nothing about any.
    ///
    /// - Parameter now: milliseconds since 1970-01-01T00:00:00Z.
    func find(_ hash: [UInt8], now: Int64) -> Finding {
        var found: Token?
        for token in tokens where BearerToken.isEqual(token.hash, hash) { found = token }
        guard let found else { return .none }
        return now < found.expiry ? .granted(found.grant) : .expired
    }
}
