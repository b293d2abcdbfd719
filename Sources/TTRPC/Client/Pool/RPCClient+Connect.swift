import NIOCore
import ProtobufC

extension RPCClient {
    /// Dials, unless connected already, and waits for it.
    ///
    /// - Throws: `RPCError` with origin `notSent`: it could not be reached.
    func connect() async throws(RPCError) {
        let probe = DialProbe(eventLoop)
        submit(
            Submission(call: probe, deadline: nil) { _, _, _ throws(WireError) in
                probe.isConnected = true
                throw .malformed(message: "")
            }
        )
        let failure: RPCError?
        do {
            failure = try await probe.result.get()
        } catch {
            failure = RPCError(.unavailable, "\(error)", reason: "UNREACHABLE", origin: .notSent)
        }
        if let failure { throw failure }
    }
}

/// A call that writes nothing: to be asked for its bytes proves that there is a connection.
private final class DialProbe: AnyPendingCall, @unchecked Sendable {
    // Sendable: `isConnected` is touched on the client's event loop only.
    var isConnected = false
    private let promise: EventLoopPromise<RPCError?>

    var result: EventLoopFuture<RPCError?> { promise.futureResult }

    init(_ eventLoop: any EventLoop) {
        promise = eventLoop.makePromise()
    }

    override func fail(_ error: RPCError) {
        promise.succeed(isConnected ? nil : error)
    }
}
