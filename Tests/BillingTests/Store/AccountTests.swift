import Payments
import RemitAPI
import Testing

@testable import Billing

@Suite("Accounts and their users")
struct AccountTests {
    @Test("Accounts are numbered, keep their currency and begin with nothing")
    func accounts() async throws {
        let books = try Books()
        let first = try await books.account()
        let second = try await books.account(.JPY)
        let found = try await books.store.read { try $0.account(number: 2) }
        #expect(found.id == second && found.numberText == "000002" && found.currency == .JPY)
        #expect(try found.billingAddress.decoded() == Books.address)
        #expect(found.balance == BalanceRecord(outstanding: 0, credit: 0, version: 1))
        #expect(try await books.store.read { try $0.account(first).numberText } == "000001")
        await #expect(throws: BillingError.accountNotFound) {
            try await books.store.read { try $0.account(number: 3) }
        }
    }

    @Test("R16: a username is taken for ever, in whatever case it is written")
    func usernames() async throws {
        let books = try Books()
        let account = try await books.account()
        let user = { (name: String, account: AccountID) in
            BillingStore.NewUser(
                account: account,
                firstName: "A",
                lastName: "B",
                username: name,
                email: "a@example.com",
                timeZone: "UTC",
                notifications: true
            )
        }
        let key = books.newKey()
        let first = try await books.store.inviteUser(key, user("Alice", account))
        let other = try await books.account()
        let before = try await books.dump()
        await #expect(throws: BillingError.usernameTaken) {
            try await books.store.inviteUser(books.newKey(), user("ALICE", other))
        }
        await #expect(throws: BillingError.keyReused) {
            try await books.store.inviteUser(key, user("bob", account))
        }
        await #expect(throws: BillingError.accountNotFound) {
            try await books.store.inviteUser(
                books.newKey(),
                user("bob", AccountID(.init(high: 5, low: 5)))
            )
        }
        #expect(try await books.store.inviteUser(key, user("Alice", account)).id == first.id)
        #expect(try await books.dump() == before)
    }

    @Test("R12: the users' order is data")
    func order() async throws {
        let books = try Books()
        let account = try await books.account()
        var users: [UserID] = []
        for _ in 0..<4 { users.append(try await books.invite(account).id) }
        #expect(try await books.store.read { try $0.users(of: account).map(\.id) } == users)
        let wanted = [users[2], users[0], users[3], users[1]]
        #expect(try await books.store.reorderUsers(account, wanted).map(\.id) == wanted)
        #expect(try await books.store.read { try $0.users(of: account).map(\.id) } == wanted)
        let stranger = try await books.invite(try await books.account()).id
        let before = try await books.dump()
        for bad in [
            [], Array(wanted.dropLast()), wanted + [wanted[0]],
            [users[0], users[0], users[1], users[2]], [users[0], users[1], users[2], stranger],
        ] {
            await #expect(throws: BillingError.badOrder) {
                try await books.store.reorderUsers(account, bad)
            }
        }
        #expect(try await books.dump() == before)
        let late = try await books.invite(account).id
        #expect(try await books.store.read { try $0.users(of: account).last?.id } == late)
    }

    @Test("An update changes what it names and leaves the rest")
    func updates() async throws {
        let books = try Books()
        let account = try await books.account()
        let user = try await books.invite(account)
        let changed = try await books.store.updateUser(user.id, .init(lastName: "New"))
        #expect(changed.lastName == "New" && changed.firstName == "First")
        #expect(changed.email == user.email && changed.username == user.username)
        let again = try await books.store.updateUser(
            user.id,
            .init(firstName: "N", email: "n@example.com", timeZone: "UTC", notifications: false)
        )
        let stored = try await books.store.read { try $0.user(user.id) }
        #expect(stored.firstName == "N" && stored.lastName == "New")
        #expect(stored.email == "n@example.com" && stored.timeZone == "UTC")
        #expect(!stored.notifications && again.position == stored.position)
        await #expect(throws: BillingError.userNotFound) {
            try await books.store.updateUser(UserID(.init(high: 5, low: 5)), .init())
        }
    }

    @Test("An account has no more users than its limit")
    func userLimit() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<BillingTables.maxUsers { try await books.invite(account) }
        await #expect(throws: BillingError.self) { try await books.invite(account) }
        #expect(try await books.count("users") == Int64(BillingTables.maxUsers))
    }

    @Test("R13: a saved card is listed until it is deleted, once for all")
    func savedCards() async throws {
        let books = try Books()
        let account = try await books.account()
        let older = try await books.savedMethod(account)
        let newer = try await books.savedMethod(account)
        let stranger = try await books.account()
        #expect(
            try await books.store.read { try $0.methods(of: account).map(\.id) }
                == [newer, older]
        )
        await #expect(throws: BillingError.methodNotFound) {
            try await books.store.deleteMethod(older, of: stranger)
        }
        #expect(try await books.store.deleteMethod(older, of: account).isDeleted)
        let before = try await books.dump()
        #expect(try await books.store.deleteMethod(older, of: account).isDeleted)
        #expect(try await books.dump() == before)
        #expect(try await books.store.read { try $0.methods(of: account).map(\.id) } == [newer])
    }

    @Test(
        "A card is kept only when the gateway has kept it",
        arguments: [
            (OperationState.approved, true, CardSaving.saved, CardSaving.saved),
            (.approved, true, .refusedPostalCode, .refusedPostalCode),
            (.approved, false, .none, .none),
            (.declined, true, .none, .refusedNotApproved),
            (.fenced, true, .none, .refusedNotApproved),
            (.declined, false, .none, .none),
        ]
    )
    func keepsCards(
        state: OperationState,
        wish: Bool,
        proof: CardSaving,
        expected: CardSaving
    ) async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.reserve(account, 100, save: wish)
        let settled = try await books.settle(payment, state, saving: proof).view.payment
        #expect(settled.saving == expected)
        let methods = try await books.store.read { try $0.methods(of: account) }
        #expect(
            methods.map(\.id) == (expected == .saved ? [settled.method] : []).compactMap(\.self)
        )
        #expect(methods.allSatisfy { $0.token == payment.token && $0.card == payment.card })
    }
}
