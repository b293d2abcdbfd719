import NIOConcurrencyHelpers
import NIOCore
import RemitAPI
import TTRPC
import Testing

/// Callers that pay while services are killed: each on accounts of its own, again with the same
/// request id when an answer is lost. Keeps what they were answered.
final class PaymentLoad: Sendable {
    /// One intention to pay.
    struct Intention: Sendable {
        let requestID: String
        let account: String
        let minorUnits: Int64
        let plan: PaymentPlan
        /// Everything that was acknowledged, in order.
        var answers: [BillingV1.Payment] = []
    }

    /// What a caller pays with next.
    private struct Wallet {
        let account: String
        var method: String?
    }

    private struct State {
        var isStopped = false
        var intentions: [Intention] = []
        var tries = 0
        var callers: [Task<Void, any Error>] = []
        var wallets: [Int: Wallet] = [:]
        var rounds: UInt64 = 0
    }

    /// How long one intention may take to be answered.
    private static let maxAnswer = Duration.seconds(120)
    /// The pause after a call that failed.
    private static let retryPause = Duration.milliseconds(5)
    private static let callTimeout = TimeAmount.seconds(20)

    private let bench: TestBench
    private let callers: Int
    private let seed: UInt64
    private let state = NIOLockedValueBox(State())

    init(_ bench: TestBench, callers: Int, seed: UInt64) {
        self.bench = bench
        self.callers = callers
        self.seed = seed
    }

    /// Every intention so far.
    var intentions: [Intention] { state.withLockedValue { $0.intentions } }
    /// Calls of Pay so far, repeats included.
    var tries: Int { state.withLockedValue { $0.tries } }

    /// Lets the callers begin.
    func start() {
        let round = state.withLockedValue { state in
            state.isStopped = false
            state.rounds += 1
            return state.rounds
        }
        let tasks = (0..<callers).map { caller in
            Task { try await run(caller, SplitMix64(seed: seed &+ round << 16 &+ UInt64(caller))) }
        }
        state.withLockedValue { $0.callers = tasks }
    }

    /// Lets each caller finish what it has begun; the services must be there for that.
    ///
    /// - Throws: what a caller could not get done.
    func finish() async throws {
        let tasks = state.withLockedValue { state in
            state.isStopped = true
            return state.callers
        }
        for task in tasks { try await task.value }
    }

    private func run(_ caller: Int, _ seeded: SplitMix64) async throws {
        var random = seeded
        while !state.withLockedValue({ $0.isStopped }) {
            var wallet: Wallet
            if let kept = state.withLockedValue({ $0.wallets[caller] }) {
                wallet = kept
            } else {
                wallet = Wallet(
                    account: try await persistently("opening an account") {
                        try await self.bench.newAccount()
                    }
                )
            }
            let plan = PaymentPlan.random(using: &random)
            let index = begin(plan, wallet.account, Int64.random(in: 1...5000, using: &random))
            let payment = try await pay(index, wallet.method)
            if payment.state == .succeeded, !payment.paymentMethodID.isEmpty {
                wallet.method = payment.paymentMethodID
            }
            // An account whose payment is not decided takes no other: the next gets its own.
            let isFree = payment.state.isTerminal
            state.withLockedValue { $0.wallets[caller] = isFree ? wallet : nil }
        }
    }

    private func begin(_ plan: PaymentPlan, _ account: String, _ minorUnits: Int64) -> Int {
        let intention = Intention(
            requestID: newRequestID(),
            account: account,
            minorUnits: minorUnits,
            plan: plan
        )
        return state.withLockedValue { state in
            state.intentions.append(intention)
            return state.intentions.count - 1
        }
    }

    /// Pays until there is an answer.
    private func pay(_ index: Int, _ method: String?) async throws -> BillingV1.Payment {
        let intention = state.withLockedValue { $0.intentions[index] }
        let payment = try await persistently("an answer for \(intention)") {
            let source = try await self.source(intention.plan, method)
            self.state.withLockedValue { $0.tries += 1 }
            return try await self.bench.pay(
                intention.account,
                money(intention.minorUnits),
                source,
                requestID: intention.requestID,
                timeout: Self.callTimeout
            )
        }
        state.withLockedValue { $0.intentions[index].answers.append(payment) }
        return payment
    }

    /// A card is entered anew for each try: what was kept of it in memory may be gone.
    private func source(
        _ plan: PaymentPlan,
        _ method: String?
    ) async throws -> BillingV1.PayRequest.Source {
        if plan == .savedCard, let method { return .paymentMethodID(method) }
        return try await bench.newCard(plan.number, save: plan == .savingCard)
    }

    /// Calls again while a service cannot be reached, or its answer is lost.
    private func persistently<Value>(
        _ what: String,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now + Self.maxAnswer
        while true {
            do {
                return try await body()
            } catch let error as RPCError {
                // A gateway that was restarted holds no codes: the card is entered again.
                let isPassing =
                    error.origin != .peer || error.code == .unavailable
                    || error.code == .deadlineExceeded || error.reason == "CVC_EXPIRED"
                guard isPassing, ContinuousClock.now < end else {
                    throw TimedOut(description: "\(what): \(error)")
                }
                try await Task.sleep(for: Self.retryPause)
            }
        }
    }
}
