import Payments
import ServiceKit

@testable import Billing

/// What customers and operators were told: none of it may turn out to be untrue.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class Answers: @unchecked Sendable {
    /// What was said under one request id.
    struct Told {
        let key: RequestKey
        let payment: PaymentID
        let amount: Money
        var outcome: PaymentState?
    }

    private unowned let world: World
    private(set) var told: [Told] = []
    private var positions: [RequestKey: Int] = [:]
    /// What was decided about each item of the review.
    private(set) var decided: [ReviewKey: ReviewDecision] = [:]

    init(_ world: World) {
        self.world = world
    }

    /// An operator was told that an item is decided.
    func note(_ item: ReviewKey, _ decision: ReviewDecision) {
        world.note("decided", Int64(decision.rawValue), "\(item.payment) \(decision.name)")
        if let before = decided.updateValue(decision, forKey: item), before != decision {
            world.fail("\(item.payment) was decided \(before.name), and then \(decision.name)")
        }
    }

    /// A customer was told about a payment.
    func note(_ key: RequestKey, _ payment: PaymentRecord) {
        world.note("answer", Int64(payment.state.rawValue), "\(key.text) \(payment.state.name)")
        guard let position = positions[key] else {
            positions[key] = told.count
            told.append(
                Told(
                    key: key,
                    payment: payment.id,
                    amount: payment.amount,
                    outcome: payment.state.isTerminal ? payment.state : nil
                )
            )
            return
        }
        let before = told[position]
        if before.payment != payment.id {
            world.fail("\(key.text) is \(before.payment), and then \(payment.id)")
        }
        if before.amount != payment.amount { world.fail("\(payment.id) has another amount") }
        guard payment.state.isTerminal else { return }
        if let outcome = before.outcome, outcome != payment.state {
            world.fail("\(payment.id) was \(outcome.name), and then \(payment.state.name)")
        }
        told[position].outcome = payment.state
    }
}
