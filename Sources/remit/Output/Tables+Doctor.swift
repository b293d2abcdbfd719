import RemitAPI

extension Tables {
    /// Rows of one kind on the doctor's screen; the rest is counted.
    private static let maxRows = 12

    /// The doctor's screen: one row for each thing, in the order of what a person needs first.
    static func doctor(_ report: DoctorReport) -> Table {
        var rows = [
            service("billing", report.billing), service("gateway", report.gateway),
            records(report),
        ]
        for (name, state) in [("billing", report.billing), ("gateway", report.gateway)] {
            guard let ledger = state.ledger else { continue }
            rows.append([
                "\(name) ledger", ledger.isWhole ? "whole" : "BROKEN",
                ledger.isWhole ? "\(ledger.entries) entries, \(ledger.head)" : ledger.fault,
            ])
        }
        rows += books(report)
        rows += some(report.doubledCharges) { key in
            [key, "DOUBLED", "the bank has more than one line of it"]
        }
        rows += some(report.reviewItems) { item in
            let isReview = item.gatewayVersion == 0
            let states =
                isReview
                ? item.paymentState.name
                : "\(item.paymentState.name) here, \(item.gatewayState) there"
            let vote = item.proposal.map { "; proposed " + Tables.vote($0) } ?? ""
            return [
                isReview ? item.paymentID : "\(item.paymentID) v\(item.gatewayVersion)", "DECIDE",
                "\(states), \(MoneyText.full(item.amount)), "
                    + "waits for \(AgeText.of(item.ageMilliseconds))\(vote)",
            ]
        }
        rows += some(report.parkedEvents) { event in
            [
                "event \(event.sequence)", "PARKED",
                "\(event.gatewayKey): \(event.reason), for \(AgeText.of(event.ageMilliseconds))",
            ]
        }
        // What is in review has its row above.
        rows += some(report.livePayments.filter { $0.state != "REVIEW" }) { payment in
            let ended = report.unsettledPayments.first { $0.attemptID == payment.attemptID }
            let there = ended.map { "; \($0.gatewayState.name) at the gateway" } ?? ""
            let age = AgeText.of(payment.ageMilliseconds)
            return [payment.paymentID, payment.state, "for \(age)\(there)"]
        }
        rows += some(report.openOperations) { operation in
            [
                operation.key, operation.state.name,
                "at the gateway for \(AgeText.of(operation.ageMilliseconds))",
            ]
        }
        return Table(["what", "state", "detail"], rows)
    }

    /// What it comes to, and a line for each problem.
    static func verdict(_ report: DoctorReport) -> String {
        let sentence =
            switch report.exitStatus {
            case .done: "Everything is fine."
            case .unreachable: "Not everything could be examined."
            default: "A person is needed."
            }
        return ([sentence] + report.problems.map { "- " + $0 }).joined(separator: "\n")
    }

    private static func service(_ name: String, _ state: DoctorReport.ServiceState) -> [String] {
        let word = state.answers ? state.error.isEmpty ? "answers" : "REFUSES" : "UNREACHABLE"
        return [
            name, word, [state.address, state.error].filter { !$0.isEmpty }.joined(separator: " "),
        ]
    }

    private static func records(_ report: DoctorReport) -> [String] {
        let what = "gateway's records"
        guard let status = report.status else { return [what, "not known", ""] }
        guard status.dataLossReason.isEmpty else {
            return [what, "DATA_LOSS", status.dataLossReason]
        }
        guard !status.gatewayEpoch.isEmpty else { return [what, "not met yet", ""] }
        let word = report.isFeedStuck ? "STUCK" : "known"
        return [what, word, "applied up to event \(status.gatewayCursor)"]
    }

    private static func books(_ report: DoctorReport) -> [[String]] {
        guard let totals = report.books else { return [["books", "not compared", ""]] }
        var rows = totals.map { book in
            let differences = report.differences.filter { $0.currency == book.currency }
            let word =
                differences.isEmpty
                ? "agree" : differences.allSatisfy(\.isInFlight) ? "in flight" : "DIFFER"
            let text = { (amount: Int64) in
                MoneyText.plain(RemitType.Money(minorUnits: amount, currency: book.currency))
            }
            return [
                "books \(book.currency)", word,
                "billing \(text(book.billingMinorUnits)), gateway "
                    + "\(text(book.gatewayMinorUnits)), bank \(text(book.bankMinorUnits)); "
                    + "\(book.agreeingPayments) payments agree",
            ]
        }
        rows += some(report.differences) { difference in
            [
                difference.attemptID, difference.isInFlight ? "in flight" : "DIFFERENCE",
                "\(difference.currency) billing \(difference.billingMinorUnits), gateway "
                    + "\(difference.gatewayMinorUnits), bank \(difference.bankMinorUnits)",
            ]
        }
        return rows
    }

    private static func some<Item>(
        _ items: [Item],
        _ row: (Item) -> [String]
    ) -> [[String]] {
        let shown = items.prefix(maxRows).map(row)
        guard items.count > maxRows else { return shown }
        return shown + [["…", "", "and \(items.count - maxRows) more; --output json has all"]]
    }
}
