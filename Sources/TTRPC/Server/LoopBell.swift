import Glibc
import NIOCore
import NIOPosix

/// Calls back once its event loop has looked for something to read: a pipe from the loop to itself.
///
/// There is no other way to know that it has. What a loop is told to execute, and its timers, run
/// as long as there are any before it looks.
final class LoopBell: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let onRing: () -> Void
    private let onClose: () -> Void
    private var channel: (any Channel)?
    private var writeEnd: CInt?

    /// On the loop.
    ///
    /// - Parameters:
    ///   - eventLoop: the loop; nil is made of one without sockets, and without a descriptor to
    ///     spare.
    ///   - onRing: called after the look that `ring` asked for.
    ///   - onClose: called when it rings no more.
    init?(
        _ eventLoop: any EventLoop,
        onRing: @escaping () -> Void,
        onClose: @escaping () -> Void
    ) {
        guard let bootstrap = NIOPipeBootstrap(validatingGroup: eventLoop) else { return nil }
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        self.onRing = onRing
        self.onClose = onClose
        writeEnd = ends[1]
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .takingOwnershipOfDescriptor(input: ends[0])
            .whenFailure { _ in bound.value.ended() }
    }

    /// Asks for a look. On the loop.
    ///
    /// - Returns: false when it does not ring: it is not set up yet, or closed.
    func ring() -> Bool {
        guard channel != nil, let writeEnd else { return false }
        var byte: UInt8 = 1
        return write(writeEnd, &byte, 1) == 1
    }

    /// Rings no more. On the loop.
    func close() {
        channel?.close(promise: nil)
        closeWriteEnd()
    }

    func channelActive(context: ChannelHandlerContext) {
        // Closed before it was set up.
        guard writeEnd != nil else { return context.close(promise: nil) }
        channel = context.channel
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        onRing()
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
    }

    private func ended() {
        channel = nil
        closeWriteEnd()
        onClose()
    }

    private func closeWriteEnd() {
        guard let end = writeEnd else { return }
        writeEnd = nil
        Glibc.close(end)
    }
}
