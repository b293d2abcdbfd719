import NIOConcurrencyHelpers
package import TTRPC

/// A service's table of grants as it is now: read again when its file changes.
package final class AccessSource: Sendable {
    /// What decides about calls.
    package let control: AccessControl
    private let path: String
    private let scopes: Set<String>
    /// Of the file, before it was last read.
    private let stamp: NIOLockedValueBox<TLSFile.Stamp?>

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
        stamp = NIOLockedValueBox(TLSFile.stamp(path))
        scopes = Set(methods.map(\.scope).filter { !$0.isEmpty })
        control = AccessControl(
            try AccessTable(path: path, scopes: scopes),
            tenant: tenant,
            now: now
        )
    }

    /// Reads the table again, if its file has changed since it was last read.
    ///
    /// - Parameter force: also if it has not.
    /// - Returns: whether it was read.
    /// - Throws: `ConfigurationError`, once for each change; the old table goes on deciding then.
    func reload(force: Bool) throws(ConfigurationError) -> Bool {
        let found = TLSFile.stamp(path)
        let hasChanged = stamp.withLockedValue { stamp in
            defer { stamp = found }
            return stamp != found
        }
        guard force || hasChanged else { return false }
        control.replace(try AccessTable(path: path, scopes: scopes))
        return true
    }
}
