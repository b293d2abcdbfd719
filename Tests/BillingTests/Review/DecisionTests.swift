import GRDB
import Payments
import ServiceKit
import Storage
import Testing

@testable import Billing

@Suite("Deciding a payment in review")
struct DecisionTests {
    @Test("The first operator's word is kept and changes nothing else")
    func proposes() async throws {
        let books = try Books()
        let payment = try await books.inReview(try await books.account())
        let before = try await books.dump()
        let item = try await books.vote(ReviewKey(payment), .failed, by: "ann")
        #expect(item.proposal?.voter.name == "ann" && item.proposal?.decision == .failed)
        #expect(item.proposal?.note == "as ann found out" && item.confirmation == nil)
        let after = try await books.dump()
        for table in before.keys where table != "review_decisions" {
            #expect(before[table] == after[table], "\(table)")
        }
        #expect(try await books.payment(payment.id).state == .review)
    }

    @Test("The same operator again changes nothing, however the name is written")
    func sameOperator() async throws {
        let books = try Books()
        let key = ReviewKey(try await books.inReview(try await books.account()))
        let first = try await books.vote(key, .succeeded, by: "Ann")
        let before = try await books.dump()
        for name in ["Ann", "ann", "ANN"] {
            let again = try await books.vote(key, .succeeded, by: name)
            #expect(again.proposal == first.proposal && again.confirmation == nil)
            #expect(try await books.dump() == before)
        }
    }

    @Test("An operator may take back a proposal for another, which still needs a second one")
    func ownProposal() async throws {
        let books = try Books()
        let key = ReviewKey(try await books.inReview(try await books.account()))
        try await books.vote(key, .failed, by: "ann")
        let changed = try await books.vote(key, .succeeded, by: "ann")
        #expect(changed.proposal?.decision == .succeeded && changed.confirmation == nil)
        #expect(changed.payment.state == .review)
        await #expect(throws: BillingError.decisionDiffers(proposed: .succeeded)) {
            try await books.vote(key, .failed, by: "bob")
        }
        let done = try await books.vote(key, .succeeded, by: "bob")
        #expect(done.payment.state == .succeeded)
    }

    // MARK: Who an operator is

    @Test("A caller that is known does not confirm its own proposal, whatever name it gives")
    func sameCaller() async throws {
        let books = try Books()
        let key = ReviewKey(try await books.inReview(try await books.account()))
        let first = try await books.vote(key, .failed, by: "ann", caller: "remit://ann")
        #expect(first.proposal?.voter == ReviewOperator(name: "ann", caller: "remit://ann"))
        let before = try await books.dump()
        for decision in [ReviewDecision.failed, .succeeded] {
            await #expect(throws: BillingError.oneOperator) {
                try await books.vote(key, decision, by: "bob", caller: "remit://ann")
            }
        }
        let again = try await books.vote(key, .failed, by: "Ann", caller: "remit://ann")
        #expect(again.proposal == first.proposal && again.confirmation == nil)
        #expect(try await books.dump() == before)
        let done = try await books.vote(key, .failed, by: "bob", caller: "remit://bob")
        #expect(done.payment.state == .failed)
        #expect(done.confirmation?.voter == ReviewOperator(name: "bob", caller: "remit://bob"))
        #expect(done.proposal == first.proposal)
    }

    @Test(
        "A proposal of when nobody was known is replaced by a known caller's, not confirmed by it"
    )
    func proposedBefore() async throws {
        let books = try Books()
        let key = ReviewKey(try await books.inReview(try await books.account()))
        try await books.vote(key, .failed, by: "ann")
        let taken = try await books.vote(key, .failed, by: "bob", caller: "remit://ann")
        #expect(taken.payment.state == .review && taken.confirmation == nil)
        #expect(taken.proposal?.voter == ReviewOperator(name: "bob", caller: "remit://ann"))
        let done = try await books.vote(key, .failed, by: "cid", caller: "token cid")
        #expect(done.payment.state == .failed)
    }

    @Test("Votes of an older schema are of nobody known")
    func migrates() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("billing.sqlite")
        let old = try SQLiteStore.open(
            path: path,
            migrations: Array(BillingMigrations.all.prefix(5)),
            logger: Books.logger
        )
        try await old.write { database in
            try database.run(
                """
                INSERT INTO review_decisions (payment, gateway_version, decision, proposer,
                    proposal_note, proposed_at)
                VALUES (?, 0, 2, 'ann', 'why', 5)
                """,
                PaymentID(ULID(high: 1, low: 1))
            )
        }
        await old.close()
        let store = try BillingStore(path: path, clock: .system, logger: Books.logger)
        let callers: [String?] = try await store.read { tables in
            try tables.database.rows(
                "SELECT proposing_caller, confirming_caller FROM review_decisions LIMIT 2"
            ).flatMap { try [$0[0] as String?, $0[1] as String?] }
        }
        #expect(callers == [nil, nil])
        await store.close()
    }

    @Test(
        "What a second vote is to a proposal",
        arguments: [
            (("ann", nil), ("Ann", nil), .own), (("ann", nil), ("bob", nil), .another),
            (("ann", "a"), ("ANN", "a"), .own), (("ann", "a"), ("bob", "a"), .unclear),
            (("ann", "a"), ("ann", "b"), .unclear), (("ann", "a"), ("bob", "b"), .another),
            (("ann", nil), ("ann", "a"), .proven), (("ann", nil), ("bob", "b"), .proven),
            (("ann", "a"), ("ann", nil), .unclear), (("ann", "a"), ("bob", nil), .unclear),
        ] as [((String, String?), (String, String?), ReviewOperator.Relation)]
    )
    func relation(
        first: (String, String?),
        second: (String, String?),
        expected: ReviewOperator.Relation
    ) {
        let proposer = ReviewOperator(name: first.0, caller: first.1)
        let voter = ReviewOperator(name: second.0, caller: second.1)
        #expect(voter.relation(toProposalOf: proposer) == expected)
    }

    // MARK: Two that agree, or not

    @Test("A second operator with another decision is refused, and nothing changes")
    func differs() async throws {
        let books = try Books()
        let key = ReviewKey(try await books.inReview(try await books.account()))
        try await books.vote(key, .failed, by: "ann")
        let before = try await books.dump()
        await #expect(throws: BillingError.decisionDiffers(proposed: .failed)) {
            try await books.vote(key, .succeeded, by: "bob")
        }
        #expect(try await books.dump() == before)
    }

    @Test("Two operators settle it like proof does: money, card, history, event and mail")
    func succeeds() async throws {
        let books = try Books()
        let (decided, proven) = (try await books.account(), try await books.account())
        for account in [decided, proven] {
            try await books.invite(account)
            try await books.invoice(account, 600)
        }
        let payment = try await books.inReview(decided)
        books.clock.advance(milliseconds: 5000)
        let item = try await books.decide(ReviewKey(payment), .succeeded)
        #expect(item.payment.state == .succeeded && item.payment.failureReason == "")
        #expect(item.payment.settledAt == books.clock.milliseconds)
        #expect(item.confirmation?.voter.name == "bob")
        let other = try await books.paid(proven, 1000)
        // The one difference is the name of the operators' payment.
        #expect(try await books.historyRows(decided) == books.historyRows(proven))
        #expect(try await books.booked(payment) == books.booked(other))
        #expect(try await books.balance(decided) == books.balance(proven))
        let rows = { (payment: PaymentRecord) in
            try await books.store.read { tables in
                try String.fetchAll(
                    tables.database,
                    sql: """
                        SELECT kind FROM outbox WHERE subject = ?
                        UNION ALL SELECT type FROM events WHERE subject = ?
                            AND type <> 'payment.review' AND type <> 'payment.unknown'
                        """,
                    arguments: [payment.id.text, payment.id.text]
                )
            }
        }
        #expect(try await rows(payment) == rows(other))
        #expect(try await rows(payment) == ["payment_succeeded", "payment.succeeded"])
        #expect(try await books.openItems() == [])
        try await books.expectSound()
    }

    @Test("Decided as FAILED, nothing is booked, and the account may pay again")
    func fails() async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.inReview(account, save: true)
        let item = try await books.decide(ReviewKey(payment), .failed)
        #expect(item.payment.state == .failed)
        #expect(item.payment.failureReason == "DECIDED_BY_OPERATORS")
        #expect(item.payment.saving == .refusedNotApproved)
        #expect(try await books.clearing().isEmpty)
        #expect(try await books.historyRows(account) == ["payment -1000 0 FAILED"])
        #expect(try await books.reserve(account).state == .submitting)
        try await books.expectSound()
    }

    @Test("A card is not saved on operators' word: nothing is known of it")
    func savesNoCard() async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.inReview(account, save: true)
        let item = try await books.decide(ReviewKey(payment), .succeeded)
        #expect(item.payment.saving == .none && item.payment.method == nil)
        #expect(try await books.count("payment_methods") == 0)
    }

    @Test("What is decided answers with what was decided, whoever asks for whatever")
    func decidedAnswers() async throws {
        let books = try Books()
        let payment = try await books.inReview(try await books.account())
        let done = try await books.decide(ReviewKey(payment), .failed)
        let before = try await books.dump()
        for (name, decision) in [
            ("ann", ReviewDecision.failed), ("bob", .failed), ("cat", .succeeded),
        ] {
            let again = try await books.vote(ReviewKey(payment), decision, by: name)
            #expect(again.payment.state == .failed)
            #expect(again.proposal == done.proposal && again.confirmation == done.confirmation)
        }
        #expect(try await books.dump() == before)
    }

    @Test(
        "A payment that is not in review is not decided",
        arguments: [OperationState.inDoubt, .pending, .requiresAction, .approved, .declined]
    )
    func onlyFromReview(state: OperationState) async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        let stored = try await books.settle(payment, state).view.payment
        let before = try await books.dump()
        for decision in [ReviewDecision.succeeded, .failed] {
            await #expect(throws: BillingError.notInReview(stored.state)) {
                try await books.vote(ReviewKey(payment), decision, by: "ann")
            }
        }
        #expect(try await books.dump() == before)
    }

    @Test("Proof that comes between the two operators wins")
    func proofBetween() async throws {
        let books = try Books()
        let payment = try await books.inReview(try await books.account())
        try await books.vote(ReviewKey(payment), .failed, by: "ann")
        try await books.settle(payment, .approved, version: 3)
        #expect(try await books.openItems() == [])
        await #expect(throws: BillingError.notInReview(.succeeded)) {
            try await books.vote(ReviewKey(payment), .failed, by: "bob")
        }
        #expect(try await books.payment(payment.id).state == .succeeded)
        try await books.expectSound()
    }

    @Test(
        "Proof that agrees with a decision is no news; proof against it opens an exception",
        arguments: [
            (ReviewDecision.succeeded, OperationState.approved, true),
            (.succeeded, .captured, true), (.succeeded, .declined, false),
            (.succeeded, .fenced, false), (.failed, .fenced, true), (.failed, .notSent, true),
            (.failed, .approved, false), (.failed, .inDoubt, true),
        ]
    )
    func laterProof(
        decision: ReviewDecision,
        proof: OperationState,
        agrees: Bool
    ) async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.inReview(account)
        let decided = try await books.decide(ReviewKey(payment), decision).payment.state
        let settled = try await books.settle(payment, proof, version: 7)
        #expect(settled.action == (agrees ? .ignore : .openException))
        #expect(settled.view.payment.state == decided)
        let key = ReviewKey(payment: payment.id, gatewayVersion: 7)
        #expect(try await books.openItems() == (agrees ? [] : [key]))
    }

    @Test("A step that cannot be finished leaves nothing of a decision behind")
    func atomic() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invite(account)
        let payment = try await books.inReview(account)
        try await books.vote(ReviewKey(payment), .succeeded, by: "ann")
        let before = try await books.dump()
        for statement in [
            "INSERT ON history", "INSERT ON ledger_postings", "INSERT ON outbox",
            "UPDATE ON review_decisions", "INSERT ON events",
        ] {
            try await books.fail(statement)
            await #expect(throws: DatabaseError.self) {
                try await books.vote(ReviewKey(payment), .succeeded, by: "bob")
            }
            try await books.heal()
            #expect(try await books.dump() == before, "\(statement)")
        }
    }
}
