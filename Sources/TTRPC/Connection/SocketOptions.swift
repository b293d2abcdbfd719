package import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// How the kernel watches a connection whose peer may be gone without a word.
package struct SocketTimeouts: Sendable, Equatable {
    /// How long sent bytes may stay without an acknowledgement.
    package var unacknowledged = TimeAmount.seconds(30)
    /// Silence before the kernel asks the peer's kernel.
    package var keepAliveIdle = TimeAmount.seconds(60)
    /// Between two such questions.
    package var keepAliveInterval = TimeAmount.seconds(10)
    /// Questions without an answer that end the connection.
    package var keepAliveProbes = 3

    package init() {}

    /// The options of the socket, with their values.
    ///
    /// - Source: tcp(7), TCP_USER_TIMEOUT (milliseconds), TCP_KEEPIDLE, TCP_KEEPINTVL (seconds).
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
