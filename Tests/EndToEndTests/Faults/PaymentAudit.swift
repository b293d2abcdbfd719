import RemitAPI
import Testing

/// What must hold of a load's payments once the services have recovered.
struct PaymentAudit {
    /// How long recovery and the bank may take.
    private static let maxRecovery = Duration.seconds(60)

    let bench: TestBench
    private(set) var outcomes: [String: Int] = [:]
    private var decided: [String: BillingV1.Payment] = [:]

    init(_ bench: TestBench) {
        self.bench = bench
    }

    /// Nothing acknowledged is lost, each payment is decided as the bank has it, and the books
    /// agree.
    ///
    /// - Parameters:
    ///   - intentions: all of the load's. What was found decided before is looked at again only
    ///     when `isFinal`.
    ///   - isFinal: whether what is pending must be decided now.
    mutating func check(_ intentions: [PaymentLoad.Intention], isFinal: Bool) async throws {
        var found: [(PaymentLoad.Intention, BillingV1.Payment)] = []
        for intention in intentions {
            if !isFinal, let known = decided[intention.requestID] {
                found.append((intention, known))
                continue
            }
            guard let payment = try await settled(intention, isFinal: isFinal) else {
                #expect(intention.answers.isEmpty, "lost: \(intention)")
                continue
            }
            if let before = decided[intention.requestID] { #expect(payment == before) }
            check(intention, payment)
            if payment.state.isTerminal { decided[intention.requestID] = payment }
            found.append((intention, payment))
        }
        try await checkBank(found)
        try await checkLive(found)
        if isFinal { try await checkBalances(found) }
        try await bench.checkBooks()
        outcomes = [:]
        for (_, payment) in found { outcomes[payment.state.name, default: 0] += 1 }
    }

    /// A payment when recovery is through with it; nil when there is none.
    private func settled(
        _ intention: PaymentLoad.Intention,
        isFinal: Bool
    ) async throws -> BillingV1.Payment? {
        guard try await bench.payment(requestID: intention.requestID) != nil else { return nil }
        let mayBePending =
            isFinal ? intention.plan.mayStayPending : intention.plan.mayBePending
        // Of a type that is no optional: nil below means that it is not over.
        let settled: BillingV1.Payment = try await eventually(
            "recovery of \(intention)",
            within: Self.maxRecovery
        ) {
            guard let payment = try await bench.payment(requestID: intention.requestID) else {
                return nil
            }
            let isOver = payment.state.isTerminal || (mayBePending && payment.state == .pending)
            return isOver ? payment : nil
        }
        return settled
    }

    private func check(_ intention: PaymentLoad.Intention, _ payment: BillingV1.Payment) {
        #expect(payment.accountID == intention.account)
        #expect(payment.amount == money(intention.minorUnits))
        if payment.state == .succeeded {
            #expect(intention.plan.maySucceed, "\(intention)")
        }
        for answer in intention.answers {
            #expect(answer.paymentID == payment.paymentID, "\(intention)")
            #expect(
                answer.state.mayBecome(payment.state),
                "\(answer.state) was acknowledged, \(payment.state) is found: \(intention)"
            )
        }
    }

    /// One line of the bank's book at most under each key, approved exactly where the payment has
    /// succeeded, and none under a key that billing does not know.
    private func checkBank(
        _ found: [(PaymentLoad.Intention, BillingV1.Payment)]
    ) async throws {
        let payments = found.map(\.1)
        let late = Set(found.filter { $0.0.plan == .lateApproval }.map(\.1.attemptID))
        let lines = try await eventually("an end of late approvals", within: Self.maxRecovery) {
            let lines = try await bench.allCharges()
            return lines.contains { late.contains($0.key) && $0.state == .approved } ? nil : lines
        }
        let charges = Dictionary(grouping: lines, by: \.key)
        let known = Set(payments.map(\.attemptID))
        for (key, lines) in charges {
            #expect(lines.count == 1, "\(key) reached the bank more than once")
            #expect(known.contains(key), "the bank has a charge of no payment: \(key)")
        }
        for payment in payments {
            let states = charges[payment.attemptID, default: []].map(\.state)
            if payment.state == .succeeded {
                #expect(states == [.approved], "\(payment)")
            } else if payment.state.isTerminal {
                #expect(!states.contains(.approved) && !states.contains(.pending), "\(payment)")
            }
        }
    }

    /// Nothing is live but what the bank leaves pending.
    private func checkLive(
        _ found: [(PaymentLoad.Intention, BillingV1.Payment)]
    ) async throws {
        let pending = Set(found.filter { $0.1.state == .pending }.map(\.1.attemptID))
        let others = try await bench.inFlight().subtracting(pending)
        #expect(others.isEmpty, "still live: \(others)")
    }

    /// What was paid without an invoice is credit.
    private func checkBalances(
        _ found: [(PaymentLoad.Intention, BillingV1.Payment)]
    ) async throws {
        var paid: [String: Int64] = [:]
        for (intention, payment) in found {
            paid[intention.account, default: 0] -=
                payment.state == .succeeded ? intention.minorUnits : 0
        }
        for (account, minorUnits) in paid {
            let current = try await bench.balance(account).current
            #expect(current == money(minorUnits), "the balance of \(account)")
        }
    }
}
