import RemitAPI
import TTRPC

/// Texts that are too long, missing, or not what the field takes.
enum BadTexts {
    static let cases = names + users + addresses + emails + numbers

    private typealias Call = @Sendable (HostileBench, String) async throws -> any Sendable

    /// A text of so many bytes.
    private static func long(_ bytes: Int) -> String {
        String(repeating: "é", count: bytes / 2) + "x"
    }

    /// A field, the longest text it takes, and whether it may be empty.
    private static func bad(
        _ method: String,
        _ field: String,
        max limit: Int,
        mayBeEmpty: Bool,
        _ call: @escaping Call
    ) -> [BadInput] {
        var texts: [(String, String)] = [
            ("too long", long(limit + 2)), ("a control character", "a\u{7}b"),
            ("a line end inside", "a\nb"), ("C1 control", "a\u{85}b"),
        ]
        if !mayBeEmpty { texts += [("empty", ""), ("spaces", " \t\u{3000} ")] }
        return texts.map { name, text in
            BadInput("\(method), \(field) \(name)", "BAD_TEXT", field) { try await call($0, text) }
        }
    }

    private static let names =
        bad("Account.Create", "display_name", max: 200, mayBeEmpty: false) {
            try await $0.bench.accounts.create(
                BillingV1.CreateAccountRequest(requestID: newRequestID(), displayName: $1)
            )
        }
        + bad("CreateDraft", "lines[0].description", max: 200, mayBeEmpty: false) {
            var line = BillingInput.line()
            line.description = $1
            return try await $0.bench.invoices.createDraft(BillingInput.draft($0.account, [line]))
        }
        + bad("CreateDraft", "taxes[0].name", max: 50, mayBeEmpty: false) {
            var tax = BillingInput.tax()
            tax.name = $1
            return try await $0.bench.invoices.createDraft(
                BillingInput.draft($0.account, [BillingInput.line()], taxes: [tax])
            )
        }

    private static let userFields:
        [(String, Int, @Sendable (inout BillingV1.InviteUserRequest, String) -> Void)] = [
            ("first_name", 100, { $0.firstName = $1 }),
            ("last_name", 100, { $0.lastName = $1 }),
            ("username", 100, { $0.username = $1 }),
            ("email", 254, { $0.email = $1 }),
        ]

    private static let users =
        userFields.flatMap { field, limit, set in
            bad("User.Invite", field, max: limit, mayBeEmpty: false) {
                var invitation = BillingInput.invitation($0.account)
                set(&invitation, $1)
                return try await $0.bench.users.invite(invitation)
            }
        }
        + bad("User.Update", "first_name", max: 100, mayBeEmpty: true) {
            try await $0.bench.users.update(
                BillingV1.UpdateUserRequest(userID: $0.user.userID, firstName: $1)
            )
        }
        + bad("User.Update", "last_name", max: 100, mayBeEmpty: true) {
            try await $0.bench.users.update(
                BillingV1.UpdateUserRequest(userID: $0.user.userID, lastName: $1)
            )
        }
        + ["America Toronto", "é", "a;b", long(66), "<x>"].flatMap { zone -> [BadInput] in
            [
                BadInput("User.Invite, time zone", "BAD_TEXT", "time_zone") {
                    var invitation = BillingInput.invitation($0.account)
                    invitation.timeZone = zone
                    return try await $0.bench.users.invite(invitation)
                },
                BadInput("User.Update, time zone", "BAD_TEXT", "time_zone") {
                    try await $0.bench.users.update(
                        BillingV1.UpdateUserRequest(userID: $0.user.userID, timeZone: zone)
                    )
                },
            ]
        }
        + [
            BadInput("User.Invite, a taken name", "USERNAME_TAKEN", "username", .alreadyExists) {
                var invitation = BillingInput.invitation($0.account)
                invitation.username = $0.otherUser.username
                return try await $0.bench.users.invite(invitation)
            }
        ]

    private static let addressFields:
        [(String, Int, @Sendable (inout RemitType.BillingAddress, String) -> Void)] = [
            ("line1", 200, { $0.line1 = $1 }), ("line2", 200, { $0.line2 = $1 }),
            ("city", 100, { $0.city = $1 }), ("region", 100, { $0.region = $1 }),
            ("postal_code", 20, { $0.postalCode = $1 }), ("country", 2, { $0.country = $1 }),
        ]

    private static let addresses: [BadInput] = addressFields.flatMap { field, limit, set in
        bad("Account.Create", "billing_address." + field, max: limit, mayBeEmpty: true) {
            var address = RemitType.BillingAddress.home
            set(&address, $1)
            return try await $0.bench.accounts.create(
                BillingV1.CreateAccountRequest(
                    requestID: newRequestID(),
                    displayName: "A",
                    billingAddress: address
                )
            )
        }
            + bad("Pay", "new_card.billing_address." + field, max: limit, mayBeEmpty: true) {
                var address = RemitType.BillingAddress.home
                set(&address, $1)
                return try await $0.bench.pay(
                    $0.account,
                    money(100),
                    BillingInput.card($0.token, address: address)
                )
            }
            + bad("Sale", "billing_address." + field, max: limit, mayBeEmpty: true) {
                var address = RemitType.BillingAddress.home
                set(&address, $1)
                return try await $0.bench.authorizations.sale(
                    GatewayInput.sale(newAttempt(), $0.token, address: address)
                )
            }
    }

    private static let emails: [BadInput] = [
        "a", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b\n.example", "@",
    ].flatMap { email -> [BadInput] in
        [
            BadInput("User.Invite, email '\(email)'", "BAD_TEXT", "email") {
                var invitation = BillingInput.invitation($0.account)
                invitation.email = email
                return try await $0.bench.users.invite(invitation)
            },
            BadInput("User.Update, email '\(email)'", "BAD_TEXT", "email") {
                try await $0.bench.users.update(
                    BillingV1.UpdateUserRequest(userID: $0.user.userID, email: email)
                )
            },
            BadInput("Pay, email '\(email)'", "BAD_TEXT", "new_card.billing_email") {
                try await $0.bench.pay(
                    $0.account,
                    money(100),
                    BillingInput.card($0.token, email: email)
                )
            },
        ]
    }

    /// Numbers that people see, as text.
    private static let numbers: [BadInput] =
        ["", "0", "-1", "+1", "x", "1 2", "0x1", "٣", "99999999999999999999"].flatMap { digits in
            [
                BadInput("Account.Get, number '\(digits)'", "BAD_TEXT", "account_number") {
                    try await $0.bench.accounts.get(
                        BillingV1.GetAccountRequest(key: .accountNumber(digits))
                    )
                },
                BadInput("Invoice.Get, number 'INV\(digits)'", "BAD_TEXT", "invoice_number") {
                    try await $0.bench.invoices.get(
                        BillingV1.GetInvoiceRequest(key: .invoiceNumber("INV" + digits))
                    )
                },
            ]
        } + [
            BadInput("Invoice.Get, no INV", "BAD_TEXT", "invoice_number") {
                try await $0.bench.invoices.get(
                    BillingV1.GetInvoiceRequest(key: .invoiceNumber("00000001"))
                )
            },
            BadInput("Account.Get, no such number", "NOT_FOUND", "account_number", .notFound) {
                try await $0.bench.accounts.get(
                    BillingV1.GetAccountRequest(key: .accountNumber("999999"))
                )
            },
            BadInput("Invoice.Get, no such number", "NOT_FOUND", "invoice_number", .notFound) {
                try await $0.bench.invoices.get(
                    BillingV1.GetInvoiceRequest(key: .invoiceNumber("INV00999999"))
                )
            },
        ]
}
