import RemitAPI

extension Tables {
    static func reviewItems(_ items: [BillingV1.ReviewItem]) -> Table {
        Table(
            ["payment", "version", "here", "gateway", "amount", "waiting", "proposed"],
            items.map {
                [
                    $0.paymentID, "\($0.gatewayVersion)", $0.paymentState.name, $0.gatewayState,
                    MoneyText.full($0.amount), AgeText.of($0.ageMilliseconds), vote($0.proposal),
                ]
            }
        )
    }

    static func reviewItem(_ item: BillingV1.ReviewItem) -> Table {
        Table([
            ("payment", item.paymentID), ("version", "\(item.gatewayVersion)"),
            ("account", item.accountID), ("attempt", item.attemptID),
            ("amount", MoneyText.full(item.amount)), ("here", item.paymentState.name),
            ("gateway", item.gatewayState), ("opened", TimeText.short(item.openTime)),
            ("proposed", vote(item.proposal)), ("note", item.proposal?.note ?? ""),
            ("carried out", vote(item.confirmation)), ("note", item.confirmation?.note ?? ""),
        ])
    }

    /// "FAILED by ann", "FAILED by ann (remit://ann)"; empty without one.
    static func vote(_ vote: BillingV1.ReviewVote?) -> String {
        guard let vote else { return "" }
        let caller = vote.caller.isEmpty ? "" : " (\(vote.caller))"
        return "\(vote.decision.name) by \(vote.operator)\(caller)"
    }

    static func parkedEvents(_ events: [BillingV1.ParkedEvent]) -> Table {
        Table(
            ["#", "key", "reason", "age"],
            events.map {
                ["\($0.sequence)", $0.gatewayKey, $0.reason, AgeText.of($0.ageMilliseconds)]
            }
        )
    }
}

/// How long something has lasted, for people.
enum AgeText {
    /// "450 ms", "12 s", "3 min", "5 h", "8 d"; smaller parts are dropped.
    static func of(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1000) s"
        case ..<3_600_000: "\(milliseconds / 60_000) min"
        case ..<86_400_000: "\(milliseconds / 3_600_000) h"
        default: "\(milliseconds / 86_400_000) d"
        }
    }
}
