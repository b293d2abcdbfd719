import NIOCore
import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.PaymentService`.
struct PaymentHandler: BillingV1.PaymentServiceHandler {
    let store: BillingStore
    let processor: PaymentProcessor
    /// Tells of changes.
    let hub: EventHub
    let configuration: BillingConfiguration

    func prepare(
        _ request: BillingV1.PreparePaymentRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.PreparePaymentResponse {
        let id: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        return try await answering {
            try await store.read { tables in
                let account = try tables.account(id)
                let outstanding = Money(
                    minorUnits: account.balance.outstanding,
                    currency: account.currency
                )
                return BillingV1.PreparePaymentResponse(
                    balance: BillingV1.Balance(account),
                    amount: outstanding.minorUnits > 0 ? RemitType.Money(outstanding) : nil,
                    billingAddress: try account.billingAddress.decoded(),
                    billingEmail: try tables.topUserEmail(id),
                    paymentMethods: try tables.methods(of: id).map {
                        try BillingV1.PaymentMethod($0)
                    },
                    livePayment: try tables.livePayment(of: id).map {
                        BillingV1.Payment(try BillingStore.view($0, tables))
                    }
                )
            }
        }
    }

    func pay(
        _ request: BillingV1.PayRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Payment {
        let payment = try Self.check(request)
        return try await answering {
            BillingV1.Payment(try await processor.pay(payment, timeout: patience(context)))
        }
    }

    /// How long the caller is kept waiting: a little less than it waits, so that it gets an answer.
    private func patience(_ context: ServerContext) -> Duration? {
        guard let left = context.timeRemaining else { return nil }
        let bounds = configuration.replyMarginMilliseconds
        let tenth = left.nanoseconds / 10
        let margin = min(
            left.nanoseconds / 4,
            max(bounds.lowerBound * 1_000_000, min(tenth, bounds.upperBound * 1_000_000))
        )
        return .nanoseconds(left.nanoseconds - margin)
    }

    private static func check(_ request: BillingV1.PayRequest) throws(RPCError) -> PaymentRequest {
        let key = try RequestCheck.requestKey(request.requestID)
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        let amount = try RequestCheck.positiveMoney(request.amount, field: "amount")
        guard request.balanceVersion >= 0 else {
            throw RPCError(
                .invalidArgument,
                "The balance_version is the one that Prepare gave, or 0.",
                reason: "BAD_VERSION",
                field: "balance_version"
            )
        }
        return PaymentRequest(
            key: key,
            account: account,
            amount: amount,
            source: try source(request),
            balanceVersion: request.balanceVersion,
            acceptsCredit: request.acceptCredit
        )
    }

    private static func source(
        _ request: BillingV1.PayRequest
    ) throws(RPCError) -> PaymentRequest.Source {
        switch request.source {
        case .paymentMethodID(let text):
            return .saved(try RequestCheck.id(text, field: "payment_method_id"))
        case .newCard(let card):
            return .newCard(
                token: try RequestCheck.id(card.token, field: "new_card.token"),
                address: try RequestCheck.address(
                    card.billingAddress,
                    field: "new_card.billing_address"
                ),
                email: card.billingEmail.isEmpty
                    ? "" : try email(card.billingEmail, field: "new_card.billing_email"),
                save: card.save
            )
        case nil:
            throw RPCError(
                .invalidArgument,
                "Choose a saved payment method, or enter a new card.",
                reason: "SOURCE_MISSING",
                field: "source"
            )
        }
    }

    func get(
        _ request: BillingV1.GetPaymentRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Payment {
        switch request.key {
        case .paymentID(let text):
            let id: PaymentID = try RequestCheck.id(text, field: "payment_id")
            return try await answering { BillingV1.Payment(try await store.payment(id)) }
        case .requestID(let text):
            let key = try RequestCheck.requestKey(text)
            return try await answering {
                BillingV1.Payment(
                    try await store.read { tables in
                        guard let id = try tables.payment(of: key) else {
                            throw BillingError.paymentNotFound
                        }
                        return try BillingStore.view(try tables.payment(id), tables)
                    }
                )
            }
        case nil:
            throw Self.keyMissing
        }
    }

    /// A request says in no way which payment it is about.
    static let keyMissing = RPCError(
        .invalidArgument,
        "Either payment_id or request_id is needed.",
        reason: "BAD_ID",
        field: "payment_id"
    )
}
