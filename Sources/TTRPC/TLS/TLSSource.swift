import NIOConcurrencyHelpers
package import NIOCore
import NIOSSL

/// One side's certificates and keys as they are now: read again when their files change.
///
/// New connections use what was read last; those that are open live on with what they began with.
package final class TLSSource: Sendable {
    /// What a look at the files came to.
    package enum Change: Equatable, Sendable {
        /// They are as they were.
        case none
        /// New ones are in use. When our own certificate ends: RFC 3339; nil when we show none.
        case replaced(expiry: String?)
        /// The new ones cannot be used, so the old ones stay.
        case refused(TLSError)
    }

    private struct State {
        var credentials: TLSCredentials
        var stamps: [TLSFile.Stamp?]
    }

    package let files: TLSFiles
    package let role: TLSRole
    private let state: NIOLockedValueBox<State>

    /// Reads the files.
    ///
    /// - Throws: `TLSError`.
    package convenience init(_ files: TLSFiles, _ role: TLSRole) throws(TLSError) {
        try self.init(files, role, checksOwn: true)
    }

    init(_ files: TLSFiles, _ role: TLSRole, checksOwn: Bool) throws(TLSError) {
        self.files = files
        self.role = role
        let stamps = files.paths.map { TLSFile.stamp($0) }
        let credentials = try TLSCredentials(files, role, checksOwn: checksOwn)
        state = NIOLockedValueBox(State(credentials: credentials, stamps: stamps))
    }

    /// What handshakes begin with now.
    var credentials: TLSCredentials { state.withLockedValue { $0.credentials } }

    /// When our own certificate ends, RFC 3339; nil when we show none.
    package var expiry: String? { credentials.expiry.map(TLSReason.time) }

    /// Reads the files again if one has changed since it was last read. From one task at a time.
    ///
    /// - Parameter force: reads them whether they have changed or not.
    package func reload(force: Bool = false) -> Change {
        // Looked at before they are read: what changes meanwhile is seen the next time.
        let stamps = files.paths.map { TLSFile.stamp($0) }
        guard force || state.withLockedValue({ $0.stamps != stamps }) else { return .none }
        do throws(TLSError) {
            let new = try TLSCredentials(files, role)
            state.withLockedValue { $0 = State(credentials: new, stamps: stamps) }
            return .replaced(expiry: new.expiry.map(TLSReason.time))
        } catch {
            // The stamps are kept, so that one bad file is told once and a good one is noticed.
            state.withLockedValue { $0.stamps = stamps }
            return .refused(error)
        }
    }
}

/// How a server takes connections by TLS.
package struct TLSServerSettings: Sendable {
    package var source: TLSSource
    /// How long a handshake may take.
    package var handshakeTimeout: TimeAmount

    /// - Parameter source: in the role of a server.
    package init(_ source: TLSSource, handshakeTimeout: TimeAmount = .seconds(10)) {
        self.source = source
        self.handshakeTimeout = handshakeTimeout
    }
}

/// How a client dials by TLS.
package struct TLSClientSettings: Sendable {
    package var source: TLSSource
    /// The URI that the server's certificate must have. Without it one of its names must be the
    /// host that is dialled.
    package var identity: String?
    /// How long a handshake may take.
    package var handshakeTimeout: TimeAmount

    /// - Parameters:
    ///   - source: in the role of a client, with authorities.
    ///   - identity: the server's.
    package init(
        _ source: TLSSource,
        identity: String?,
        handshakeTimeout: TimeAmount = .seconds(5)
    ) {
        self.source = source
        self.identity = identity
        self.handshakeTimeout = handshakeTimeout
    }
}
