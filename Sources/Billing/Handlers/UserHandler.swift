import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.UserService`.
struct UserHandler: BillingV1.UserServiceHandler {
    let store: BillingStore
    private static let standardTimeZone = "America/Toronto"

    func invite(
        _ request: BillingV1.InviteUserRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.User {
        let key = try RequestCheck.requestKey(request.requestID)
        let user = BillingStore.NewUser(
            account: try RequestCheck.id(request.accountID, field: "account_id"),
            firstName: try RequestCheck.text(request.firstName, 1...100, field: "first_name"),
            lastName: try RequestCheck.text(request.lastName, 1...100, field: "last_name"),
            username: try RequestCheck.text(request.username, 1...100, field: "username"),
            email: try email(request.email, field: "email"),
            timeZone: try timeZone(
                request.timeZone.isEmpty ? Self.standardTimeZone : request.timeZone
            ),
            notifications: request.notifications
        )
        return try await answering {
            BillingV1.User(try await store.inviteUser(key, user))
        }
    }

    func list(
        _ request: BillingV1.ListUsersRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListUsersResponse {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        return try await answering {
            let users = try await store.read { tables in
                _ = try tables.account(account)
                return try tables.users(of: account)
            }
            return BillingV1.ListUsersResponse(users: Self.numbered(users))
        }
    }

    func update(
        _ request: BillingV1.UpdateUserRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.User {
        let id: UserID = try RequestCheck.id(request.userID, field: "user_id")
        var change = BillingStore.UserChange()
        if !request.firstName.isEmpty {
            change.firstName = try RequestCheck.text(
                request.firstName,
                1...100,
                field: "first_name"
            )
        }
        if !request.lastName.isEmpty {
            change.lastName = try RequestCheck.text(request.lastName, 1...100, field: "last_name")
        }
        if !request.email.isEmpty { change.email = try email(request.email, field: "email") }
        if !request.timeZone.isEmpty { change.timeZone = try timeZone(request.timeZone) }
        if case .notifications(let wanted) = request.notificationsSetting {
            change.notifications = wanted
        }
        let asked = change
        return try await answering {
            BillingV1.User(try await store.updateUser(id, asked))
        }
    }

    func reorder(
        _ request: BillingV1.ReorderUsersRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListUsersResponse {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        var order: [UserID] = []
        for text in request.userIds {
            order.append(try RequestCheck.id(text, field: "user_ids"))
        }
        let wanted = order
        return try await answering {
            BillingV1.ListUsersResponse(
                users: Self.numbered(try await store.reorderUsers(account, wanted))
            )
        }
    }

    private static func numbered(_ users: [UserRecord]) -> [BillingV1.User] {
        users.enumerated().map { index, user in
            var message = BillingV1.User(user)
            message.position = Int32(index + 1)
            return message
        }
    }

    private func timeZone(_ text: String) throws(RPCError) -> String {
        let name = try RequestCheck.text(text, 1...64, field: "time_zone")
        let isName = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [43, 45, 47, 95].contains(byte)
        }
        guard isName else {
            throw RPCError(
                .invalidArgument,
                "The time_zone is a name like \"America/Toronto\".",
                reason: "BAD_TEXT",
                field: "time_zone"
            )
        }
        return name
    }
}

/// An email address: something, one "@", something with a dot.
///
/// - Throws: INVALID_ARGUMENT, BAD_TEXT. Whether mail arrives there only a mail can tell.
func email(_ text: String, field: String) throws(RPCError) -> String {
    let address = try RequestCheck.text(text, 3...254, field: field)
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
        !address.contains(where: \.isWhitespace)
    else {
        throw RPCError(
            .invalidArgument,
            "The \(field) is no email address.",
            reason: "BAD_TEXT",
            field: field
        )
    }
    return address
}

extension BillingV1.User {
    init(_ user: UserRecord) {
        self.init(
            userID: user.id.text,
            accountID: user.account.text,
            firstName: user.firstName,
            lastName: user.lastName,
            username: user.username,
            email: user.email,
            timeZone: user.timeZone,
            notifications: user.notifications,
            position: Int32(user.position),
            createTime: GoogleProtobuf.Timestamp(milliseconds: user.createdAt)
        )
    }
}
