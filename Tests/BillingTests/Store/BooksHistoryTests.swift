import Payments
import Testing

@testable import Billing

/// A long random history of posts, payments and proofs, with the books audited on the way.
@Suite("The books over a random history")
struct BooksHistoryTests {
    private struct Customer {
        let account: AccountID
        let currency: Currency
        var live: PaymentRecord?
        var version: Int64 = 0
        /// What was posted and what was paid, as the test counts it.
        var posted: Int64 = 0
        var paid: Int64 = 0
    }

    @Test(
        "Balances are their sums, the ledger balances, the chain verifies",
        arguments: [
            UInt64(1), 2, 3, 4,
        ]
    )
    func randomHistory(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let books = try Books()
        var customers: [Customer] = []
        for currency: Currency in [.CAD, .CAD, .JPY] {
            let account = try await books.account(currency)
            try await books.invite(account)
            customers.append(Customer(account: account, currency: currency))
        }
        for step in 0..<240 {
            books.clock.advance(milliseconds: Int64.random(in: 0...90_000_000, using: &random))
            let index = Int.random(in: 0..<customers.count, using: &random)
            try await act(&customers[index], books, &random)
            if step.isMultiple(of: 20) { try await books.expectSound() }
        }
        try await books.expectSound()
        for customer in customers {
            let balance = try await books.balance(customer.account)
            #expect(balance.current == customer.posted - customer.paid)
            #expect(balance.outstanding == 0 || balance.credit == 0)
        }
        #expect(try await books.count("history") > 50)
    }

    private func act(
        _ customer: inout Customer,
        _ books: Books,
        _ random: inout SplitMix64
    ) async throws {
        let amount = Int64.random(in: 1...5000, using: &random)
        if random.chance(40) {
            let tax = Int64.random(in: 0..<amount, using: &random)
            let posted = try await books.invoice(
                customer.account,
                amount,
                tax: random.chance(50) ? tax : 0,
                currency: customer.currency
            )
            customer.posted += posted.total
        } else if let live = customer.live {
            try await prove(live, &customer, books, &random)
        } else {
            let request = books.request(customer.account, amount, currency: customer.currency)
            customer.live = try await books.reserve(request)
            customer.version = 0
        }
    }

    private func prove(
        _ live: PaymentRecord,
        _ customer: inout Customer,
        _ books: Books,
        _ random: inout SplitMix64
    ) async throws {
        let state = OperationState.allCases.randomElement(using: &random) ?? .approved
        // One proof in five is old, and then says nothing.
        let isOld = random.chance(20) && customer.version > 0
        if !isOld { customer.version += Int64.random(in: 1...3, using: &random) }
        for _ in 0..<(random.chance(30) ? 2 : 1) {
            let settled = try await books.settle(live, state, version: customer.version)
            switch settled.action {
            case .settle(let ended):
                #expect(ended == PaymentStateMachine.outcome(of: state))
                if ended == .succeeded { customer.paid += live.amount.minorUnits }
                customer.live = nil
            case .move, .ignore: break
            case .openException: Issue.record("an exception without a contradiction")
            }
        }
    }
}
