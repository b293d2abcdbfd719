import Ledger
import Payments
import RemitAPI

/// What `remit doctor` found. As JSON it has these fields by their names in the schema's style.
struct DoctorReport {
    /// A service, and whether it could be asked.
    struct ServiceState {
        let address: String
        var answers = true
        /// Why it did not answer, or what it refused; empty when it answered everything.
        var error = ""
        /// Absent when the ledger could not be read.
        var ledger: LedgerState?
    }

    /// A ledger that was verified from its beginning.
    struct LedgerState {
        let entries: Int64
        let isWhole: Bool
        /// The newest entry's hash, abbreviated; empty for a broken chain.
        let head: String
        /// What is wrong; empty for a whole chain.
        let fault: String
    }

    /// The sums of one currency, in minor units.
    struct BookTotals {
        let currency: String
        let billingMinorUnits: Int64
        let gatewayMinorUnits: Int64
        let bankMinorUnits: Int64
        let agreeingPayments: Int64
    }

    /// A payment on which the books differ.
    struct BookDifference {
        let attemptID: String
        let currency: String
        let billingMinorUnits: Int64
        let gatewayMinorUnits: Int64
        let bankMinorUnits: Int64
        /// It has not ended: the difference is explained for now.
        let isInFlight: Bool
    }

    /// A payment that is live here though its operation has ended at the gateway.
    struct UnsettledPayment {
        let attemptID: String
        let gatewayState: GatewayV1.OperationState
    }

    /// "FINE", "NEEDS_A_PERSON" or "UNREACHABLE".
    private(set) var verdict = "FINE"
    /// A sentence each.
    var problems: [String] = []
    var billing: ServiceState
    var gateway: ServiceState
    /// How billing stands with the gateway; absent when it was not told.
    var status: BillingV1.GetStatusResponse?
    /// The gateway has events that billing does not apply.
    var isFeedStuck = false
    /// Absent when one of the books could not be read.
    var books: [BookTotals]?
    var differences: [BookDifference] = []
    /// The keys for which the bank was asked more than once, whatever it answered.
    var doubledCharges: [String] = []
    var livePayments: [BillingV1.InFlightPayment] = []
    var unsettledPayments: [UnsettledPayment] = []
    var reviewItems: [BillingV1.ReviewItem] = []
    var parkedEvents: [BillingV1.ParkedEvent] = []
    var openOperations: [GatewayV1.OpenOperation] = []

    init(billing: String, gateway: String) {
        self.billing = ServiceState(address: billing)
        self.gateway = ServiceState(address: gateway)
    }

    /// How the process ends.
    var exitStatus: ExitStatus {
        guard billing.answers, gateway.answers else { return .unreachable }
        return problems.isEmpty ? .done : .refused
    }

    /// Takes in how billing follows the gateway.
    ///
    /// - Parameters:
    ///   - feed: at the first look.
    ///   - again: at the second; nil when the first found nothing to look at again.
    mutating func take(_ feed: FeedLook, again: FeedLook?) {
        status = again?.status ?? feed.status
        livePayments = again?.live ?? feed.live ?? []
        openOperations = again?.open ?? feed.open ?? []
        // Where the gateway's records are not believed, nothing of them is applied.
        guard let again, status?.dataLossReason.isEmpty ?? true else { return }
        isFeedStuck = again.isStuck(since: feed)
        unsettledPayments = again.ended.filter { feed.ended[$0.key] != nil }
            .sorted { $0.key < $1.key }
            .map { UnsettledPayment(attemptID: $0.key, gatewayState: $0.value) }
    }

    /// Takes in the three books.
    ///
    /// - Parameters:
    ///   - reconciliation: the books as they were read last.
    ///   - lasting: payments on which they differed when they were read before.
    mutating func take(_ reconciliation: Reconciliation, lasting: Set<String>) {
        books = reconciliation.totals.sorted { $0.key.code < $1.key.code }.map { currency, sums in
            BookTotals(
                currency: currency.code,
                billingMinorUnits: sums.billingMinorUnits,
                gatewayMinorUnits: sums.gatewayMinorUnits,
                bankMinorUnits: sums.bankMinorUnits,
                agreeingPayments: Int64(sums.matched)
            )
        }
        differences = reconciliation.differences
            .filter { $0.isInFlight || lasting.contains($0.reference) }
            .map { difference in
                BookDifference(
                    attemptID: difference.reference,
                    currency: difference.currency.code,
                    billingMinorUnits: difference.billingMinorUnits,
                    gatewayMinorUnits: difference.gatewayMinorUnits,
                    bankMinorUnits: difference.bankMinorUnits,
                    isInFlight: difference.isInFlight
                )
            }
    }

    /// Says what needs a person, and what that makes of it all.
    mutating func conclude() {
        if let reason = status?.dataLossReason, !reason.isEmpty {
            problems.append("DATA_LOSS: billing does not believe the gateway: \(reason)")
        }
        if isFeedStuck {
            let cursor = status?.gatewayCursor ?? 0
            problems.append("billing does not apply the gateway's events after \(cursor)")
        }
        if !unsettledPayments.isEmpty {
            problems.append(
                "payments are live that have ended at the gateway: \(unsettledPayments.count)"
            )
        }
        for (name, state) in [("billing", billing), ("gateway", gateway)] {
            if !state.answers { problems.append("the \(name) service cannot be reached") }
            if state.answers, !state.error.isEmpty {
                problems.append("the \(name) service refused to say something: \(state.error)")
            }
            if let ledger = state.ledger, !ledger.isWhole {
                problems.append("the \(name) ledger is broken: \(ledger.fault)")
            }
        }
        let differing = differences.count { !$0.isInFlight }
        if differing > 0 { problems.append("the books differ on payments: \(differing)") }
        if !doubledCharges.isEmpty {
            problems.append("the bank was asked twice for payments: \(doubledCharges.count)")
        }
        let reviews = reviewItems.count { $0.gatewayVersion == 0 }
        if reviews > 0 { problems.append("payments wait in review: \(reviews)") }
        let exceptions = reviewItems.count - reviews
        if exceptions > 0 { problems.append("exceptions wait for a decision: \(exceptions)") }
        if !parkedEvents.isEmpty {
            problems.append("events of the gateway are parked: \(parkedEvents.count)")
        }
        switch exitStatus {
        case .unreachable: verdict = "UNREACHABLE"
        case .done: verdict = "FINE"
        default: verdict = "NEEDS_A_PERSON"
        }
    }
}
