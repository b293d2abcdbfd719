import Logging
import Payments
import TTRPC

/// Finds out what became of payments whose replies were lost. Never guesses: FAILED needs a fence
/// or the gateway's own word that nothing was sent.
struct PaymentResolver: Sendable {
    let store: BillingStore
    let gateway: any GatewayLink
    let health: GatewayHealth
    let logger: Logger

    /// Applies a reply, if it is of the store we know.
    ///
    /// - Parameters:
    ///   - reply: what the gateway said.
    ///   - known: the feed's position before the request was sent.
    ///   - failureReason: for operators, when the proof is that nothing was sent.
    /// - Returns: the payment after it; nil when it could not be stored.
    func apply(
        _ reply: GatewayReply,
        since known: GatewayCursor?,
        failureReason: String = ""
    ) async -> PaymentView? {
        do {
            guard try await isKnown(reply.position, since: known) else {
                return try await store.replyLost(PaymentID(reply.proof.attempt.ulid))
            }
            let settlement = try await store.settle(reply.proof, failureReason: failureReason)
            if settlement.action == .openException { warn(reply.proof) }
            return settlement.view
        } catch {
            logger.error(
                "a result could not be stored; it is asked for again",
                metadata: ["attempt": "\(reply.proof.attempt)", "error": "\(error)"]
            )
            return nil
        }
    }

    func warn(_ proof: OperationProof) {
        logger.error(
            "the gateway contradicts how a payment ended: an exception is open",
            metadata: ["attempt": "\(proof.attempt)", "state": "\(proof.state.name)"]
        )
    }

    /// A sale had no result: UNKNOWN, and then what can be proven at once.
    func afterLostReply(_ payment: PaymentRecord, _ failure: RPCError) async -> PaymentView? {
        do {
            let unknown = try await store.replyLost(payment.id)
            // The gateway's refusal says why; the fence proves that nothing was charged.
            let reason = failure.origin == .peer ? failure.reason ?? failure.code.name : ""
            guard failure.origin == .peer, !isDataLoss(failure) else { return unknown }
            return await resolve(payment, failureReason: reason) ?? unknown
        } catch {
            logger.error(
                "a payment could not be marked as unknown",
                metadata: ["payment": "\(payment.id)", "error": "\(error)"]
            )
            return nil
        }
    }

    /// Asks what is under the payment's key; when nothing is, fences it.
    ///
    /// - Returns: the payment after it; nil when nothing could be found out now.
    func resolve(_ payment: PaymentRecord, failureReason: String = "") async -> PaymentView? {
        guard !health.hasDataLoss else { return nil }
        do {
            let known = try await store.gatewayFeed()
            if let reply = try await gateway.operation(payment.attempt, known: known) {
                return await apply(reply, since: known)
            }
            let reply = try await gateway.fence(payment.attempt, known: known)
            return await apply(reply, since: known, failureReason: failureReason)
        } catch {
            if let error = error as? RPCError, isDataLoss(error) { return nil }
            logger.info(
                "the gateway does not say what became of a payment; asked again later",
                metadata: ["payment": "\(payment.id)", "error": "\(error)"]
            )
            return nil
        }
    }

    /// Whether a position is of the store we know, and not behind what had been applied before it
    /// was asked for. What was applied meanwhile proves nothing: the feed may overtake a reply.
    ///
    /// - Parameters:
    ///   - position: that came with an answer.
    ///   - known: the feed's position before the request was sent; nil before the first contact.
    func isKnown(
        _ position: GatewayPosition,
        since known: GatewayCursor?
    ) async throws -> Bool {
        guard let known else {
            let epoch = try await store.beginFeed(position)
            return isKnown(position, GatewayCursor(epoch: epoch, sequence: 0, eventID: ""))
        }
        return isKnown(position, known)
    }

    private func isKnown(_ position: GatewayPosition, _ known: GatewayCursor) -> Bool {
        let reason: String
        if position.epoch != known.epoch {
            reason = "its store has another epoch"
        } else if position.headSequence < known.sequence {
            reason = "its store is behind what was applied here"
        } else {
            return true
        }
        note(reason)
        return false
    }

    /// Whether the gateway says that it is not the store we know: that is noted then.
    func isDataLoss(_ error: RPCError) -> Bool {
        guard error.origin == .peer, error.code == .dataLoss, error.reason == "STORE_RESTORED"
        else { return false }
        note("its store does not have the last event that was applied here")
        return true
    }

    private func note(_ reason: String) {
        guard health.note(reason) else { return }
        logger.critical(
            "DATA_LOSS: the gateway cannot prove what it never knew; recovery stops",
            metadata: ["reason": "\(reason)"]
        )
    }
}
