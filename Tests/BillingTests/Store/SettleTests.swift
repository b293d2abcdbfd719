import GRDB
import Payments
import ServiceKit
import Testing

@testable import Billing

@Suite("Settling by proof")
struct SettleTests {
    /// What the gateway's operation says, and what the payment becomes.
    static let table: [(OperationState, PaymentState)] = [
        (.received, .unknown), (.sent, .unknown), (.inDoubt, .unknown),
        (.pending, .pending), (.requiresAction, .requiresAction),
        (.approved, .succeeded), (.captured, .succeeded),
        (.declined, .declined), (.expired, .declined),
        (.voided, .canceled),
        (.fenced, .failed), (.notSent, .failed),
    ]

    @Test("Each proof maps to its payment state", arguments: table)
    func mapsProofs(proof: OperationState, expected: PaymentState) async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        let settled = try await books.settle(payment, proof)
        #expect(settled.view.payment.state == expected)
        let stored = try await books.payment(payment.id)
        #expect(stored.state == expected)
        #expect(stored.gatewayVersion == 2)
        #expect((stored.settledAt != nil) == expected.isTerminal)
        #expect((stored.historySequence != nil) == expected.isTerminal)
        #expect(stored.declineCode == (proof == .declined ? "do_not_honor" : ""))
        let cleared = try await books.clearing()
        #expect(cleared == (expected == .succeeded ? [payment.attempt.text: 1000] : [:]))
        try await books.expectSound()
    }

    @Test("The table names every state of an operation")
    func tableIsComplete() {
        #expect(Set(Self.table.map(\.0)) == Set(OperationState.allCases))
    }

    @Test("Nothing but a fence or NOT_SENT makes a payment FAILED", arguments: table)
    func onlyFencesFail(proof: OperationState, expected: PaymentState) async throws {
        let books = try Books()
        for start in PaymentState.allCases.filter(\.isLive) {
            var payment = try await books.reserve(try await books.account())
            payment.state = start
            let moved = payment
            try await books.store.write { try $0.update(moved) }
            _ = try await books.store.replyLost(payment.id)
            _ = try await books.store.horizonPassed(payment.id)
            #expect(try await books.payment(payment.id).state.isLive)
            let settled = try await books.settle(payment, proof)
            let failed = settled.view.payment.state == .failed
            #expect(failed == [.fenced, .notSent].contains(proof), "from \(start)")
        }
    }

    @Test("A failure keeps the reason for operators; without one, what the gateway proved")
    func keepsTheFailureReason() async throws {
        let books = try Books()
        let refused = try await books.reserve(try await books.account())
        let proof = refused.proof(.fenced)
        let settled = try await books.store.settle(proof, failureReason: "CVC_EXPIRED")
        #expect(settled.view.payment.failureReason == "CVC_EXPIRED")
        let lost = try await books.reserve(try await books.account())
        #expect(try await books.settle(lost, .notSent).view.payment.failureReason == "NOT_SENT")
        // A reason that turns out to be none leaves no trace on money that moved.
        let paid = try await books.reserve(try await books.account())
        let late = try await books.store.settle(paid.proof(.approved), failureReason: "X")
        #expect(late.view.payment.failureReason == "")
    }

    @Test("A version that is older or the same is no news, whatever it says")
    func comparesVersions() async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        try await books.settle(payment, .pending, version: 5)
        let before = try await books.dump()
        for (state, version) in [
            (OperationState.approved, 5), (.approved, 4), (.declined, 1), (.fenced, 5),
            (.pending, 5), (.inDoubt, 0), (.approved, -1),
        ] as [(OperationState, Int64)] {
            let settled = try await books.settle(payment, state, version: version)
            #expect(settled.action == .ignore)
            #expect(settled.view.payment.state == .pending)
            #expect(try await books.dump() == before)
        }
        #expect(
            try await books.settle(payment, .approved, version: 6).action == .settle(.succeeded)
        )
    }

    @Test("In every order, and each twice, the proofs end in the same books")
    func ordersEndTheSame() async throws {
        let proofs: [(OperationState, Int64)] = [
            (.received, 1), (.inDoubt, 2), (.pending, 3), (.approved, 4),
        ]
        let books = try Books()
        for order in permutations(proofs) {
            let account = try await books.account()
            try await books.invite(account)
            try await books.invoice(account, 700)
            let payment = try await books.reserve(account, 1000)
            for (state, version) in order + order.reversed() {
                try await books.settle(payment, state, version: version)
                try await books.settle(payment, state, version: version)
            }
            let stored = try await books.payment(payment.id)
            #expect(stored.state == .succeeded && stored.gatewayVersion == 4)
            #expect(stored.credited == 300)
            #expect(try await books.clearing()[payment.attempt.text] == 1000)
            let mails = try await books.store.read {
                try $0.database.number(
                    "SELECT COUNT(*) FROM outbox WHERE subject = ?",
                    payment.id.text
                )
            }
            #expect(mails == 1)
        }
        #expect(try await books.count("payment_exceptions") == 0)
        try await books.expectSound()
    }

    private func permutations<Element>(_ items: [Element]) -> [[Element]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    @Test("A proof for a payment that is not here is an error, and writes nothing")
    func unknownPayments() async throws {
        let books = try Books()
        let before = try await books.dump()
        await #expect(throws: BillingError.paymentNotFound) {
            let proof = OperationProof(
                attempt: AttemptID(ULID(high: 3, low: 3)),
                state: .approved,
                version: 1
            )
            return try await books.store.settle(proof)
        }
        #expect(try await books.dump() == before)
    }

    /// How a payment ended, and proof that it ended otherwise.
    static let contradictions: [(OperationState, OperationState)] =
        [.approved, .declined, .fenced, .voided].flatMap { ended in
            OperationState.allCases.filter {
                let outcome = PaymentStateMachine.outcome(of: $0)
                return outcome.isTerminal && outcome != PaymentStateMachine.outcome(of: ended)
            }.map { (ended, $0) }
        }

    @Test(
        "Proof against a terminal state opens an exception and moves no money",
        arguments: contradictions
    )
    func contradictionsOpenExceptions(ended: OperationState, proof: OperationState) async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invite(account)
        try await books.invoice(account, 600)
        let payment = try await books.reserve(account, 1000)
        try await books.settle(payment, ended, version: 2)
        let before = try await books.dump()
        let settled = try await books.settle(payment, proof, version: 3)
        #expect(settled.action == .openException)
        #expect(settled.view.payment.state == PaymentStateMachine.outcome(of: ended))
        let after = try await books.dump()
        for table in before.keys
        where !["payments", "events", "payment_exceptions"].contains(table) {
            #expect(before[table] == after[table], "\(table)")
        }
        let row = try #require(
            try await books.store.read { tables in
                try tables.database.row(
                    """
                    SELECT payment, gateway_version, gateway_state, payment_state
                    FROM payment_exceptions
                    """
                ).map { row -> (PaymentID, Int, Int, Int) in try (row[0], row[1], row[2], row[3]) }
            }
        )
        #expect(row.0 == payment.id && row.1 == 3 && row.2 == proof.rawValue)
        #expect(row.3 == PaymentStateMachine.outcome(of: ended).rawValue)
        // Told again, it is no news.
        try await books.settle(payment, proof, version: 3)
        #expect(try await books.dump() == after)
        try await books.expectSound()
    }

    @Test(
        "A later proof that agrees opens no exception",
        arguments: [
            (OperationState.approved, OperationState.captured), (.declined, .expired),
            (.fenced, .notSent), (.approved, .inDoubt), (.declined, .pending),
        ]
    )
    func agreementIsIgnored(ended: OperationState, proof: OperationState) async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        try await books.settle(payment, ended, version: 2)
        #expect(try await books.settle(payment, proof, version: 3).action == .ignore)
        #expect(try await books.payment(payment.id).gatewayVersion == 3)
        #expect(try await books.count("payment_exceptions") == 0)
    }

    @Test(
        "Past the horizon a payment is in REVIEW and still blocks, until it is proven",
        arguments: [
            OperationState.pending, .requiresAction, .inDoubt,
        ]
    )
    func horizonLeadsToReview(state: OperationState) async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.reserve(account)
        try await books.settle(payment, state, version: 1)
        #expect(try await books.store.horizonPassed(payment.id).payment.state == .review)
        await #expect(throws: BillingError.paymentInProgress(payment.id)) {
            try await books.reserve(account)
        }
        // Doubt does not lead out of it, a result does.
        #expect(try await books.settle(payment, .inDoubt, version: 2).view.payment.state == .review)
        #expect(try await books.settle(payment, .pending, version: 3).view.payment.state == .review)
        let settled = try await books.settle(payment, .approved, version: 4)
        #expect(settled.view.payment.state == .succeeded)
        #expect(try await books.reserve(account).state == .submitting)
    }

    @Test("The horizon and a lost reply change nothing where they have no meaning")
    func eventsWithoutMeaning() async throws {
        let books = try Books()
        let submitting = try await books.reserve(try await books.account())
        #expect(try await books.store.horizonPassed(submitting.id).payment.state == .submitting)
        for (state, expected) in Self.table where expected != .unknown {
            let payment = try await books.reserve(try await books.account())
            try await books.settle(payment, state)
            let before = try await books.dump()
            #expect(try await books.store.replyLost(payment.id).payment.state == expected)
            #expect(try await books.dump() == before)
        }
    }
}
