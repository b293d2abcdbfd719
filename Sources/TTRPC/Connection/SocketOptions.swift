package import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// What the kernel is told of a connection: how it watches a peer that may be gone without a word,
/// and how much it keeps for one that does not read.
package struct SocketSettings: Sendable, Equatable {
    /// How long sent bytes may stay without an acknowledgement.
    package var unacknowledged = TimeAmount.seconds(30)
    /// Silence before the kernel asks the peer's kernel.
    package var keepAliveIdle = TimeAmount.seconds(60)
    /// Between two such questions.
    package var keepAliveInterval = TimeAmount.seconds(10)
    /// Questions without an answer that end the connection.
    package var keepAliveProbes = 3
    /// Bytes that the kernel takes beyond those it has sent, about. Without it a peer that reads
    /// nothing costs as much of the kernel's memory as a socket may have
    /// (`net.ipv4.tcp_wmem`, 4 MiB), of which the server's own limits see nothing.
    package var unsentBytes = 128 << 10

    package init() {}

    /// The options of the socket, with their values.
    ///
    /// - Source: tcp(7), TCP_USER_TIMEOUT (milliseconds), TCP_KEEPIDLE, TCP_KEEPINTVL (seconds);
    ///   Linux, networking/ip-sysctl, `tcp_notsent_lowat`.
    var options: [(option: ChannelOptions.Types.SocketOption, value: SocketOptionValue)] {
        func tcp(_ name: CInt) -> ChannelOptions.Types.SocketOption {
            ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: name))
        }
        func seconds(_ time: TimeAmount) -> SocketOptionValue {
            SocketOptionValue(clamping: max(1, time.nanoseconds / 1_000_000_000))
        }
        return [
            (tcp(TCP_NODELAY), 1),
            (ChannelOptions.Types.SocketOption(level: .socket, name: .so_keepalive), 1),
            (
                tcp(TCP_USER_TIMEOUT),
                SocketOptionValue(clamping: max(1, unacknowledged.nanoseconds / 1_000_000))
            ),
            (tcp(TCP_KEEPIDLE), seconds(keepAliveIdle)),
            (tcp(TCP_KEEPINTVL), seconds(keepAliveInterval)),
            (tcp(TCP_KEEPCNT), SocketOptionValue(clamping: max(1, keepAliveProbes))),
            (tcp(TCP_NOTSENT_LOWAT), SocketOptionValue(clamping: max(1, unsentBytes))),
        ]
    }
}

extension Channel {
    /// Acknowledges at once what has arrived. A peer that sends a frame in two writes with Nagle's
    /// algorithm waits for this before the second: 44 ms otherwise. Not sticky, so it is set
    /// whenever part of a frame is here.
    ///
    /// - Source: tcp(7), TCP_QUICKACK.
    func acknowledgeAtOnce() {
        let option = ChannelOptions.Types.SocketOption(
            level: .tcp,
            name: .init(rawValue: TCP_QUICKACK)
        )
        try? syncOptions?.setOption(option, value: 1)
    }
}
