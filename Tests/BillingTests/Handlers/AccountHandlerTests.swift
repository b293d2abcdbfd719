import Payments
import RemitAPI
import TTRPC
import Testing

@testable import Billing

@Suite("AccountService")
struct AccountHandlerTests {
    private typealias Create = BillingV1.CreateAccountRequest
    private typealias Get = BillingV1.GetAccountRequest

    private func create(
        _ books: Books,
        _ change: (inout BillingV1.CreateAccountRequest) -> Void = { _ in }
    ) async throws -> BillingV1.Account {
        var request = Create(requestID: books.newKey().text, displayName: "  Acme  ")
        change(&request)
        return try await AccountHandler(store: books.store)
            .create(request, context: .call(BillingV1.AccountService.create))
    }

    private func get(
        _ books: Books,
        _ key: BillingV1.GetAccountRequest.Key?
    ) async throws -> BillingV1.Account {
        try await AccountHandler(store: books.store)
            .get(Get(key: key), context: .call(BillingV1.AccountService.get))
    }

    @Test("An account is in CAD by default, and can be found by its id and by its number")
    func createsAndGets() async throws {
        let books = try Books()
        let account = try await create(books) { $0.billingAddress = Books.address }
        #expect(account.displayName == "Acme" && account.currency == "CAD")
        #expect(account.accountNumber == "000001" && account.billingAddress == Books.address)
        #expect(account.balance?.current == .cad(0) && account.balance?.version == 1)
        #expect(account.createTime?.seconds == TestClock.start / 1000)
        #expect(try await get(books, .accountID(account.accountID)) == account)
        #expect(try await get(books, .accountNumber(" 000001 ")) == account)
        #expect(try await get(books, .accountNumber("1")) == account)
    }

    @Test("R2: an account in credit shows a negative current balance, pending money apart")
    func balances() async throws {
        let books = try Books()
        let id = try await books.account()
        try await books.invoice(id, 300)
        try await books.paid(id, 1000)
        _ = try await books.reserve(id, 50)
        let balance = try #require(try await get(books, .accountID(id.text)).balance)
        #expect(balance.current == .cad(-700) && balance.credit == .cad(700))
        #expect(balance.outstanding == .cad(0) && balance.pending == .cad(50))
    }

    static let refusals: [Refusal<BillingV1.CreateAccountRequest>] = [
        Refusal("no request id", "BAD_ID", "request_id") { $0.requestID = "" },
        Refusal("a request id that is none", "BAD_ID", "request_id") { $0.requestID = "1234" },
        Refusal("no name", "BAD_TEXT", "display_name") { $0.displayName = "" },
        Refusal("a blank name", "BAD_TEXT", "display_name") { $0.displayName = " \t " },
        Refusal("a long name", "BAD_TEXT", "display_name") {
            $0.displayName = String(repeating: "x", count: 201)
        },
        Refusal("a control character", "BAD_TEXT", "display_name") { $0.displayName = "a\u{1}b" },
        Refusal("a currency not offered", "CURRENCY_MISMATCH", "currency") {
            $0.currency = "XXX"
        },
        Refusal("a currency in lower case", "CURRENCY_MISMATCH", "currency") {
            $0.currency = "cad"
        },
        Refusal("a country of three letters", "BAD_TEXT", "billing_address.country") {
            $0.billingAddress = .init(country: "CAN")
        },
        Refusal("a country of one letter", "BAD_TEXT", "billing_address.country") {
            $0.billingAddress = .init(country: "C")
        },
        Refusal("a long line", "BAD_TEXT", "billing_address.line1") {
            $0.billingAddress = .init(line1: String(repeating: "x", count: 201))
        },
        Refusal("a long second line", "BAD_TEXT", "billing_address.line2") {
            $0.billingAddress = .init(line2: String(repeating: "x", count: 201))
        },
        Refusal("a long city", "BAD_TEXT", "billing_address.city") {
            $0.billingAddress = .init(city: String(repeating: "x", count: 101))
        },
        Refusal("a long region", "BAD_TEXT", "billing_address.region") {
            $0.billingAddress = .init(region: String(repeating: "x", count: 101))
        },
        Refusal("a long postal code", "BAD_TEXT", "billing_address.postal_code") {
            $0.billingAddress = .init(postalCode: String(repeating: "1", count: 21))
        },
    ]

    @Test("Create refuses", arguments: refusals)
    func refuses(refusal: Refusal<BillingV1.CreateAccountRequest>) async throws {
        let books = try Books()
        await expectRefusal(refusal.code, refusal.reason, refusal.field) {
            try await create(books, refusal.change)
        }
        #expect(try await books.count("accounts") == 0)
        #expect(try await books.count("request_keys") == 0)
    }

    @Test("A request id used for something else is ALREADY_EXISTS")
    func reusedKey() async throws {
        let books = try Books()
        let key = books.newKey().text
        let first = try await create(books) { $0.requestID = key }
        #expect(try await create(books) { $0.requestID = key } == first)
        await expectRefusal(.alreadyExists, "KEY_REUSED_DIFFERENT_BODY", "request_id") {
            try await create(books) {
                $0.requestID = key
                $0.displayName = "Other"
            }
        }
    }

    @Test("Get refuses what names no account")
    func refusesGet() async throws {
        let books = try Books()
        await expectRefusal(.invalidArgument, "BAD_ID", "account_id") {
            try await get(books, nil)
        }
        for id in [
            "", "acct_", "pay_01J00000000000000000000000", "acct_01J0000000000000000000000!",
        ] {
            await expectRefusal(.invalidArgument, "BAD_ID", "account_id") {
                try await get(books, .accountID(id))
            }
        }
        for number in ["", "x", "0", "-1", "1.5", "12 34", "99999999999999999999"] {
            await expectRefusal(.invalidArgument, "BAD_TEXT", "account_number") {
                try await get(books, .accountNumber(number))
            }
        }
        await expectRefusal(.notFound, "NOT_FOUND", "account_id") {
            try await get(books, .accountID("acct_01J00000000000000000000000"))
        }
        await expectRefusal(.notFound, "NOT_FOUND", "account_number") {
            try await get(books, .accountNumber("7"))
        }
    }
}
