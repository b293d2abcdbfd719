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
    // Sendable: see the superclass.
    private enum State {
        case new
        case waiting(UnsafeContinuation<Result<Reply, RPCError>, Never>)
        case done(Result<Reply, RPCError>)
        case taken
    }

    private let state = Mutex(State.new)

    /// Waits for the answer, which may be there already.
    func wait() async -> Result<Reply, RPCError> {
        await withUnsafeContinuation { continuation in
            let result: Result<Reply, RPCError>? = state.withLock { state in
                if case .done(let result) = state {
                    state = .taken
                    return result
                }
                state = .waiting(continuation)
                return nil
            }
            if let result { continuation.resume(returning: result) }
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
        let continuation: UnsafeContinuation<Result<Reply, RPCError>, Never>? =
            state.withLock { state in
                switch state {
                case .new:
                    state = .done(result)
                    return nil
                case .waiting(let continuation):
                    state = .taken
                    return continuation
                case .done, .taken:
                    return nil
                }
            }
        continuation?.resume(returning: result)
    }
}

/// A call whatever its reply. Everything but `fail` happens on the connection's event loop.
class AnyPendingCall: @unchecked Sendable {
    // Sendable: `streamID`, `timer` and `hasEnded` are touched on the client's event loop only;
    // the subclass guards its state with a lock.

    /// Set when the request is written.
    var streamID: UInt32?
    var timer: Scheduled<Void>?
    /// Answered; a request that is not written yet never will be.
    var hasEnded = false

    func complete(_ payload: UnsafeRawBufferPointer, arena: Arena) {
        preconditionFailure("abstract")
    }

    func fail(_ error: RPCError) {
        preconditionFailure("abstract")
    }
}
