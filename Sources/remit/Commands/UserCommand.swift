import ArgumentParser
import RemitAPI
import TTRPC

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "The people of an account.",
        subcommands: [Invite.self, List.self, Update.self, Reorder.self]
    )

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a user to an account.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String
        @Option var firstName: String
        @Option var lastName: String
        @Option(help: "Unique for ever.") var username: String
        @Option var email: String
        @Option(help: "An IANA name.") var timeZone = ""
        @Flag(inversion: .prefixedNo, help: "Mail about payments and invoices.")
        var notifications = true
        @Option(help: "A UUID or ULID; minted when not given.") var requestID: String?

        func run() async throws {
            try await Session.run(connection) { session in
                let user = try await session.users().invite(
                    BillingV1.InviteUserRequest(
                        requestID: requestID ?? RequestID.new(),
                        accountID: account,
                        firstName: firstName,
                        lastName: lastName,
                        username: username,
                        email: email,
                        timeZone: timeZone,
                        notifications: notifications
                    )
                )
                session.printer.show(user, Tables.users([user]))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists an account's users.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.users().list(
                    BillingV1.ListUsersRequest(accountID: account)
                )
                session.printer.show(list, Tables.users(list.users))
            }
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Changes what is given.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "usr_…") var user: String
        @Option var firstName = ""
        @Option var lastName = ""
        @Option var email = ""
        @Option var timeZone = ""
        @Flag(inversion: .prefixedNo) var notifications: Bool?

        func run() async throws {
            try await Session.run(connection) { session in
                let user = try await session.users().update(
                    BillingV1.UpdateUserRequest(
                        userID: user,
                        firstName: firstName,
                        lastName: lastName,
                        email: email,
                        timeZone: timeZone,
                        notificationsSetting: notifications.map { .notifications($0) }
                    )
                )
                session.printer.show(user, Tables.users([user]))
            }
        }
    }

    struct Reorder: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts the users into an order; the first one's email is the default."
        )
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String
        @Argument(help: "usr_… of every user.") var users: [String]

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.users().reorder(
                    BillingV1.ReorderUsersRequest(accountID: account, userIds: users)
                )
                session.printer.show(list, Tables.users(list.users))
            }
        }
    }
}
