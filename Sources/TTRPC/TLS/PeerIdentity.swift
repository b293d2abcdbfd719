/// Who the other end of a connection is, as its verified certificate says.
///
/// A class: made once for each connection and passed along with each call.
package final class PeerIdentity: Sendable, CustomStringConvertible {
    /// The URI among the certificate's alternative names: "remit://billing".
    package let uri: String

    package init(_ uri: String) {
        self.uri = uri
    }

    package var description: String { uri }
}
