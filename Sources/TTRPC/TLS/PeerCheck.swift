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
    private let state = NIOLockedValueBox(Outcome.notAsked)

    init(_ verifier: PeerVerifier) {
        self.verifier = verifier
    }

    var outcome: Outcome { state.withLockedValue { $0 } }

    /// Checks a chain, and remembers what came of it.
    func check(_ chain: [NIOSSLCertificate]) async -> Bool {
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
            Task { promise.succeed(await check(chain) ? .certificateVerified : .failed) }
        }
    }
}
