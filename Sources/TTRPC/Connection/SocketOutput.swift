import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// The socket of a connection, to be written to without the channel's pipeline.
///
/// Only for a channel whose pipeline changes no bytes, and on its event loop. Whoever has it is the
/// only one that writes to the channel, and gives the channel what `send` leaves before it sends
/// again; if it gives it anything else, it says so by `mayWait`.
struct SocketOutput {
    private let core: any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>
    private let options: (any NIOSynchronousChannelOptions)?
    /// Whether the channel may have bytes that must be sent first: it was given what `send` left,
    /// or something without asking here.
    var mayWait = false

    /// Nil for a channel that has no socket.
    init?(_ channel: any Channel) {
        guard
            let core = channel._channelCore
                as? any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>
        else { return nil }
        self.core = core
        options = channel.syncOptions
    }

    /// Sends what the socket takes at once, unless the channel has something to send before.
    ///
    /// What is left is for the channel, which waits until there is room, and which sees what is
    /// wrong with a broken connection.
    ///
    /// - Returns: whether the socket took everything.
    mutating func send(_ bytes: inout ByteBuffer) -> Bool {
        if mayWait {
            guard (try? options?.getOption(.bufferedWritableBytes)) == 0 else { return false }
            mayWait = false
        }
        let sent = bytes.withUnsafeReadableBytes { raw in
            (try? core.withUnsafeTransport {
                Glibc.send($0, raw.baseAddress, raw.count, CInt(MSG_NOSIGNAL))
            }) ?? -1
        }
        if sent > 0 { bytes.moveReaderIndex(forwardBy: sent) }
        mayWait = bytes.readableBytes > 0
        return !mayWait
    }
}
