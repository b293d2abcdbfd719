import RemitAPI

/// Lines of what is followed: the same columns in each.
enum LineText {
    /// "2026-11-23 21:13  12  payment.succeeded  pay_…  acct_…".
    static func of(_ event: BillingV1.Event) -> String {
        columns([
            TimeText.short(event.createTime), "\(event.sequence)", event.type, event.subjectID,
            event.accountID,
        ])
    }

    /// "2026-11-23 21:13  12  APPROVED  att_…".
    static func of(_ event: GatewayV1.Event) -> String {
        columns([
            TimeText.short(event.createTime), "\(event.sequence)",
            event.operation?.state.name ?? "", event.operation?.key ?? "",
        ])
    }

    /// "pay_…  SUCCEEDED  50.00 CAD  Your payment was accepted. Thank you."
    static func of(_ payment: BillingV1.Payment) -> String {
        columns([
            payment.paymentID, payment.state.name, MoneyText.full(payment.amount),
            payment.message,
        ])
    }

    private static func columns(_ texts: [String]) -> String {
        texts.filter { !$0.isEmpty }.joined(separator: "  ")
    }
}
