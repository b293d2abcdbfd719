package import NIOCore

/// Where a client connects to, and every limit it keeps.
package struct ClientConfiguration: Sendable {
    package var host: String
    package var port: Int
    /// How connections are made by TLS; nil sends plain text.
    package var tls: TLSClientSettings?
    /// How long a connection may take to be made.
    package var connectTimeout = TimeAmount.seconds(5)
    /// The longest data of a request's frame, in bytes; less than 16 MiB, since the wire's first
    /// byte of a length is zero.
    package var maxRequestBytes = 4 << 20
    /// The longest data of a reply's frame, in bytes.
    package var maxReplyBytes = (4 << 20) + (64 << 10)
    /// Memory for one reply's decoding, in bytes.
    package var replyArenaBytes = 64 << 20
    /// Calls waiting for an answer at once.
    package var maxOutstanding = 16_384

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
