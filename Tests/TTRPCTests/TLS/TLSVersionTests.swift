import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Operations
import Testing

@testable import TTRPC

@Suite("TLS: which versions a client speaks", .timeLimit(testBound))
struct TLSVersionTests {
    /// Counts what reaches a server behind TLS.
    private final class Counter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let seen: NIOLockedValueBox<Seen>

        init(_ seen: NIOLockedValueBox<Seen>) {
            self.seen = seen
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
                seen.withLockedValue { $0.handshakes += 1 }
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            seen.withLockedValue { $0.bytes += unwrapInboundIn(data).readableBytes }
            context.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private struct Seen: Equatable {
        var handshakes = 0
        var bytes = 0
    }

    /// What a call fails with at a server that speaks no later version than `maximum`, and what the
    /// server saw of it.
    private func failure(maximum: TLSVersion) async throws -> (error: RPCError, seen: Seen) {
        let certificates = try TestCertificates()
        let files = try certificates.issue("server", hosts: ["127.0.0.1"])
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificates.path("server.pem"))
                .map { .certificate($0) },
            privateKey: .privateKey(
                try NIOSSLPrivateKey(file: certificates.path("server-key.pem"), format: .pem)
            )
        )
        configuration.maximumTLSVersion = maximum
        let context = try NIOSSLContext(configuration: configuration)
        let seen = NIOLockedValueBox(Seen())
        let listener = try await ServerBootstrap(group: TestServer.group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLServerHandler(context: context), Counter(seen),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let server = TLSTestServer(
            port: listener.localAddress?.port ?? 0,
            certificates: certificates,
            source: try TLSSource(files, .client, checksOwn: false),
            log: TestLog()
        )
        let error = try await server.failure(try certificates.issue("client"))
        try await listener.close()
        return (try #require(error), seen.withLockedValue { $0 })
    }

    @Test("a server that speaks TLS 1.2 alone is refused, and gets no byte of a call")
    func old() async throws {
        let (error, seen) = try await failure(maximum: .tlsv12)
        #expect(error.code == .unavailable)
        #expect(error.reason == "UNREACHABLE")
        #expect(error.origin == .notSent)
        #expect(error.message.contains("is not trusted: only TLS 1.3 is spoken here"), "\(error)")
        #expect(seen == Seen())
        // The same server is let in by its version alone.
        let later = try await failure(maximum: .tlsv13)
        #expect(later.error.origin == .lost)
        #expect(later.seen.handshakes == 1)
        #expect(later.seen.bytes > 0)
    }
}
