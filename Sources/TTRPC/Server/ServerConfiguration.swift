package import NIOCore

/// Where a server listens, and every limit it keeps.
package struct ServerConfiguration: Sendable {
    /// An address or a name.
    package var host: String
    /// 0 lets the system choose.
    package var port: Int
    /// How connections are taken by TLS; nil takes plain text.
    package var tls: TLSServerSettings?
    /// The longest data of a request's frame, in bytes. libprotobuf-c can need 128 times as much
    /// memory, for one request at a time.
    package var maxRequestFrameBytes = 64 << 10
    /// The longest encoded reply, in bytes.
    package var maxReplyBytes = 4 << 20
    /// Open connections; the calls of one more are refused.
    package var maxConnections = 16_384
    /// Open connections of one address; the calls of one more are refused.
    package var maxConnectionsPerPeer = 1024
    /// Connections past these limits that are kept for `refusingTime` to refuse their calls; one
    /// more is closed at once.
    package var maxRefusingConnections = 64
    /// How long such a connection is open before it drains, and may be open after that, once its
    /// peer has been let in.
    package var refusingTime = TimeAmount.seconds(1)
    /// Calls in service on one connection, streams among them: those whose handler has not ended.
    package var maxStreamsPerConnection = 1024
    /// Calls in service over the whole server, but for streams: those whose handler has not ended.
    package var maxCallsInService = 16_384
    /// Open streams over the whole server.
    package var maxStreamsInService = 16_384
    /// How many calls of `controlServices` are taken beyond `maxCallsInService`.
    package var controlReserve = 64
    /// Services whose calls no limit but the connection's own refuses, and which wait for none.
    package var exemptServices: Set<String> = ["grpc.health.v1.Health"]
    /// Services that put things right: no adaptive limit refuses their calls, and they wait for
    /// no others.
    package var controlServices: Set<String> = []
    /// Whether the calls of each method in service on a loop are limited by what their latency
    /// tells.
    package var isConcurrencyAdaptive = true
    /// Methods, by their full names, whose handlers wait for somebody else and say when
    /// (`ServerContext.elsewhere`): how long a bank takes says nothing about this server.
    package var waitingMethods: Set<String> = []
    /// The bounds and the pace of that limit.
    package var concurrency = ConcurrencyLimit.Configuration()
    /// How long a loop works on calls before it reads again.
    package var turnBudget = TimeAmount.milliseconds(3)
    /// Bytes of unfinished frames and of requests that wait, for one connection.
    package var maxBufferedBytesPerConnection = 1 << 20
    /// Bytes of unfinished frames, of requests that wait, of unread messages of streams and of
    /// replies that slow peers have not taken, for all connections.
    package var maxBufferedBytes = 256 << 20
    /// Bytes of replies that one connection may leave unread; one that leaves more is closed.
    package var maxUnsentBytes = 32 << 20
    /// How long a peer may leave more than `outBufferLowWaterBytes` unread.
    package var stallTimeout = TimeAmount.seconds(30)
    /// How long a frame may take from its first byte to its last.
    package var frameTimeout = TimeAmount.seconds(10)
    /// How long a frame may be on its way, in a crowd of unfinished ones, before it is read less
    /// often: when it comes in crumbs, or is its connection's first and does not go on.
    package var trickleGrace = TimeAmount.milliseconds(500)
    /// Unfinished frames of a loop up to which each is read as it comes.
    package var trickleCrowd = 64
    /// How long a connection may be silent with no call in service.
    package var idleTimeout = TimeAmount.minutes(10)
    /// How often the time-outs above are looked at.
    package var sweepInterval = TimeAmount.seconds(1)
    /// How long a shutdown waits for the calls in service.
    package var drainTimeout = TimeAmount.seconds(10)
    /// Bytes waiting to be written to one connection above which nothing more is read from it.
    package var outBufferHighWaterBytes = 256 << 10
    /// Below this many bytes reading goes on.
    package var outBufferLowWaterBytes = 64 << 10
    /// Unread messages of one stream, in bytes as messages count; at least
    /// `StreamLimits.initialWindowBytes`.
    package var streamWindowBytes = 256 << 10
    /// Unread messages of all streams of one connection, in bytes, above which it is not read; of a
    /// client that keeps windows, above which they are as small as they may be.
    package var maxHeldStreamBytes = 4 << 20
    /// How long a client that answers pings may be silent, with calls in service, before one.
    package var pingInterval = TimeAmount.seconds(15)
    /// How long it may be silent after that.
    package var pingTimeout = TimeAmount.seconds(10)
    /// What the kernel is told of the peers' connections.
    package var socketSettings = SocketSettings()

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
