import RemitAPI
import TTRPC

/// Decisions of operators that nobody can carry out.
enum BadReviews {
    static let cases = ids.flatMap(\.cases) + versions + decisions + texts

    /// A decision that is sound but for what `change` makes of it, about a payment that has ended.
    private static func bad(
        _ name: String,
        _ reason: String,
        _ field: String,
        _ code: RPCCode = .invalidArgument,
        _ change: @escaping @Sendable (inout BillingV1.DecideRequest) -> Void = { _ in }
    ) -> BadInput {
        BadInput("Review.Decide, \(name)", reason, field, code) {
            var request = BillingV1.DecideRequest(
                paymentID: $0.payment.paymentID,
                decision: .failed,
                operator: "someone",
                note: "a reason"
            )
            change(&request)
            return try await BillingV1.ReviewServiceClient(try $0.bench.billingCaller())
                .decide(request)
        }
    }

    private static let ids = [
        FieldCases("Review.Decide", "payment_id", "pay") {
            try await BillingV1.ReviewServiceClient(try $0.bench.billingCaller()).decide(
                BillingV1.DecideRequest(
                    paymentID: $1,
                    decision: .failed,
                    operator: "someone",
                    note: "a reason"
                )
            )
        }
    ]

    private static let versions = [
        bad("a version below zero", "BAD_VERSION", "gateway_version") { $0.gatewayVersion = -1 },
        bad("the least version", "BAD_VERSION", "gateway_version") { $0.gatewayVersion = .min },
        bad("no such exception", "NOT_FOUND", "gateway_version", .notFound) {
            $0.gatewayVersion = .max
            $0.decision = .dismiss
        },
        bad("a payment that has ended", "NOT_IN_REVIEW", "payment_id", .failedPrecondition),
    ]

    private static let decisions =
        [Int32.min, -1, 0, 3, 4, 5, 99, .max].map { number in
            bad("decision \(number) of a review", "BAD_ENUM", "decision") {
                $0.decision = BillingV1.ReviewDecision(rawValue: number)
            }
        }
        + [Int32.min, -1, 0, 1, 2, 99, .max].map { number in
            bad("decision \(number) of an exception", "BAD_ENUM", "decision") {
                $0.gatewayVersion = 3
                $0.decision = BillingV1.ReviewDecision(rawValue: number)
            }
        }

    private static let texts = ["", "  ", "a\u{7}b", String(repeating: "x", count: 501)].flatMap {
        text in
        [
            bad("operator '\(text.prefix(5))'", "BAD_TEXT", "operator") { $0.operator = text },
            bad("note '\(text.prefix(5))'", "BAD_TEXT", "note") { $0.note = text },
        ]
    }
}
