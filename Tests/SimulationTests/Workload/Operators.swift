import Payments
import ServiceKit
import Storage

@testable import Billing

/// Two operators, who decide what nothing has proven, and what a proof contradicts.
struct Operators {
    let world: World

    private static let names = ["Ada", "Ben"]

    /// Whether a history has operators, and a horizon that its payments reach. A source of its own
    /// tells: the histories without them stay what they were.
    static func areIn(_ seed: UInt64) -> Bool {
        var random = SplitMix64(seed: seed ^ 0x0DEC_1DE0_0F0A_0002)
        return random.below(3) == 0
    }

    /// Both begin to work: each looks at what is open now and then, and is away for a while
    /// sometimes, so that the other one's word stands alone.
    func begin() {
        for name in Self.names {
            let looks = 8 + world.random.below(8)
            world.spawn { [self] in
                for _ in 0..<looks {
                    let isAway = world.random.below(6) == 0
                    await world.sleep(
                        milliseconds: isAway ? 8000 : 200 + world.random.below(2500)
                    )
                    let items = await openItems()
                    if !items.isEmpty { await vote(on: world.random.pick(items), by: name) }
                }
            }
        }
    }

    /// Both decide about all that is open, and agree.
    func decideAll() {
        world.spawn { [self] in
            for item in await openItems() {
                let decision = item.proposal?.decision ?? drawn(item)
                for name in Self.names { await decide(item.key, decision, by: name) }
            }
        }
    }

    private func openItems() async -> [ReviewItem] {
        let answer = await world.network.send(
            to: world.billing,
            timeoutMilliseconds: 3000,
            "list what is open"
        ) { server in
            (try? await server.store.openReviewItems(after: nil, limit: 20)) ?? []
        }
        guard case .success(let items) = answer else { return [] }
        return items
    }

    /// Says what the other one said, or something else.
    private func vote(on item: ReviewItem, by name: String) async {
        let isOwnMind = world.random.below(2) == 0
        let proposed = isOwnMind ? nil : item.proposal?.decision
        await decide(item.key, proposed ?? drawn(item), by: name)
    }

    /// What an operator makes of an item: nobody knows whether a payment in review was paid, and an
    /// exception says where the money is. One in four does not look.
    private func drawn(_ item: ReviewItem) -> ReviewDecision {
        guard let proof = item.gatewayState else {
            return world.random.pick([.succeeded, .failed])
        }
        if world.random.below(4) == 0 { return world.random.pick([.credit, .reverse, .dismiss]) }
        let isTaken = PaymentStateMachine.outcome(of: proof) == .succeeded
        let isBooked = item.payment.state == .succeeded
        guard isTaken != isBooked, world.random.below(3) != 0 else { return .dismiss }
        return isTaken ? .credit : .reverse
    }

    private func decide(
        _ key: ReviewKey,
        _ decision: ReviewDecision,
        by name: String
    ) async {
        let answer = await world.network.send(
            to: world.billing,
            timeoutMilliseconds: 3000,
            "decide"
        ) { server -> Result<ReviewItem, BillingError> in
            do {
                return .success(
                    try await server.store.decide(
                        key,
                        decision,
                        by: ReviewOperator(name: name, caller: name),
                        note: "as \(name) sees it"
                    )
                )
            } catch {
                return .failure(.wrap(error))
            }
        }
        switch answer {
        case .success(.success(let item)):
            if let confirmation = item.confirmation {
                world.answers.note(key, confirmation.decision)
            }
        case .success(.failure(let error)): refused(key, decision, error)
        case .failure(let failure):
            world.note("no answer", 0, "\(name) about \(key.payment): \(failure)")
        }
    }

    /// What may refuse a vote: another word, another decision before it, a proof, a crash.
    private func refused(_ key: ReviewKey, _ decision: ReviewDecision, _ error: BillingError) {
        world.note("a vote is refused", 0, "\(decision.name) on \(key.payment): \(error)")
        switch error {
        case .decisionDiffers: world.tally.disagreements += 1
        case .decisionDoesNotFit: world.tally.misfits += 1
        case .notInReview, .storage(.abandoned), .storage(.closed), .storage(.outcomeUnknown): break
        default: world.fail("\(decision.name) on \(key.payment) came to \(error)")
        }
    }
}
