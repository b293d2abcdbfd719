import RemitAPI
import TTRPC

/// What is another account's, deleted, used, out of order, or of no known value.
enum BadStates {
    static let cases = foreign + deleted + keys + missing + times + enums

    private static let foreign: [BadInput] = [
        BadInput("Pay, another's method", "NOT_FOUND", "payment_method_id", .notFound) {
            try await $0.bench.pay($0.account, money(100), .paymentMethodID($0.otherMethod))
        },
        BadInput("Delete, another's method", "NOT_FOUND", "payment_method_id", .notFound) {
            try await $0.bench.methods.delete(
                BillingV1.DeletePaymentMethodRequest(
                    accountID: $0.account,
                    paymentMethodID: $0.otherMethod
                )
            )
        },
        BadInput("GetTransaction, another's payment", "NOT_FOUND", "transaction_id", .notFound) {
            try await transaction($0, $0.otherPayment.paymentID)
        },
        BadInput("GetTransaction, another's invoice", "NOT_FOUND", "transaction_id", .notFound) {
            try await $0.bench.history.getTransaction(
                BillingV1.GetTransactionRequest(
                    accountID: $0.other,
                    transactionID: $0.invoice.invoiceID
                )
            )
        },
        BadInput("Reorder, another's user", "BAD_ORDER", "user_ids") {
            try await reorder($0, [$0.user.userID, $0.otherUser.userID])
        },
    ]

    private static func transaction(
        _ hostile: HostileBench,
        _ id: String
    ) async throws -> any Sendable {
        try await hostile.bench.history.getTransaction(
            BillingV1.GetTransactionRequest(accountID: hostile.account, transactionID: id)
        )
    }

    private static func reorder(
        _ hostile: HostileBench,
        _ users: [String]
    ) async throws -> any Sendable {
        try await hostile.bench.users.reorder(
            BillingV1.ReorderUsersRequest(accountID: hostile.account, userIds: users)
        )
    }

    private static let deleted: [BadInput] = [
        BadInput(
            "Pay, deleted method",
            "METHOD_DELETED",
            "payment_method_id",
            .failedPrecondition
        ) {
            try await $0.bench.pay($0.account, money(100), .paymentMethodID($0.deletedMethod))
        },
        BadInput("Reorder, nobody", "BAD_ORDER", "user_ids") { try await reorder($0, []) },
        BadInput("Reorder, somebody twice", "BAD_ORDER", "user_ids") {
            try await reorder($0, [$0.user.userID, $0.user.userID])
        },
        BadInput(
            "ResolvePending, nothing pending",
            "OPERATION_NOT_PENDING",
            "key",
            .failedPrecondition
        ) {
            try await $0.bench.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: $0.soldKey, decision: .decline)
            )
        },
    ]

    private static let keys: [BadInput] = [
        BadInput(
            "Pay, request id of another amount",
            "KEY_REUSED_DIFFERENT_BODY",
            "request_id",
            .alreadyExists
        ) {
            try await $0.bench.pay(
                $0.account,
                money(501),
                BillingInput.card($0.token),
                requestID: $0.payment.requestID
            )
        },
        BadInput(
            "Pay, request id of another account",
            "KEY_REUSED_DIFFERENT_BODY",
            "request_id",
            .alreadyExists
        ) {
            try await $0.bench.pay(
                $0.other,
                money(500),
                BillingInput.card($0.token),
                requestID: $0.payment.requestID
            )
        },
        BadInput(
            "Pay, request id of a draft",
            "KEY_REUSED_DIFFERENT_BODY",
            "request_id",
            .alreadyExists
        ) {
            try await $0.bench.pay(
                $0.account,
                money(500),
                BillingInput.card($0.token),
                requestID: $0.draftRequestID
            )
        },
        BadInput(
            "CreateDraft, request id of a payment",
            "KEY_REUSED_DIFFERENT_BODY",
            "request_id",
            .alreadyExists
        ) {
            var draft = BillingInput.draft($0.account, [BillingInput.line()])
            draft.requestID = $0.payment.requestID
            return try await $0.bench.invoices.createDraft(draft)
        },
        BadInput("Pay, version below zero", "BAD_VERSION", "balance_version") {
            try await $0.bench.pay(
                $0.account,
                money(100),
                BillingInput.card($0.token),
                balanceVersion: -1
            )
        },
        BadInput("Pay, stale page", "VERSION_CONFLICT", "balance_version", .aborted) {
            try await $0.bench.pay(
                $0.account,
                money(1_000_000),
                BillingInput.card($0.token),
                balanceVersion: 1
            )
        },
    ]

    private static let missing: [BadInput] =
        [
            BadInput("Pay, no source", "SOURCE_MISSING", "source") {
                try await $0.bench.pay($0.account, money(100), nil)
            },
            BadInput("Pay, empty card", "BAD_ID", "new_card.token") {
                try await $0.bench.pay($0.account, money(100), .newCard(BillingV1.NewCard()))
            },
            BadInput("Account.Get, no key", "BAD_ID", "account_id") {
                try await $0.bench.accounts.get(BillingV1.GetAccountRequest())
            },
            BadInput("Invoice.Get, no key", "BAD_ID", "invoice_id") {
                try await $0.bench.invoices.get(BillingV1.GetInvoiceRequest())
            },
            BadInput("Payment.Get, no key", "BAD_ID", "payment_id") {
                try await $0.bench.payments.get(BillingV1.GetPaymentRequest())
            },
            BadInput("CreateDraft, an empty line", "BAD_TEXT", "lines[0].description") {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft($0.account, [BillingV1.InvoiceLine()])
                )
            },
            BadInput("Account.Create, no such currency", "CURRENCY_MISMATCH", "currency") {
                try await $0.bench.accounts.create(
                    BillingV1.CreateAccountRequest(
                        requestID: newRequestID(),
                        displayName: "A",
                        currency: "XXX"
                    )
                )
            },
            BadInput("Health, no such service", "UNKNOWN_SERVICE", "service", .notFound) {
                try await $0.bench.billingHealth.check(
                    GRPCHealthV1.HealthCheckRequest(service: "x")
                )
            },
        ]
        + [
            "", "x", "inv_", "usr_01J0000000000000000000000A", BadID.unknown("inv"),
            BadID.unknown("pay"), BadID.unknown("crd"),
        ].map { id in
            BadInput("GetTransaction '\(id)'", "NOT_FOUND", "transaction_id", .notFound) {
                try await transaction($0, id)
            }
        }

    // MARK: Times and enums

    private static let badTimes: [GoogleProtobuf.Timestamp] = [
        GoogleProtobuf.Timestamp(seconds: .max), GoogleProtobuf.Timestamp(seconds: .min),
        GoogleProtobuf.Timestamp(seconds: 253_402_300_800),
        GoogleProtobuf.Timestamp(seconds: -62_135_596_801),
        GoogleProtobuf.Timestamp(seconds: 0, nanos: -1),
        GoogleProtobuf.Timestamp(seconds: 0, nanos: 1_000_000_000),
        GoogleProtobuf.Timestamp(seconds: 0, nanos: .max),
    ]

    private static let times: [BadInput] =
        badTimes.flatMap { time -> [BadInput] in
            let name = "\(time.seconds) s \(time.nanos) ns"
            return [
                BadInput("CreateDraft, due \(name)", "BAD_TIME", "due_time") {
                    var draft = BillingInput.draft($0.account, [BillingInput.line()])
                    draft.dueTime = time
                    return try await $0.bench.invoices.createDraft(draft)
                },
                BadInput("CreateDraft, from \(name)", "BAD_TIME", "lines[0].period_start_time") {
                    var line = BillingInput.line()
                    line.periodStartTime = time
                    return try await $0.bench.invoices.createDraft(
                        BillingInput.draft($0.account, [line])
                    )
                },
                BadInput("CreateDraft, to \(name)", "BAD_TIME", "lines[0].period_end_time") {
                    var line = BillingInput.line()
                    line.periodEndTime = time
                    return try await $0.bench.invoices.createDraft(
                        BillingInput.draft($0.account, [line])
                    )
                },
                BadInput("ListTransactions, from \(name)", "BAD_TIME", "start_time") {
                    try await history($0, start: time)
                },
                BadInput("ListTransactions, to \(name)", "BAD_TIME", "end_time") {
                    try await history($0, end: time)
                },
            ]
        } + [
            BadInput("ListTransactions, ends as it begins", "BAD_TIME", "end_time") {
                let now = GoogleProtobuf.Timestamp(seconds: 2_000_000_000)
                return try await history($0, start: now, end: now)
            },
            BadInput("ListTransactions, long over", "BAD_TIME", "end_time") {
                try await history($0, end: GoogleProtobuf.Timestamp(seconds: 1))
            },
        ]

    private static func history(
        _ hostile: HostileBench,
        types: [BillingV1.TransactionType] = [],
        start: GoogleProtobuf.Timestamp? = nil,
        end: GoogleProtobuf.Timestamp? = nil
    ) async throws -> any Sendable {
        try await hostile.bench.history.listTransactions(
            BillingV1.ListTransactionsRequest(
                accountID: hostile.account,
                types: types,
                startTime: start,
                endTime: end
            )
        )
    }

    private static let enums: [BadInput] =
        [Int32.min, -1, 99, .max].flatMap { number -> [BadInput] in
            [
                BadInput("ListTransactions, type \(number)", "BAD_ENUM", "types") {
                    try await history(
                        $0,
                        types: [.payment, BillingV1.TransactionType(rawValue: number)]
                    )
                },
                BadInput("ResolvePending, decision \(number)", "BAD_ENUM", "decision") {
                    try await $0.bench.sandbox.resolvePending(
                        GatewayV1.ResolvePendingRequest(
                            key: $0.soldKey,
                            decision: GatewayV1.PendingDecision(rawValue: number)
                        )
                    )
                },
            ]
        } + [
            BadInput("ListTransactions, no type", "BAD_ENUM", "types") {
                try await history($0, types: [.unspecified])
            }
        ]
}
