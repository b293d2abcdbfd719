import Foundation
import GRDB
import Payments
import RemitAPI
import ServiceKit

extension BillingTables {
    private static let accountColumns = """
        a.id, a.number, a.display_name, a.currency, a.billing_address, a.created_at,
        b.outstanding, b.credit, b.version,
        (SELECT amount FROM payments p WHERE p.account = a.id AND p.state IN (1, 2, 3, 4, 5))
        """

    /// - Throws: `BillingError.accountNotFound`.
    func account(_ id: AccountID) throws -> AccountRecord {
        try account(where: "a.id = ?", id)
    }

    /// - Throws: `BillingError.accountNotFound`.
    func account(number: Int64) throws -> AccountRecord {
        try account(where: "a.number = ?", number)
    }

    private func account(
        where condition: String,
        _ argument: any ColumnValue
    ) throws -> AccountRecord {
        let row = try database.row(
            """
            SELECT \(Self.accountColumns) FROM accounts a JOIN balances b ON b.account = a.id
            WHERE \(condition)
            """,
            argument
        )
        guard let row else { throw BillingError.accountNotFound }
        return try AccountRecord(
            id: row[0],
            number: row[1],
            displayName: row[2],
            currency: row[3],
            billingAddress: row[4],
            createdAt: row[5],
            balance: BalanceRecord(outstanding: row[6], credit: row[7], version: row[8]),
            pendingMinorUnits: row[9] ?? 0
        )
    }

    func insertAccount(
        _ id: AccountID,
        displayName: String,
        currency: Currency,
        address: RemitType.BillingAddress
    ) throws {
        let number = try database.number("SELECT MAX(number) FROM accounts") + 1
        try database.run(
            """
            INSERT INTO accounts (id, number, display_name, currency, billing_address, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            id,
            number,
            displayName,
            currency,
            try StoredAddress(address),
            now
        )
        try database.run(
            "INSERT INTO balances (account, outstanding, credit, version) VALUES (?, 0, 0, 1)",
            id
        )
    }

    /// Adds to an account's balance.
    ///
    /// - Returns: the balance after it.
    /// - Throws: `BillingError.amountOutOfRange`.
    func changeBalance(
        _ account: AccountID,
        outstandingBy outstanding: Int64,
        creditBy credit: Int64
    ) throws -> BalanceRecord {
        let row = try database.row(
            "SELECT outstanding, credit, version FROM balances WHERE account = ?",
            account
        )
        guard let row else { throw BillingError.accountNotFound }
        let before = try BalanceRecord(outstanding: row[0], credit: row[1], version: row[2])
        let after = BalanceRecord(
            outstanding: try before.outstanding.addingChecked(outstanding),
            credit: try before.credit.addingChecked(credit),
            version: before.version + 1
        )
        try database.run(
            "UPDATE balances SET outstanding = ?, credit = ?, version = ? WHERE account = ?",
            after.outstanding,
            after.credit,
            after.version,
            account
        )
        return after
    }

    // MARK: Users

    private static let userColumns = """
        id, account, position, first_name, last_name, username, email, time_zone, notifications,
        created_at
        """

    private static func user(_ row: StoredRow) throws -> UserRecord {
        try UserRecord(
            id: row[0],
            account: row[1],
            position: row[2],
            firstName: row[3],
            lastName: row[4],
            username: row[5],
            email: row[6],
            timeZone: row[7],
            notifications: row[8],
            createdAt: row[9]
        )
    }

    /// - Throws: `BillingError.userNotFound`.
    func user(_ id: UserID) throws -> UserRecord {
        let row = try database.row("SELECT \(Self.userColumns) FROM users WHERE id = ?", id)
        guard let row else { throw BillingError.userNotFound }
        return try Self.user(row)
    }

    /// The most users an account may have.
    static let maxUsers = 200

    /// An account's users in their order.
    func users(of account: AccountID) throws -> [UserRecord] {
        try database.rows(
            """
            SELECT \(Self.userColumns) FROM users WHERE account = ? ORDER BY position LIMIT ?
            """,
            account,
            Self.maxUsers
        ).map(Self.user)
    }

    /// The email of the user at the top of the list; empty without users.
    func topUserEmail(_ account: AccountID) throws -> String {
        let row = try database.row(
            "SELECT email FROM users WHERE account = ? ORDER BY position LIMIT 1",
            account
        )
        return try row?[0] ?? ""
    }

    /// - Throws: `BillingError.usernameTaken`.
    func insert(_ user: UserRecord) throws {
        let taken = try database.number(
            "SELECT COUNT(*) FROM usernames WHERE username = ?",
            user.username.lowercased()
        )
        guard taken == 0 else { throw BillingError.usernameTaken }
        try database.run(
            "INSERT INTO usernames (username, user) VALUES (?, ?)",
            user.username.lowercased(),
            user.id
        )
        try database.run(
            """
            INSERT INTO users (\(Self.userColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            user.id,
            user.account,
            user.position,
            user.firstName,
            user.lastName,
            user.username,
            user.email,
            user.timeZone,
            user.notifications,
            user.createdAt
        )
    }

    func update(_ user: UserRecord) throws {
        try database.run(
            """
            UPDATE users SET position = ?, first_name = ?, last_name = ?, email = ?,
                time_zone = ?, notifications = ?
            WHERE id = ?
            """,
            user.position,
            user.firstName,
            user.lastName,
            user.email,
            user.timeZone,
            user.notifications,
            user.id
        )
    }
}
