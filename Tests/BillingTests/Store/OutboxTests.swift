import GRDB
import Payments
import ServiceKit
import Testing

@testable import Billing

@Suite("Mail that is to be sent")
struct OutboxTests {
    private struct Mail: Hashable, Sendable {
        let user: UserID
        let kind: String
        let subject: String
    }

    private func mails(_ books: Books) async throws -> [Mail] {
        try await books.store.read { tables in
            try tables.database.rows(
                "SELECT user, kind, subject FROM outbox ORDER BY event, user LIMIT 1000"
            ).map { try Mail(user: $0[0], kind: $0[1], subject: $0[2]) }
        }
    }

    @Test("R10: every user who wants mail gets one for each event, and nobody gets two")
    func oneForEachUserAndEvent() async throws {
        let books = try Books()
        let account = try await books.account()
        let wanting = [try await books.invite(account), try await books.invite(account)]
        try await books.invite(account, notifications: false)
        try await books.invite(try await books.account())
        let invited = try await mails(books).count
        let invoice = try await books.invoice(account, 300)
        let payment = try await books.reserve(account, 300)
        for version: Int64 in [2, 2, 3] {
            try await books.settle(payment, .approved, version: version)
        }
        let sent = try await mails(books).dropFirst(invited)
        let expected = wanting.flatMap { user in
            [
                Mail(user: user.id, kind: "new_invoice", subject: invoice.id.text),
                Mail(user: user.id, kind: "payment_succeeded", subject: payment.id.text),
            ]
        }
        #expect(sent.count == expected.count)
        #expect(Set(sent) == Set(expected))
    }

    @Test("The schema keeps a second mail of the same event from a user")
    func constraintHolds() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invite(account)
        let error = await #expect(throws: DatabaseError.self) {
            try await books.store.write { tables in
                try tables.notify(account, event: 77, kind: "a", subject: "s")
                try tables.notify(account, event: 77, kind: "b", subject: "s")
            }
        }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT)
    }

    @Test(
        "A decline is told; a payment that is live, failed or canceled is not",
        arguments: [
            (OperationState.declined, ["payment_declined"]), (.expired, ["payment_declined"]),
            (.approved, ["payment_succeeded"]), (.fenced, []), (.voided, []), (.pending, []),
            (.inDoubt, []),
        ]
    )
    func mailsByOutcome(state: OperationState, kinds: [String]) async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invite(account)
        let before = try await mails(books).count
        let payment = try await books.reserve(account)
        try await books.settle(payment, state)
        #expect(try await mails(books).dropFirst(before).map(\.kind) == kinds)
    }

    @Test("An invitation goes to the one invited alone, whatever mail they want")
    func invitations() async throws {
        let books = try Books()
        let account = try await books.account()
        let first = try await books.invite(account)
        let second = try await books.invite(account, notifications: false)
        #expect(
            try await mails(books)
                == [first, second].map {
                    Mail(user: $0.id, kind: "invitation", subject: $0.id.text)
                }
        )
    }

    @Test("Who turns mail off gets no more of it")
    func turnedOff() async throws {
        let books = try Books()
        let account = try await books.account()
        let user = try await books.invite(account)
        _ = try await books.store.updateUser(user.id, .init(notifications: false))
        let before = try await mails(books).count
        try await books.invoice(account, 100)
        #expect(try await mails(books).count == before)
        _ = try await books.store.updateUser(user.id, .init(notifications: true))
        try await books.invoice(account, 100)
        #expect(try await mails(books).count == before + 1)
    }
}
