import Payments
import RemitAPI
import TTRPC
import Testing

@testable import Billing

@Suite("UserService")
struct UserHandlerTests {
    private func invite(
        _ books: Books,
        _ account: String,
        _ change: (inout BillingV1.InviteUserRequest) -> Void = { _ in }
    ) async throws -> BillingV1.User {
        var request = BillingV1.InviteUserRequest(
            requestID: books.newKey().text,
            accountID: account,
            firstName: "Ann",
            lastName: "Lee",
            username: "ann\(books.number())",
            email: "ann@example.com",
            notifications: true
        )
        change(&request)
        return try await UserHandler(store: books.store)
            .invite(request, context: .call(BillingV1.UserService.invite))
    }

    private func update(
        _ books: Books,
        _ request: BillingV1.UpdateUserRequest
    ) async throws -> BillingV1.User {
        try await UserHandler(store: books.store)
            .update(request, context: .call(BillingV1.UserService.update))
    }

    private func list(_ books: Books, _ account: String) async throws -> [BillingV1.User] {
        try await UserHandler(store: books.store)
            .list(.init(accountID: account), context: .call(BillingV1.UserService.list)).users
    }

    private func reorder(
        _ books: Books,
        _ account: String,
        _ ids: [String]
    ) async throws -> [BillingV1.User] {
        try await UserHandler(store: books.store)
            .reorder(
                .init(accountID: account, userIds: ids),
                context: .call(BillingV1.UserService.reorder)
            ).users
    }

    @Test("R16: users are invited, listed in their order, changed and put into another order")
    func lifeOfUsers() async throws {
        let books = try Books()
        let account = try await books.account().text
        let first = try await invite(books, account)
        let second = try await invite(books, account) { $0.timeZone = "Europe/Paris" }
        #expect(first.timeZone == "America/Toronto" && second.timeZone == "Europe/Paris")
        #expect(first.notifications && first.accountID == account)
        let changed = try await update(
            books,
            .init(
                userID: first.userID,
                email: "new@example.com",
                notificationsSetting: .notifications(false)
            )
        )
        #expect(changed.email == "new@example.com" && !changed.notifications)
        #expect(changed.firstName == "Ann" && changed.username == first.username)
        let untouched = try await update(books, .init(userID: first.userID))
        #expect(untouched == changed)
        let ids = [second.userID, first.userID]
        #expect(try await reorder(books, account, ids).map(\.userID) == ids)
        let listed = try await list(books, account)
        #expect(listed.map(\.userID) == ids && listed.map(\.position) == [1, 2])
    }

    static let refusals: [Refusal<BillingV1.InviteUserRequest>] = [
        Refusal("no request id", "BAD_ID", "request_id") { $0.requestID = "x" },
        Refusal("no account", "BAD_ID", "account_id") { $0.accountID = "" },
        Refusal("an id of another kind", "BAD_ID", "account_id") {
            $0.accountID = "usr_01J00000000000000000000000"
        },
        Refusal("an account that is not there", "NOT_FOUND", "account_id", code: .notFound) {
            $0.accountID = "acct_01J00000000000000000000000"
        },
        Refusal("no first name", "BAD_TEXT", "first_name") { $0.firstName = " " },
        Refusal("no last name", "BAD_TEXT", "last_name") { $0.lastName = "" },
        Refusal("a long last name", "BAD_TEXT", "last_name") {
            $0.lastName = String(repeating: "x", count: 101)
        },
        Refusal("no username", "BAD_TEXT", "username") { $0.username = "" },
        Refusal("a line end in a username", "BAD_TEXT", "username") { $0.username = "a\nb" },
        Refusal("no email", "BAD_TEXT", "email") { $0.email = "" },
        Refusal("an email without @", "BAD_TEXT", "email") { $0.email = "ann.example.com" },
        Refusal("an email with two @", "BAD_TEXT", "email") { $0.email = "a@b@c" },
        Refusal("an email without a name", "BAD_TEXT", "email") { $0.email = "@example.com" },
        Refusal("an email without a host", "BAD_TEXT", "email") { $0.email = "ann@" },
        Refusal("an email with a space", "BAD_TEXT", "email") { $0.email = "a b@example.com" },
        Refusal("a long email", "BAD_TEXT", "email") {
            $0.email = String(repeating: "x", count: 250) + "@example.com"
        },
        Refusal("a time zone that is no name", "BAD_TEXT", "time_zone") {
            $0.timeZone = "America/Toronto; DROP"
        },
        Refusal("a long time zone", "BAD_TEXT", "time_zone") {
            $0.timeZone = String(repeating: "x", count: 65)
        },
    ]

    @Test("Invite refuses", arguments: refusals)
    func refuses(refusal: Refusal<BillingV1.InviteUserRequest>) async throws {
        let books = try Books()
        let account = try await books.account().text
        await expectRefusal(refusal.code, refusal.reason, refusal.field) {
            try await invite(books, account, refusal.change)
        }
        #expect(try await books.count("users") == 0)
        #expect(try await books.count("outbox") == 0)
    }

    @Test("R16: a username that is taken says so in the article's words")
    func usernameTaken() async throws {
        let books = try Books()
        let account = try await books.account().text
        _ = try await invite(books, account) { $0.username = "ann" }
        await expectRefusal(.alreadyExists, "USERNAME_TAKEN", "username") {
            try await invite(books, account) { $0.username = "Ann" }
        }
        #expect(
            RPCError(BillingError.usernameTaken).message
                == "The username already exists. Please use a different username."
        )
    }

    @Test("Update refuses what cannot be")
    func refusesUpdate() async throws {
        let books = try Books()
        let user = try await invite(books, try await books.account().text).userID
        let cases: [(BillingV1.UpdateUserRequest, String, String)] = [
            (.init(userID: ""), "BAD_ID", "user_id"),
            (.init(userID: user, firstName: "  "), "BAD_TEXT", "first_name"),
            (.init(userID: user, lastName: "a\u{7}"), "BAD_TEXT", "last_name"),
            (.init(userID: user, email: "nobody"), "BAD_TEXT", "email"),
            (.init(userID: user, timeZone: "a b"), "BAD_TEXT", "time_zone"),
        ]
        let before = try await books.dump()
        for (request, reason, field) in cases {
            await expectRefusal(.invalidArgument, reason, field) {
                try await update(books, request)
            }
        }
        await expectRefusal(.notFound, "NOT_FOUND", "user_id") {
            try await update(books, .init(userID: "usr_01J00000000000000000000000"))
        }
        #expect(try await books.dump() == before)
    }

    @Test("List and Reorder refuse what names no account or not every user")
    func refusesLists() async throws {
        let books = try Books()
        let account = try await books.account().text
        let user = try await invite(books, account).userID
        for call in [list, { try await reorder($0, $1, [user]) }] {
            await expectRefusal(.invalidArgument, "BAD_ID", "account_id") {
                try await call(books, "nobody")
            }
            await expectRefusal(.notFound, "NOT_FOUND", "account_id") {
                try await call(books, "acct_01J00000000000000000000000")
            }
        }
        await expectRefusal(.invalidArgument, "BAD_ID", "user_ids") {
            try await reorder(books, account, [user, "somebody"])
        }
        for ids in [[], [user, user], ["usr_01J00000000000000000000000"]] {
            await expectRefusal(.invalidArgument, "BAD_ORDER", "user_ids") {
                try await reorder(books, account, ids)
            }
        }
    }
}
