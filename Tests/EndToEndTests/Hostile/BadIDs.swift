import RemitAPI
import TTRPC

/// Every identifier that a request has.
enum BadIDs {
    static let cases = (billing + payments + gateway).flatMap(\.cases)

    private static let billing: [FieldCases] = [
        FieldCases("Account.Get", "account_id", "acct") {
            try await $0.bench.accounts.get(BillingV1.GetAccountRequest(key: .accountID($1)))
        },
        FieldCases("User.Invite", "account_id", "acct") {
            try await $0.bench.users.invite(BillingInput.invitation($1))
        },
        FieldCases("User.List", "account_id", "acct") {
            try await $0.bench.users.list(BillingV1.ListUsersRequest(accountID: $1))
        },
        FieldCases("User.Update", "user_id", "usr") {
            try await $0.bench.users.update(
                BillingV1.UpdateUserRequest(userID: $1, firstName: "New")
            )
        },
        FieldCases("User.Reorder", "account_id", "acct") {
            try await $0.bench.users.reorder(
                BillingV1.ReorderUsersRequest(accountID: $1, userIds: [$0.user.userID])
            )
        },
        FieldCases("User.Reorder", "user_ids", "usr", unknown: (.invalidArgument, "BAD_ORDER")) {
            try await $0.bench.users.reorder(
                BillingV1.ReorderUsersRequest(accountID: $0.account, userIds: [$1])
            )
        },
        FieldCases("Invoice.CreateDraft", "account_id", "acct") {
            try await $0.bench.invoices.createDraft(BillingInput.draft($1, [BillingInput.line()]))
        },
        FieldCases("Invoice.Post", "invoice_id", "inv") {
            try await $0.bench.invoices.post(BillingV1.PostInvoiceRequest(invoiceID: $1))
        },
        FieldCases("Invoice.Get", "invoice_id", "inv") {
            try await $0.bench.invoices.get(BillingV1.GetInvoiceRequest(key: .invoiceID($1)))
        },
        FieldCases("Invoice.List", "account_id", "acct") {
            try await $0.bench.invoices.list(BillingV1.ListInvoicesRequest(accountID: $1))
        },
        FieldCases("History.ListTransactions", "account_id", "acct") {
            try await $0.bench.history.listTransactions(
                BillingV1.ListTransactionsRequest(accountID: $1)
            )
        },
        FieldCases("History.GetTransaction", "account_id", "acct") {
            try await $0.bench.history.getTransaction(
                BillingV1.GetTransactionRequest(
                    accountID: $1,
                    transactionID: $0.invoice.invoiceID
                )
            )
        },
    ]

    private static let payments: [FieldCases] = [
        FieldCases("Payment.Prepare", "account_id", "acct") {
            try await $0.bench.payments.prepare(BillingV1.PreparePaymentRequest(accountID: $1))
        },
        FieldCases("Payment.Pay", "account_id", "acct") {
            try await $0.bench.pay($1, money(100), BillingInput.card($0.token))
        },
        FieldCases("Payment.Pay", "payment_method_id", "pm") {
            try await $0.bench.pay($0.account, money(100), .paymentMethodID($1))
        },
        FieldCases(
            "Payment.Pay",
            "new_card.token",
            "tok",
            unknown: (.notFound, "TOKEN_NOT_FOUND")
        ) {
            try await $0.bench.pay($0.account, money(100), BillingInput.card($1))
        },
        FieldCases("Payment.Get", "payment_id", "pay") {
            try await $0.bench.payments.get(BillingV1.GetPaymentRequest(key: .paymentID($1)))
        },
        FieldCases("Payment.Watch", "payment_id", "pay") {
            let request = BillingV1.WatchPaymentRequest(key: .paymentID($1))
            return try await $0.bench.payments.watch(request).next() == nil
        },
        FieldCases("PaymentMethod.List", "account_id", "acct") {
            try await $0.bench.methods.list(BillingV1.ListPaymentMethodsRequest(accountID: $1))
        },
        FieldCases("PaymentMethod.Delete", "account_id", "acct", unknown: nil) {
            try await $0.bench.methods.delete(
                BillingV1.DeletePaymentMethodRequest(accountID: $1, paymentMethodID: $0.method)
            )
        },
        FieldCases("PaymentMethod.Delete", "payment_method_id", "pm") {
            try await $0.bench.methods.delete(
                BillingV1.DeletePaymentMethodRequest(accountID: $0.account, paymentMethodID: $1)
            )
        },
    ]

    private static let gateway: [FieldCases] = [
        FieldCases("Vault.GetCard", "token", "tok", unknown: (.notFound, "TOKEN_NOT_FOUND")) {
            try await $0.bench.vault.getCard(GatewayV1.GetCardRequest(token: $1))
        },
        FieldCases("Vault.Delete", "token", "tok", unknown: (.notFound, "TOKEN_NOT_FOUND")) {
            try await $0.bench.vault.delete(GatewayV1.DeleteCardRequest(token: $1))
        },
        FieldCases("Authorization.Sale", "key", "att", unknown: nil) {
            try await $0.bench.authorizations.sale(GatewayInput.sale($1, $0.token))
        },
        FieldCases("Authorization.Sale", "token", "tok", unknown: (.notFound, "TOKEN_NOT_FOUND")) {
            try await $0.bench.authorizations.sale(GatewayInput.sale(newAttempt(), $1))
        },
        FieldCases(
            "Recovery.GetOperation",
            "key",
            "att",
            unknown: (.notFound, "OPERATION_NOT_FOUND")
        ) {
            try await $0.bench.recovery.getOperation(GatewayV1.GetOperationRequest(key: $1))
        },
        FieldCases("Recovery.Fence", "key", "att", unknown: nil) {
            try await $0.bench.recovery.fence(GatewayV1.FenceRequest(key: $1))
        },
        FieldCases(
            "Sandbox.ResolvePending",
            "key",
            "att",
            unknown: (.notFound, "OPERATION_NOT_FOUND")
        ) {
            try await $0.bench.sandbox.resolvePending(GatewayV1.ResolvePendingRequest(key: $1))
        },
    ]

    /// What a request id may not be, for every method that has one.
    static let requestIDs: [BadInput] = [
        "", "x", "01J0000000000000000000000", "01J0000000000000000000000AA",
        "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "01J0000000000000000000000U",
        "00000000-0000-0000-0000-00000000000g", "000000000000-0000-0000-000000000000",
        "00000000000000000000000000000000", "{00000000-0000-0000-0000-000000000000}",
        "٠0000000-0000-0000-0000-000000000000",
    ].flatMap { id -> [BadInput] in
        let bad = {
            (name: String, call: @escaping @Sendable (HostileBench) async throws -> any Sendable) in
            BadInput("\(name), request_id '\(id)'", "BAD_ID", "request_id", .invalidArgument, call)
        }
        return [
            bad("Account.Create") {
                try await $0.bench.accounts.create(
                    BillingV1.CreateAccountRequest(requestID: id, displayName: "A")
                )
            },
            bad("User.Invite") {
                var invitation = BillingInput.invitation($0.account)
                invitation.requestID = id
                return try await $0.bench.users.invite(invitation)
            },
            bad("Invoice.CreateDraft") {
                var draft = BillingInput.draft($0.account, [BillingInput.line()])
                draft.requestID = id
                return try await $0.bench.invoices.createDraft(draft)
            },
            bad("Payment.Pay") {
                try await $0.bench.pay(
                    $0.account,
                    money(100),
                    BillingInput.card($0.token),
                    requestID: id
                )
            },
            bad("Payment.Get") {
                try await $0.bench.payments.get(BillingV1.GetPaymentRequest(key: .requestID(id)))
            },
            bad("Payment.Watch") {
                let request = BillingV1.WatchPaymentRequest(key: .requestID(id))
                return try await $0.bench.payments.watch(request).next() == nil
            },
        ]
    }
}

/// Sound requests to billing, which tests make wrong in one place.
enum BillingInput {
    static func line(_ price: RemitType.Money? = money(100)) -> BillingV1.InvoiceLine {
        BillingV1.InvoiceLine(description: "Service", quantity: 1, unitPrice: price)
    }

    static func draft(
        _ account: String,
        _ lines: [BillingV1.InvoiceLine],
        taxes: [BillingV1.InvoiceTax] = []
    ) -> BillingV1.CreateDraftInvoiceRequest {
        BillingV1.CreateDraftInvoiceRequest(
            requestID: newRequestID(),
            accountID: account,
            lines: lines,
            taxes: taxes
        )
    }

    static func tax(
        rate: Int64 = 130_000,
        _ amount: RemitType.Money? = money(13)
    ) -> BillingV1.InvoiceTax {
        BillingV1.InvoiceTax(name: "HST", rateMicros: rate, amount: amount)
    }

    static func card(
        _ token: String,
        address: RemitType.BillingAddress = .home,
        email: String = ""
    ) -> BillingV1.PayRequest.Source {
        .newCard(BillingV1.NewCard(token: token, billingAddress: address, billingEmail: email))
    }

    static func invitation(_ account: String) -> BillingV1.InviteUserRequest {
        BillingV1.InviteUserRequest(
            requestID: newRequestID(),
            accountID: account,
            firstName: "Some",
            lastName: "Body",
            username: "user-" + newRequestID(),
            email: "user@example.com"
        )
    }
}

/// Sound requests to the gateway.
enum GatewayInput {
    static func sale(
        _ key: String,
        _ token: String,
        _ amount: RemitType.Money? = money(100),
        address: RemitType.BillingAddress = .home
    ) -> GatewayV1.SaleRequest {
        GatewayV1.SaleRequest(key: key, token: token, amount: amount, billingAddress: address)
    }
}
