import Foundation
import Payments
import RemitAPI
import ServiceKit

extension BillingStore {
    /// Opens an account.
    ///
    /// - Throws: `BillingError.keyReused`, `StorageError`.
    func createAccount(
        _ key: RequestKey,
        displayName: String,
        currency: Currency,
        address: RemitType.BillingAddress
    ) async throws -> AccountRecord {
        let hash = BodyHash.of("account", displayName, currency.code)
        return try await writeUnlessAbandoned { tables in
            if let id: AccountID = try tables.subject(of: key, .account, bodyHash: hash) {
                return try tables.account(id)
            }
            let id = tables.ids.next(AccountID.self)
            try tables.insert(key, .account, bodyHash: hash, subject: id)
            try tables.insertAccount(
                id,
                displayName: displayName,
                currency: currency,
                address: address
            )
            try tables.appendEvent("account.created", subject: id.text, account: id)
            return try tables.account(id)
        }
    }

    /// What an invited user is.
    struct NewUser: Sendable {
        let account: AccountID
        let firstName: String
        let lastName: String
        let username: String
        let email: String
        let timeZone: String
        let notifications: Bool
    }

    /// Adds a user at the end of the list, with an invitation in the outbox.
    ///
    /// - Throws: `BillingError` in the cases `keyReused`, `accountNotFound`, `usernameTaken`,
    ///   `tooManyUsers`; `StorageError`.
    func inviteUser(_ key: RequestKey, _ user: NewUser) async throws -> UserRecord {
        let hash = BodyHash.of("user", user.account.text, user.username)
        return try await writeUnlessAbandoned { tables in
            if let id: UserID = try tables.subject(of: key, .user, bodyHash: hash) {
                return try tables.user(id)
            }
            _ = try tables.account(user.account)
            let users = try tables.users(of: user.account)
            guard users.count < BillingTables.maxUsers else {
                throw BillingError.tooManyUsers(limit: BillingTables.maxUsers)
            }
            let record = UserRecord(
                id: tables.ids.next(),
                account: user.account,
                position: (users.last?.position ?? 0) + 1,
                firstName: user.firstName,
                lastName: user.lastName,
                username: user.username,
                email: user.email,
                timeZone: user.timeZone,
                notifications: user.notifications,
                createdAt: tables.now
            )
            try tables.insert(key, .user, bodyHash: hash, subject: record.id)
            try tables.insert(record)
            let event = try tables.appendEvent(
                "user.invited",
                subject: record.id.text,
                account: user.account
            )
            // An invitation goes to the one invited, whether or not they want other mail.
            try tables.database.run(
                """
                INSERT INTO outbox (event, user, kind, subject, created_at)
                VALUES (?, ?, 'invitation', ?, ?)
                """,
                event,
                record.id,
                record.id.text,
                tables.now
            )
            return record
        }
    }

    /// What of a user is to change; nil leaves it.
    struct UserChange: Sendable {
        var firstName: String?
        var lastName: String?
        var email: String?
        var timeZone: String?
        var notifications: Bool?
    }

    /// - Throws: `BillingError.userNotFound`, `StorageError`.
    func updateUser(_ id: UserID, _ change: UserChange) async throws -> UserRecord {
        try await writeUnlessAbandoned { tables in
            var user = try tables.user(id)
            user.firstName = change.firstName ?? user.firstName
            user.lastName = change.lastName ?? user.lastName
            user.email = change.email ?? user.email
            user.timeZone = change.timeZone ?? user.timeZone
            user.notifications = change.notifications ?? user.notifications
            try tables.update(user)
            try tables.appendEvent("user.updated", subject: id.text, account: user.account)
            return user
        }
    }

    /// Puts an account's users into an order.
    ///
    /// - Throws: `BillingError.accountNotFound`, `.badOrder`, `StorageError`.
    func reorderUsers(_ account: AccountID, _ order: [UserID]) async throws -> [UserRecord] {
        try await writeUnlessAbandoned { tables in
            _ = try tables.account(account)
            let users = try tables.users(of: account)
            guard order.count == users.count, Set(order) == Set(users.map(\.id)) else {
                throw BillingError.badOrder
            }
            for var user in users {
                user.position = (order.firstIndex(of: user.id) ?? 0) + 1
                try tables.update(user)
            }
            try tables.appendEvent("users.reordered", subject: account.text, account: account)
            return try tables.users(of: account)
        }
    }
}
