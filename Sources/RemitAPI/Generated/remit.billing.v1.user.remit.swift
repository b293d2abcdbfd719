// Made by protoc-gen-remit-swift from remit/billing/v1/user.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package struct User: WireMessage {
        package static let messageName = "remit.billing.v1.User"
        /// "usr_…".
        package var userID: String
        package var accountID: String
        package var firstName: String
        package var lastName: String
        /// Unique for ever, over all accounts.
        package var username: String
        package var email: String
        /// An IANA name: "America/Toronto".
        package var timeZone: String
        /// Whether mail about payments and invoices is sent.
        package var notifications: Bool
        /// 1 for the top of the list.
        package var position: Int32
        package var createTime: GoogleProtobuf.Timestamp?

        package init(
            userID: String = "",
            accountID: String = "",
            firstName: String = "",
            lastName: String = "",
            username: String = "",
            email: String = "",
            timeZone: String = "",
            notifications: Bool = false,
            position: Int32 = 0,
            createTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.userID = userID
            self.accountID = accountID
            self.firstName = firstName
            self.lastName = lastName
            self.username = username
            self.email = email
            self.timeZone = timeZone
            self.notifications = notifications
            self.position = position
            self.createTime = createTime
        }
    }
}

extension BillingV1.User {
    init(_ c: UnsafePointer<Remit__Billing__V1__User>, _ arena: Arena) throws(WireError) {
        userID = try arena.text(c.pointee.user_id, "remit.billing.v1.User", "user_id")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.User", "account_id")
        firstName = try arena.text(c.pointee.first_name, "remit.billing.v1.User", "first_name")
        lastName = try arena.text(c.pointee.last_name, "remit.billing.v1.User", "last_name")
        username = try arena.text(c.pointee.username, "remit.billing.v1.User", "username")
        email = try arena.text(c.pointee.email, "remit.billing.v1.User", "email")
        timeZone = try arena.text(c.pointee.time_zone, "remit.billing.v1.User", "time_zone")
        notifications = c.pointee.notifications != 0
        position = c.pointee.position
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__User> {
        let c = try arena.take(Remit__Billing__V1__User.self, for: Self.messageName)
        remit__billing__v1__user__init(c)
        if !userID.isEmpty { c.pointee.user_id = try arena.cString(userID, "remit.billing.v1.User", "user_id") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.User", "account_id") }
        if !firstName.isEmpty { c.pointee.first_name = try arena.cString(firstName, "remit.billing.v1.User", "first_name") }
        if !lastName.isEmpty { c.pointee.last_name = try arena.cString(lastName, "remit.billing.v1.User", "last_name") }
        if !username.isEmpty { c.pointee.username = try arena.cString(username, "remit.billing.v1.User", "username") }
        if !email.isEmpty { c.pointee.email = try arena.cString(email, "remit.billing.v1.User", "email") }
        if !timeZone.isEmpty { c.pointee.time_zone = try arena.cString(timeZone, "remit.billing.v1.User", "time_zone") }
        c.pointee.notifications = notifications ? 1 : 0
        c.pointee.position = position
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__user__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__billing__v1__user__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__user__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct InviteUserRequest: WireMessage {
        package static let messageName = "remit.billing.v1.InviteUserRequest"
        /// A UUID or ULID, one per intention.
        package var requestID: String
        package var accountID: String
        /// 1 to 100 bytes.
        package var firstName: String
        /// 1 to 100 bytes.
        package var lastName: String
        /// 1 to 100 bytes.
        package var username: String
        /// 3 to 254 bytes, with one "@".
        package var email: String
        /// An IANA name; "America/Toronto" when empty.
        package var timeZone: String
        package var notifications: Bool

        package init(
            requestID: String = "",
            accountID: String = "",
            firstName: String = "",
            lastName: String = "",
            username: String = "",
            email: String = "",
            timeZone: String = "",
            notifications: Bool = false
        ) {
            self.requestID = requestID
            self.accountID = accountID
            self.firstName = firstName
            self.lastName = lastName
            self.username = username
            self.email = email
            self.timeZone = timeZone
            self.notifications = notifications
        }
    }
}

extension BillingV1.InviteUserRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__InviteUserRequest>, _ arena: Arena) throws(WireError) {
        requestID = try arena.text(c.pointee.request_id, "remit.billing.v1.InviteUserRequest", "request_id")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.InviteUserRequest", "account_id")
        firstName = try arena.text(c.pointee.first_name, "remit.billing.v1.InviteUserRequest", "first_name")
        lastName = try arena.text(c.pointee.last_name, "remit.billing.v1.InviteUserRequest", "last_name")
        username = try arena.text(c.pointee.username, "remit.billing.v1.InviteUserRequest", "username")
        email = try arena.text(c.pointee.email, "remit.billing.v1.InviteUserRequest", "email")
        timeZone = try arena.text(c.pointee.time_zone, "remit.billing.v1.InviteUserRequest", "time_zone")
        notifications = c.pointee.notifications != 0
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__InviteUserRequest> {
        let c = try arena.take(Remit__Billing__V1__InviteUserRequest.self, for: Self.messageName)
        remit__billing__v1__invite_user_request__init(c)
        if !requestID.isEmpty { c.pointee.request_id = try arena.cString(requestID, "remit.billing.v1.InviteUserRequest", "request_id") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.InviteUserRequest", "account_id") }
        if !firstName.isEmpty { c.pointee.first_name = try arena.cString(firstName, "remit.billing.v1.InviteUserRequest", "first_name") }
        if !lastName.isEmpty { c.pointee.last_name = try arena.cString(lastName, "remit.billing.v1.InviteUserRequest", "last_name") }
        if !username.isEmpty { c.pointee.username = try arena.cString(username, "remit.billing.v1.InviteUserRequest", "username") }
        if !email.isEmpty { c.pointee.email = try arena.cString(email, "remit.billing.v1.InviteUserRequest", "email") }
        if !timeZone.isEmpty { c.pointee.time_zone = try arena.cString(timeZone, "remit.billing.v1.InviteUserRequest", "time_zone") }
        c.pointee.notifications = notifications ? 1 : 0
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__invite_user_request__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__billing__v1__invite_user_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__invite_user_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListUsersRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListUsersRequest"
        package var accountID: String

        package init(
            accountID: String = ""
        ) {
            self.accountID = accountID
        }
    }
}

extension BillingV1.ListUsersRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListUsersRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.ListUsersRequest", "account_id")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListUsersRequest> {
        let c = try arena.take(Remit__Billing__V1__ListUsersRequest.self, for: Self.messageName)
        remit__billing__v1__list_users_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.ListUsersRequest", "account_id") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_users_request__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__billing__v1__list_users_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_users_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListUsersResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListUsersResponse"
        package var users: [BillingV1.User]

        package init(
            users: [BillingV1.User] = []
        ) {
            self.users = users
        }
    }
}

extension BillingV1.ListUsersResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListUsersResponse>, _ arena: Arena) throws(WireError) {
        users = []
        if let elements = c.pointee.users {
            users.reserveCapacity(Int(c.pointee.n_users))
            for index in 0..<Int(c.pointee.n_users) {
                guard let element = elements[index] else { continue }
                users.append(try BillingV1.User(element, arena))
            }
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListUsersResponse> {
        let c = try arena.take(Remit__Billing__V1__ListUsersResponse.self, for: Self.messageName)
        remit__billing__v1__list_users_response__init(c)
        if !users.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__User>?).self, count: users.count, for: Self.messageName)
            for (index, element) in users.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_users = users.count
            c.pointee.users = elements
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_users_response__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__billing__v1__list_users_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_users_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct UpdateUserRequest: WireMessage {
        package static let messageName = "remit.billing.v1.UpdateUserRequest"
        package var userID: String
        /// Each is left as it is when empty.
        package var firstName: String
        package var lastName: String
        package var email: String
        package var timeZone: String
        package var notificationsSetting: NotificationsSetting?

        /// At most one of these is set.
        package enum NotificationsSetting: Equatable, Sendable {
            /// Left as it is when absent.
            case notifications(Bool)
        }

        package init(
            userID: String = "",
            firstName: String = "",
            lastName: String = "",
            email: String = "",
            timeZone: String = "",
            notificationsSetting: NotificationsSetting? = nil
        ) {
            self.userID = userID
            self.firstName = firstName
            self.lastName = lastName
            self.email = email
            self.timeZone = timeZone
            self.notificationsSetting = notificationsSetting
        }
    }
}

extension BillingV1.UpdateUserRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__UpdateUserRequest>, _ arena: Arena) throws(WireError) {
        userID = try arena.text(c.pointee.user_id, "remit.billing.v1.UpdateUserRequest", "user_id")
        firstName = try arena.text(c.pointee.first_name, "remit.billing.v1.UpdateUserRequest", "first_name")
        lastName = try arena.text(c.pointee.last_name, "remit.billing.v1.UpdateUserRequest", "last_name")
        email = try arena.text(c.pointee.email, "remit.billing.v1.UpdateUserRequest", "email")
        timeZone = try arena.text(c.pointee.time_zone, "remit.billing.v1.UpdateUserRequest", "time_zone")
        switch c.pointee.notifications_setting_case.rawValue {
        case 6:
            notificationsSetting = .notifications(c.pointee.notifications != 0)
        default: notificationsSetting = nil
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__UpdateUserRequest> {
        let c = try arena.take(Remit__Billing__V1__UpdateUserRequest.self, for: Self.messageName)
        remit__billing__v1__update_user_request__init(c)
        if !userID.isEmpty { c.pointee.user_id = try arena.cString(userID, "remit.billing.v1.UpdateUserRequest", "user_id") }
        if !firstName.isEmpty { c.pointee.first_name = try arena.cString(firstName, "remit.billing.v1.UpdateUserRequest", "first_name") }
        if !lastName.isEmpty { c.pointee.last_name = try arena.cString(lastName, "remit.billing.v1.UpdateUserRequest", "last_name") }
        if !email.isEmpty { c.pointee.email = try arena.cString(email, "remit.billing.v1.UpdateUserRequest", "email") }
        if !timeZone.isEmpty { c.pointee.time_zone = try arena.cString(timeZone, "remit.billing.v1.UpdateUserRequest", "time_zone") }
        switch notificationsSetting {
        case .notifications(let value):
            c.pointee.notifications_setting_case = .init(rawValue: 6)
            c.pointee.notifications = value ? 1 : 0
        case nil: break
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__update_user_request__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__billing__v1__update_user_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__update_user_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ReorderUsersRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ReorderUsersRequest"
        package var accountID: String
        /// Every user of the account, in the new order.
        package var userIds: [String]

        package init(
            accountID: String = "",
            userIds: [String] = []
        ) {
            self.accountID = accountID
            self.userIds = userIds
        }
    }
}

extension BillingV1.ReorderUsersRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ReorderUsersRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.ReorderUsersRequest", "account_id")
        userIds = []
        if let elements = c.pointee.user_ids {
            userIds.reserveCapacity(Int(c.pointee.n_user_ids))
            for index in 0..<Int(c.pointee.n_user_ids) {
                userIds.append(try arena.text(elements[index], "remit.billing.v1.ReorderUsersRequest", "user_ids"))
            }
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ReorderUsersRequest> {
        let c = try arena.take(Remit__Billing__V1__ReorderUsersRequest.self, for: Self.messageName)
        remit__billing__v1__reorder_users_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.ReorderUsersRequest", "account_id") }
        if !userIds.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<CChar>?).self, count: userIds.count, for: Self.messageName)
            for (index, element) in userIds.enumerated() {
                elements[index] = try arena.cString(element, "remit.billing.v1.ReorderUsersRequest", "user_ids")
            }
            c.pointee.n_user_ids = userIds.count
            c.pointee.user_ids = elements
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__reorder_users_request__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__billing__v1__reorder_users_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__reorder_users_request__pack(c, $0) }
    }
}

extension BillingV1 {
    /// The people of an account. Their order is data: the first one's address is the default billing
    /// email.
    package protocol UserServiceHandler: Sendable {
        /// Adds a user at the end of the account's list and puts the invitation into the outbox.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_TEXT), NOT_FOUND (the account), ALREADY_EXISTS
        /// (USERNAME_TAKEN, KEY_REUSED_DIFFERENT_BODY).
        func invite(
            _ request: BillingV1.InviteUserRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.User
        /// The account's users in their order.
        ///
        /// Errors: NOT_FOUND (the account).
        func list(
            _ request: BillingV1.ListUsersRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListUsersResponse
        /// Changes what is given.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_TEXT), NOT_FOUND.
        func update(
            _ request: BillingV1.UpdateUserRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.User
        /// Puts the account's users into the given order.
        ///
        /// Errors: INVALID_ARGUMENT (user_ids must name every user of the account once), NOT_FOUND.
        func reorder(
            _ request: BillingV1.ReorderUsersRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListUsersResponse
    }

    /// The methods of `remit.billing.v1.UserService`.
    package enum UserService {
        package static let name = "remit.billing.v1.UserService"
        package static let invite = MethodDescriptor(
            service: name, method: "Invite",
            scope: "users.write", idempotent: true, maxRequestBytes: 8192)
        package static let list = MethodDescriptor(
            service: name, method: "List",
            scope: "users.read", idempotent: true, maxRequestBytes: 4096)
        package static let update = MethodDescriptor(
            service: name, method: "Update",
            scope: "users.write", idempotent: true, maxRequestBytes: 8192)
        package static let reorder = MethodDescriptor(
            service: name, method: "Reorder",
            scope: "users.write", idempotent: true, maxRequestBytes: 16384)
        package static let methods: [MethodDescriptor] = [invite, list, update, reorder]
    }

    /// Calls `remit.billing.v1.UserService`.
    package struct UserServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Adds a user at the end of the account's list and puts the invitation into the outbox.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_TEXT), NOT_FOUND (the account), ALREADY_EXISTS
        /// (USERNAME_TAKEN, KEY_REUSED_DIFFERENT_BODY).
        package func invite(
            _ request: BillingV1.InviteUserRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.User {
            try await caller.call(UserService.invite, request, options: options)
        }

        /// The account's users in their order.
        ///
        /// Errors: NOT_FOUND (the account).
        package func list(
            _ request: BillingV1.ListUsersRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListUsersResponse {
            try await caller.call(UserService.list, request, options: options)
        }

        /// Changes what is given.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_TEXT), NOT_FOUND.
        package func update(
            _ request: BillingV1.UpdateUserRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.User {
            try await caller.call(UserService.update, request, options: options)
        }

        /// Puts the account's users into the given order.
        ///
        /// Errors: INVALID_ARGUMENT (user_ids must name every user of the account once), NOT_FOUND.
        package func reorder(
            _ request: BillingV1.ReorderUsersRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListUsersResponse {
            try await caller.call(UserService.reorder, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.UserService`.
    package mutating func register(_ handler: some BillingV1.UserServiceHandler) {
        register(BillingV1.UserService.invite, handler: handler.invite)
        register(BillingV1.UserService.list, handler: handler.list)
        register(BillingV1.UserService.update, handler: handler.update)
        register(BillingV1.UserService.reorder, handler: handler.reorder)
    }
}
