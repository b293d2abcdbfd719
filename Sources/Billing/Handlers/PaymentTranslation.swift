import Payments
import RemitAPI
import ServiceKit
import TTRPC

extension BillingV1.Payment {
    init(_ view: PaymentView) {
        let payment = view.payment
        let currency = payment.amount.currency.code
        self.init(
            paymentID: payment.id.text,
            accountID: payment.account.text,
            requestID: payment.requestKey.text,
            state: BillingV1.PaymentState(rawValue: Int32(payment.state.wireNumber)),
            amount: RemitType.Money(payment.amount),
            message: payment.state.message,
            declineCode: payment.declineCode,
            retryClass: payment.retryClass,
            failureReason: payment.failureReason,
            attemptID: payment.attempt.text,
            paymentMethodID: payment.method?.text ?? "",
            cardSaving: BillingV1.CardSaving(rawValue: Int32(payment.saving.rawValue)),
            cardBrand: payment.card.brand,
            cardLastFour: payment.card.lastFour,
            allocations: view.allocations.map { allocation, invoiceNumber in
                BillingV1.PaymentAllocation(
                    allocationID: allocation.id.text,
                    invoiceID: allocation.invoice.text,
                    invoiceNumber: invoiceNumber,
                    amount: RemitType.Money(minorUnits: allocation.amount, currency: currency)
                )
            },
            credited: RemitType.Money(minorUnits: payment.credited, currency: currency),
            createTime: GoogleProtobuf.Timestamp(milliseconds: payment.createdAt),
            settleTime: payment.settledAt.map { GoogleProtobuf.Timestamp(milliseconds: $0) }
        )
    }
}

extension PaymentState {
    /// The number in the schema: the same as the stored one.
    var wireNumber: Int { rawValue }

    /// The sentence for the payer; empty while there is nothing to say.
    ///
    /// - Source: the help article (declined), and what is shown for an unknown outcome. The bank's
    ///   reasons are for operators.
    var message: String {
        switch self {
        case .submitting: ""
        case .pending: "Your payment is pending. We will e-mail you when the bank has decided."
        case .requiresAction: "Your bank asks you to confirm this payment."
        case .unknown, .review:
            "We are checking this payment with your bank. Please don't pay again; "
                + "we will e-mail you."
        case .succeeded: "Your payment was accepted. Thank you."
        case .declined:
            "The card has been declined. Check the card details and billing address, then try "
                + "again or use a different payment method."
        case .failed: "The payment was not made, and nothing was charged. Please try again."
        case .canceled: "The payment was canceled, and nothing was charged."
        }
    }
}

extension BillingV1.PaymentMethod {
    /// - Throws: `WireError` when the stored address is damaged.
    init(_ method: MethodRecord) throws {
        self.init(
            paymentMethodID: method.id.text,
            accountID: method.account.text,
            brand: method.card.brand,
            lastFour: method.card.lastFour,
            expiryMonth: Int32(method.card.expiryMonth),
            expiryYear: Int32(method.card.expiryYear),
            billingAddress: try method.billingAddress.decoded(),
            billingEmail: method.billingEmail,
            state: method.isDeleted ? .deleted : .active,
            createTime: GoogleProtobuf.Timestamp(milliseconds: method.createdAt)
        )
    }
}
