package import NIOCore

/// Where a client connects to, and every limit it keeps.
package struct ClientConfiguration: Sendable {
    package var host: String
    package var port: Int
    /// The name that the server's certificate must have; nil for `host`.
    package var serverName: String?
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
    /// The id of a connection's first call; odd. They rise by two, and after the last one another
    /// connection is made: only tests begin higher.
    package var firstStreamID: UInt32 = 1
    /// Bytes waiting to be written above which streams send no more, and calls are held.
    package var outBufferHighWaterBytes = 256 << 10
    /// Below this many bytes they go on.
    package var outBufferLowWaterBytes = 64 << 10
    /// Unread messages of one stream, in bytes as messages count; at least
    /// `StreamLimits.initialWindowBytes`.
    package var streamWindowBytes = 256 << 10
    /// Unread messages of all streams, in bytes, above which the connection is not read; of a server
    /// that keeps windows, above which they are as small as they may be.
    package var maxHeldStreamBytes = 4 << 20
    /// Whether the server is asked what it can do beyond ttRPC.
    package var saysHello = true
    /// How long its answer may take, before it is taken for a plain ttRPC server until it comes.
    package var helloTimeout = TimeAmount.seconds(10)
    /// How long a server that answers pings may be silent, while calls wait, before one.
    package var pingInterval = TimeAmount.seconds(15)
    /// How long it may be silent after that before the connection is given up.
    package var pingTimeout = TimeAmount.seconds(10)
    /// What the kernel is told of the connection.
    package var socketSettings = SocketSettings()

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
