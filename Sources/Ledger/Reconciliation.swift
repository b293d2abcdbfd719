package import Payments

/// Compares the three books, payment by payment: billing's, the gateway's and the bank's.
package struct Reconciliation: Sendable {
    /// What one book says about one payment.
    package struct BookLine: Equatable, Sendable {
        /// The gateway's key of the payment: "att_…".
        package let reference: String
        /// What moved towards the merchant, in minor units.
        package let minorUnits: Int64
        package let currency: Currency

        package init(reference: String, minorUnits: Int64, currency: Currency) {
            self.reference = reference
            self.minorUnits = minorUnits
            self.currency = currency
        }
    }

    /// A payment on which the books do not agree.
    package struct Difference: Equatable, Sendable {
        package let reference: String
        package let currency: Currency
        package let billingMinorUnits: Int64
        package let gatewayMinorUnits: Int64
        package let bankMinorUnits: Int64
        /// Known to be on its way: it explains a difference for now.
        package let isInFlight: Bool
    }

    /// The sums of one currency.
    package struct Totals: Equatable, Sendable {
        package var billingMinorUnits: Int64 = 0
        package var gatewayMinorUnits: Int64 = 0
        package var bankMinorUnits: Int64 = 0
        /// Payments on which all three agree.
        package var matched = 0
    }

    package let totals: [Currency: Totals]
    /// By reference, then by currency.
    package let differences: [Difference]

    /// Whether every difference is one in flight.
    package var isReconciled: Bool { differences.allSatisfy(\.isInFlight) }

    /// - Parameters:
    ///   - billing: `gateway_clearing`, debits positive.
    ///   - gateway: `merchant_payable`, credits positive.
    ///   - bank: the bank's approved charges less its reversals. A charge that was made twice is
    ///     two lines, and so a difference.
    ///   - inFlight: references of payments that the bank has not decided.
    package init(
        billing: [BookLine],
        gateway: [BookLine],
        bank: [BookLine],
        inFlight: Set<String>
    ) {
        struct Key: Hashable {
            let reference: String
            let currency: Currency
        }
        var sums: [Key: [Int64]] = [:]
        for (book, lines) in [billing, gateway, bank].enumerated() {
            for line in lines {
                let key = Key(reference: line.reference, currency: line.currency)
                sums[key, default: [0, 0, 0]][book] &+= line.minorUnits
            }
        }
        var totals: [Currency: Totals] = [:]
        var differences: [Difference] = []
        for (key, sum) in sums {
            var total = totals[key.currency] ?? Totals()
            total.billingMinorUnits &+= sum[0]
            total.gatewayMinorUnits &+= sum[1]
            total.bankMinorUnits &+= sum[2]
            if sum[0] == sum[1], sum[1] == sum[2] {
                total.matched += 1
            } else {
                differences.append(
                    Difference(
                        reference: key.reference,
                        currency: key.currency,
                        billingMinorUnits: sum[0],
                        gatewayMinorUnits: sum[1],
                        bankMinorUnits: sum[2],
                        isInFlight: inFlight.contains(key.reference)
                    )
                )
            }
            totals[key.currency] = total
        }
        self.totals = totals
        self.differences = differences.sorted {
            ($0.reference, $0.currency.code) < ($1.reference, $1.currency.code)
        }
    }
}
