package import Logging
package import NIOCore

/// Makes the handlers of a server's connections for channels that others own and feed: tests and
/// fuzzing, without a socket. Kept as long as its connections are used.
package final class ConnectionHandlers {
    private let loop: ServerLoop

    /// - Parameters:
    ///   - configuration: the limits; host and port are not used.
    ///   - router: what is served, besides `Hello`, which every server answers.
    ///   - eventLoop: the loop of all the channels; the caller is on it.
    package init(
        configuration: ServerConfiguration,
        router: Router,
        eventLoop: any EventLoop,
        logger: Logger
    ) {
        var router = router
        router.addHello()
        loop = ServerLoop(
            eventLoop,
            configuration: configuration,
            router: router,
            interceptors: [],
            authorizer: nil,
            load: ServerLoad(),
            logger: logger
        )
    }

    deinit {
        loop.stop()
    }

    /// The handler of one new connection.
    package func next() -> any ChannelInboundHandler {
        ServerConnection(loop)
    }
}
