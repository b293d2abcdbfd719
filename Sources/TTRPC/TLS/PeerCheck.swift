import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// What became of one peer's certificates. Shared between the handshake, which asks, and the
/// handler after it, which lets the connection in or says why not.
final class PeerCheck: Sendable {
    enum Outcome: Sendable {
        /// The peer has shown no certificate, or it resumes a session and was not asked.
        case notAsked
        case verified(PeerIdentity?)
        case refused(TLSFailure)
    }

    private let verifier: PeerVerifier
    private let executor: LoopExecutor
    private let state = NIOLockedValueBox(Outcome.notAsked)

    /// - Parameter executor: of the connection's loop, so that a handshake waits for no other
    ///   thread and for none of what fills the process's own pool.
    init(_ verifier: PeerVerifier, on executor: LoopExecutor) {
        self.verifier = verifier
        self.executor = executor
    }

    var outcome: Outcome { state.withLockedValue { $0 } }

    /// Checks a chain on the loop, and remembers what came of it.
    ///
    /// - Parameter done: told on the loop whether the peer is let in. Not inside the task: what
    ///   follows may read requests and run what waits, and a task is not run inside another.
    func check(_ chain: [NIOSSLCertificate], done: @escaping @Sendable (Bool) -> Void) {
        let executor = executor
        Task(executorPreference: executor) {
            let isLetIn = await self.verify(chain)
            executor.eventLoop.execute { done(isLetIn) }
        }
    }

    private func verify(_ chain: [NIOSSLCertificate]) async -> Bool {
        do throws(TLSFailure) {
            let identity = try await verifier.verify(chain)
            state.withLockedValue { $0 = .verified(identity) }
            return true
        } catch {
            state.withLockedValue { $0 = .refused(error) }
            return false
        }
    }

    /// What the handshake calls with the peer's chain.
    var callback: NIOSSLCustomVerificationCallback {
        { [self] chain, promise in
            check(chain) { promise.succeed($0 ? .certificateVerified : .failed) }
        }
    }
}
