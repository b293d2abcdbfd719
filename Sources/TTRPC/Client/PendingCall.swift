import NIOCore
import ProtobufC
import Synchronization

/// A call on its way: what to write, and whom to tell.
///
/// It is answered exactly once, by whichever comes first of reply, loss, deadline and
/// cancellation.
final class PendingCall<Reply: WireMessage>: AnyPendingCall,
    @unchecked Sendable
{
    // Sendable: see the superclass. The two values are written once each, before the bit that
    // hands them over, and read by whoever finds the other's bit set.
    private var continuation: UnsafeContinuation<Result<Reply, RPCError>, Never>?
    private var result: Result<Reply, RPCError>?
    /// How far the two sides are: one atomic in place of a lock, which would be one more
    /// allocation a call.
    private let progress = Atomic<UInt8>(0)
    private static var isClaimed: UInt8 { 1 }
    private static var isAnswered: UInt8 { 2 }
    private static var isAwaited: UInt8 { 4 }

    /// Waits for the answer, which may be there already.
    func wait() async -> Result<Reply, RPCError> {
        await withUnsafeContinuation { continuation in
            self.continuation = continuation
            let before = progress.bitwiseOr(Self.isAwaited, ordering: .acquiringAndReleasing)
            if before.oldValue & Self.isAnswered != 0 { handOver() }
        }
    }

    override func complete(_ payload: UnsafeRawBufferPointer, arena: Arena) {
        do throws(WireError) {
            answer(.success(try Reply.decode(payload, in: arena)))
        } catch {
            // The peer did answer, but not what it did: the outcome stays unknown.
            answer(
                .failure(
                    RPCError(.internal, "The reply could not be read: \(error)", origin: .lost)
                )
            )
        }
    }

    override func fail(_ error: RPCError) {
        answer(.failure(error))
    }

    private func answer(_ result: Result<Reply, RPCError>) {
        let claim = progress.bitwiseOr(Self.isClaimed, ordering: .acquiringAndReleasing)
        guard claim.oldValue & Self.isClaimed == 0 else { return }
        self.result = result
        let before = progress.bitwiseOr(Self.isAnswered, ordering: .acquiringAndReleasing)
        if before.oldValue & Self.isAwaited != 0 { handOver() }
    }

    /// Called once, by the side that came second.
    private func handOver() {
        guard let continuation, let result else { return }
        continuation.resume(returning: result)
    }
}

/// A call whatever its reply. Everything but `fail` happens on the connection's event loop.
class AnyPendingCall: @unchecked Sendable {
    // Sendable: what is here is touched on the client's event loop only; the subclass hands its
    // values over by an atomic.

    /// Set when the request is written.
    var streamID: UInt32?
    /// The connection that it was written to, until it has ended.
    var connection: ClientConnection?
    /// While its deadline is watched.
    var deadlineTicket: ClientCore.Deadlines.Ticket?
    /// Answered; a request that is not written yet never will be.
    var hasEnded = false

    /// The request is written, under `streamID`.
    func opened(on connection: ClientConnection) {}

    /// What the server can do is known now: so much may be sent on each stream.
    func agreed(_ windowBytes: UInt64) {}

    /// The server has named a total that may be sent.
    func granted(_ total: UInt64) {}

    /// A data frame arrived. A unary call has none: it is dropped.
    ///
    /// - Returns: whether the call has ended with it.
    func received(flags: UInt8, _ data: UnsafeRawBufferPointer) -> Bool { false }

    /// The caller waits no longer, so that what has arrived is of no use.
    func giveUp(_ error: RPCError) {
        fail(error)
    }

    func complete(_ payload: UnsafeRawBufferPointer, arena: Arena) {
        preconditionFailure("abstract")
    }

    func fail(_ error: RPCError) {
        preconditionFailure("abstract")
    }
}
