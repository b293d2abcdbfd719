import Foundation
import NIOCore

/// Who the other end of a connection is, as its verified certificate says.
///
/// A class: made once for each connection and passed along with each call.
package final class PeerIdentity: Sendable, CustomStringConvertible {
    /// The URI among the certificate's alternative names: "remit://billing".
    package let uri: String
    /// The last moment at which it is valid, in milliseconds since 1970-01-01T00:00:00Z: the
    /// earliest of its certificate and of those that vouch for it.
    package let expiry: Int64

    package init(_ uri: String, expiry: Int64) {
        self.uri = uri
        self.expiry = expiry
    }

    /// How long it is valid from now on. At most a year: one "without an end" ends in 9999 (RFC 5280,
    /// section 4.1.2.5), which is more nanoseconds than there are. So a connection is drained after
    /// a year in any case.
    var remaining: TimeAmount {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return .milliseconds(min(max(0, expiry - now), 365 * 86_400_000))
    }

    package var description: String { uri }
}
