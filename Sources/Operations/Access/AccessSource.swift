package import TTRPC

/// A service's table of grants as it is now: read again when its file changes.
package final class AccessSource: Sendable {
    /// What decides about calls.
    package let control: AccessControl
    private let path: String
    private let scopes: Set<String>

    /// Reads the table.
    ///
    /// - Parameters:
    ///   - path: of the table.
    ///   - methods: what may be granted: their scopes.
    ///   - tenant: whose data the service holds.
    ///   - now: the clock of business, in milliseconds since 1970-01-01T00:00:00Z.
    /// - Throws: `ConfigurationError`.
    package init(
        _ path: String,
        methods: [MethodDescriptor],
        tenant: String,
        now: @escaping @Sendable () -> Int64
    ) throws(ConfigurationError) {
        self.path = path
        scopes = Set(methods.map(\.scope).filter { !$0.isEmpty })
        control = AccessControl(
            try AccessTable(path: path, scopes: scopes),
            tenant: tenant,
            now: now
        )
    }

    /// The files to watch.
    var paths: [String] { [path] }

    /// Reads the table again.
    ///
    /// - Throws: `ConfigurationError`; the old table goes on deciding then.
    func reload() throws(ConfigurationError) {
        control.replace(try AccessTable(path: path, scopes: scopes))
    }
}
