import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Billing

@Suite("ReviewService")
struct ReviewHandlerTests {
    private func handler(_ books: Books, _ health: GatewayHealth = .init()) -> ReviewHandler {
        ReviewHandler(store: books.store, health: health)
    }

    private func list(
        _ books: Books,
        size: Int32 = 0,
        token: String = ""
    ) async throws -> BillingV1.ListExceptionsResponse {
        try await handler(books).listExceptions(
            .init(pageSize: size, pageToken: token),
            context: .call(BillingV1.ReviewService.listExceptions)
        )
    }

    private func parked(
        _ books: Books,
        size: Int32 = 0,
        token: String = ""
    ) async throws -> BillingV1.ListParkedEventsResponse {
        try await handler(books).listParkedEvents(
            .init(pageSize: size, pageToken: token),
            context: .call(BillingV1.ReviewService.listParkedEvents)
        )
    }

    private func decide(
        _ books: Books,
        _ request: BillingV1.DecideRequest
    ) async throws -> BillingV1.ReviewItem {
        try await handler(books).decide(
            request,
            context: .call(BillingV1.ReviewService.decide)
        )
    }

    @Test("Both kinds of items are listed with what people need to decide them")
    func items() async throws {
        let books = try Books()
        let account = try await books.account()
        let review = try await books.inReview(account)
        let (ended, key) = try await books.contradicted(
            try await books.account(),
            700,
            ended: .declined,
            proof: .approved
        )
        books.clock.advance(milliseconds: 2500)
        try await books.vote(key, .credit, by: "ann")
        books.clock.advance(milliseconds: 500)
        let items = try await list(books).items
        #expect(items.map(\.paymentID) == [review.id.text, ended.id.text])
        #expect(items.map(\.gatewayVersion) == [0, 3])
        #expect(items.map(\.accountID) == [account.text, ended.account.text])
        #expect(items.map(\.attemptID) == [review.attempt.text, ended.attempt.text])
        #expect(items.map(\.amount) == [.cad(1000), .cad(700)])
        #expect(items.map(\.paymentState) == [.review, .declined])
        #expect(items.map(\.gatewayState) == ["", "APPROVED"])
        #expect(items.map(\.ageMilliseconds) == [3000, 3000])
        #expect(items.map { $0.openTime?.milliseconds } == [TestClock.start, TestClock.start])
        #expect(items.map { $0.proposal?.operator } == [nil, "ann"])
        #expect(items[1].proposal?.decision == .credit)
        #expect(items[1].proposal?.note == "as ann found out")
        #expect(items[1].proposal?.createTime?.milliseconds == TestClock.start + 2500)
        #expect(items.allSatisfy { $0.confirmation == nil })
    }

    @Test("Pages of every size list every item once, in the same order")
    func pages() async throws {
        let books = try Books()
        for index in 0..<7 {
            let account = try await books.account()
            if index % 3 == 0 {
                _ = try await books.inReview(account)
            } else {
                let (payment, _) = try await books.contradicted(
                    account,
                    ended: .declined,
                    proof: .approved
                )
                try await books.contradict(payment, .fenced, version: 4)
            }
        }
        let all = try await list(books).items
        #expect(all.count == 11)
        for size: Int32 in 1...12 {
            var (found, token): ([BillingV1.ReviewItem], String) = ([], "")
            repeat {
                let page = try await list(books, size: size, token: token)
                #expect(page.items.count <= Int(size))
                found += page.items
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(found == all, "\(size)")
        }
    }

    @Test("A decision names both operators and stops the clock of its item")
    func decides() async throws {
        let books = try Books()
        let payment = try await books.inReview(try await books.account())
        var request = BillingV1.DecideRequest(
            paymentID: payment.id.text,
            decision: .failed,
            operator: "  ann ",
            note: "the bank's statement has no such charge"
        )
        let first = try await decide(books, request)
        #expect(first.proposal?.operator == "ann" && first.confirmation == nil)
        #expect(first.proposal?.caller == "")
        #expect(try await decide(books, request) == first)
        books.clock.advance(milliseconds: 1000)
        request.operator = "bob"
        request.note = "seen too"
        let done = try await decide(books, request)
        #expect(done.paymentState == .failed)
        #expect(done.confirmation?.operator == "bob" && done.confirmation?.note == "seen too")
        books.clock.advance(milliseconds: 9000)
        #expect(try await decide(books, request) == done)
        #expect(done.ageMilliseconds == 1000)
    }

    @Test("An authenticated caller is one operator, whatever the request says, and is on its vote")
    func authenticated() async throws {
        let books = try Books()
        let payment = try await books.inReview(try await books.account())
        func decide(_ name: String, _ caller: String) async throws -> BillingV1.ReviewItem {
            try await handler(books).decide(
                BillingV1.DecideRequest(
                    paymentID: payment.id.text,
                    decision: .failed,
                    operator: name,
                    note: "why"
                ),
                context: ServerContext(
                    method: BillingV1.ReviewService.decide,
                    caller: Caller(name: caller, tenant: "default")
                )
            )
        }
        let proposed = try await decide("ann", "token ann")
        #expect(proposed.proposal?.operator == "ann" && proposed.proposal?.caller == "token ann")
        await expectRefusal(.failedPrecondition, "ONE_OPERATOR", "operator") {
            try await decide("bob", "token ann")
        }
        #expect(try await list(books).items.map(\.proposal) == [proposed.proposal])
        let done = try await decide("bob", "remit://bob")
        #expect(done.paymentState == .failed && done.confirmation?.caller == "remit://bob")
    }

    static let refusals: [Refusal<BillingV1.DecideRequest>] = [
        Refusal("no payment", "BAD_ID", "payment_id") { $0.paymentID = "" },
        Refusal("another's id", "BAD_ID", "payment_id") { $0.paymentID = "inv_1" },
        Refusal("no such payment", "NOT_FOUND", "payment_id", code: .notFound) {
            $0.paymentID = "pay_01J00000000000000000000000"
        },
        Refusal("a version below zero", "BAD_VERSION", "gateway_version") {
            $0.gatewayVersion = -1
        },
        Refusal("no such exception", "NOT_FOUND", "gateway_version", code: .notFound) {
            $0.gatewayVersion = 9
            $0.decision = .dismiss
        },
        Refusal("no decision", "BAD_ENUM", "decision") { $0.decision = .unspecified },
        Refusal("an unknown decision", "BAD_ENUM", "decision") {
            $0.decision = .unrecognized(99)
        },
        Refusal("an exception's decision", "BAD_ENUM", "decision") { $0.decision = .dismiss },
        Refusal("a review's decision", "BAD_ENUM", "decision") { $0.gatewayVersion = 3 },
        Refusal("no operator", "BAD_TEXT", "operator") { $0.operator = "  " },
        Refusal("a long operator", "BAD_TEXT", "operator") {
            $0.operator = String(repeating: "a", count: 101)
        },
        Refusal("no note", "BAD_TEXT", "note") { $0.note = "" },
        Refusal("a long note", "BAD_TEXT", "note") {
            $0.note = String(repeating: "é", count: 251)
        },
        Refusal("a note of two lines", "BAD_TEXT", "note") { $0.note = "a\nb" },
    ]

    @Test("What cannot be decided is refused, and names the field", arguments: refusals)
    func refuses(refusal: Refusal<BillingV1.DecideRequest>) async throws {
        let books = try Books()
        let payment = try await books.inReview(try await books.account())
        let before = try await books.dump()
        var request = BillingV1.DecideRequest(
            paymentID: payment.id.text,
            decision: .failed,
            operator: "ann",
            note: "why"
        )
        refusal.change(&request)
        let sent = request
        await expectRefusal(refusal.code, refusal.reason, refusal.field) {
            try await decide(books, sent)
        }
        #expect(try await books.dump() == before)
    }

    @Test("Another decision than the proposed one, one that does not fit, and no review")
    func preconditions() async throws {
        let books = try Books()
        let review = try await books.inReview(try await books.account())
        try await books.vote(ReviewKey(review), .failed, by: "ann")
        var request = BillingV1.DecideRequest(
            paymentID: review.id.text,
            decision: .succeeded,
            operator: "bob",
            note: "why"
        )
        for _ in 0..<2 {
            let sent = request
            await expectRefusal(.failedPrecondition, "DECISION_DIFFERS", "decision") {
                try await decide(books, sent)
            }
        }
        let (ended, key) = try await books.contradicted(
            try await books.account(),
            ended: .approved,
            proof: .declined
        )
        request.paymentID = ended.id.text
        let notInReview = request
        await expectRefusal(.failedPrecondition, "NOT_IN_REVIEW", "payment_id") {
            try await decide(books, notInReview)
        }
        request.gatewayVersion = key.gatewayVersion
        request.decision = .credit
        let misfit = request
        await expectRefusal(.failedPrecondition, "DECISION_DOES_NOT_FIT", "decision") {
            try await decide(books, misfit)
        }
    }

    @Test("Parked events are listed in pages with reason and age")
    func parkedEvents() async throws {
        let books = try Books()
        let events = (1...5).map {
            GatewayEvent(sequence: Int64($0), key: "att_future\($0)", proof: nil)
        }
        _ = try await books.store.apply(events, epoch: "a")
        books.clock.advance(milliseconds: 1500)
        var (found, token): ([BillingV1.ParkedEvent], String) = ([], "")
        repeat {
            let page = try await parked(books, size: 2, token: token)
            found += page.events
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(found.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(found.map(\.gatewayKey) == events.map(\.key))
        #expect(found.allSatisfy { $0.reason == "cannot be read" && $0.ageMilliseconds == 1500 })
    }

    @Test("The status counts live payments by state, exceptions and parked events")
    func status() async throws {
        let books = try Books()
        let health = GatewayHealth()
        let context = ServerContext.call(BillingV1.ReviewService.getStatus)
        #expect(
            try await handler(books, health).getStatus(.init(), context: context)
                == BillingV1.GetStatusResponse()
        )
        _ = try await books.inReview(try await books.account())
        books.clock.advance(milliseconds: 1000)
        for _ in 0..<2 { _ = try await books.reserve(try await books.account()) }
        books.clock.advance(milliseconds: 500)
        let (_, key) = try await books.contradicted(
            try await books.account(),
            ended: .approved,
            proof: .declined
        )
        let event = GatewayEvent(sequence: 8, key: "att_future", proof: nil)
        _ = try await books.store.apply([event], epoch: "epoch-1")
        _ = health.note("its store has another epoch")
        let found = try await handler(books, health).getStatus(.init(), context: context)
        #expect(found.gatewayEpoch == "epoch-1" && found.gatewayCursor == 8)
        #expect(found.dataLossReason == "its store has another epoch")
        #expect(
            found.livePayments == [
                .init(state: .submitting, count: 2, oldestAgeMilliseconds: 500),
                .init(state: .review, count: 1, oldestAgeMilliseconds: 1500),
            ]
        )
        #expect(found.openExceptions == 1 && found.parkedEvents == 1)
        try await books.decide(key, .dismiss)
        let after = try await handler(books, health).getStatus(.init(), context: context)
        #expect(after.openExceptions == 0)
    }

    @Test("Both lists refuse sizes and tokens that are none")
    func lists() async throws {
        let books = try Books()
        for size: Int32 in [-1, 201] {
            await expectRefusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size") {
                try await list(books, size: size)
            }
            await expectRefusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size") {
                try await parked(books, size: size)
            }
        }
        let id = "p101J00000000000000000000000"
        for token in ["x", id, id + ".", id + ".-1", id + ".1.1", "p1.1", ".", ".1"] {
            await expectRefusal(.invalidArgument, "BAD_PAGE_TOKEN", "page_token") {
                try await list(books, token: token)
            }
        }
        for token in ["x", id, "p1n", "p1n-1", "p1n0"] {
            await expectRefusal(.invalidArgument, "BAD_PAGE_TOKEN", "page_token") {
                try await parked(books, token: token)
            }
        }
    }

    @Test("A reversal has a detail page of its own, for its account alone")
    func reversalInHistory() async throws {
        let books = try Books()
        let (account, other) = (try await books.account(), try await books.account())
        let payment = try await books.paid(account, 400)
        let key = try await books.contradict(payment, .declined, version: 3)
        try await books.decide(key, .reverse)
        let handler = HistoryHandler(store: books.store)
        let listed = try await handler.listTransactions(
            .init(accountID: account.text, types: [.reversal]),
            context: .call(BillingV1.HistoryService.listTransactions)
        ).transactions
        let reversal = try #require(listed.first)
        #expect(listed.count == 1 && reversal.type == .reversal)
        #expect(reversal.description == "Reversal of a payment by Visa ending in 4242")
        #expect(reversal.amount == .cad(400) && reversal.balanceAfter == .cad(0))
        #expect(reversal.transactionID.hasPrefix("jrn_"))
        let context = ServerContext.call(BillingV1.HistoryService.getTransaction)
        let found = try await handler.getTransaction(
            .init(accountID: account.text, transactionID: reversal.transactionID),
            context: context
        )
        #expect(found == reversal)
        await expectRefusal(.notFound, "NOT_FOUND", "transaction_id") {
            try await handler.getTransaction(
                .init(accountID: other.text, transactionID: reversal.transactionID),
                context: context
            )
        }
    }
}
