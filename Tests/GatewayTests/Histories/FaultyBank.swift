import NIOConcurrencyHelpers
import Payments

@testable import Gateway

/// A bank behind a bad line: requests and answers are lost, come late, or after a reversal. Its
/// faults follow a seed. What it does when it is reached is what a bank does: it is not
/// idempotent, it reverses what it is told to, and it repeats a decision until it is acknowledged.
final class FaultyBank: Sendable {
    enum ChargeState: Sendable {
        case pending, approved, declined, reversed
    }

    /// A line of its book.
    struct Charge: Sendable {
        let sequence: Int64
        let reference: AttemptID
        let amount: Money
        var state: ChargeState
        var decision: BankDecision?
        var isAdvised = false
    }

    private struct State {
        var random: SplitMix64
        var isHonest = false
        var charges: [Charge] = []
        /// Requests that were given up by the line, and arrive later.
        var onTheWay: [BankRequest] = []
        var reversed: Set<AttemptID> = []
        var requests: [AttemptID: Int] = [:]

        mutating func chance(_ percent: Int) -> Bool {
            let roll = Int.random(in: 0..<100, using: &random)
            return !isHonest && roll < percent
        }
    }

    private let state: NIOLockedValueBox<State>

    init(seed: UInt64) {
        state = NIOLockedValueBox(State(random: SplitMix64(seed: seed)))
    }

    // MARK: For the test

    var charges: [Charge] { state.withLockedValue { $0.charges } }
    /// How often each reference was sent to the bank, arrived or not.
    var requests: [AttemptID: Int] { state.withLockedValue { $0.requests } }

    /// Charges that have moved money, by reference.
    var standing: [AttemptID: [Charge]] {
        Dictionary(grouping: charges.filter { $0.state == .approved }, by: \.reference)
    }

    /// From now on nothing is lost.
    func becomeHonest() {
        state.withLockedValue { $0.isHonest = true }
    }

    /// Time passes at the bank: requests under way arrive, and some pending charges are decided.
    func tick() {
        state.withLockedValue { state in
            let arrived = state.onTheWay
            state.onTheWay = []
            for request in arrived { Self.arriveLate(request, &state) }
            for index in state.charges.indices where state.charges[index].state == .pending {
                guard state.isHonest || Int.random(in: 0..<3, using: &state.random) == 0 else {
                    continue
                }
                let isApproved = Int.random(in: 0..<4, using: &state.random) != 0
                let decision: BankDecision =
                    isApproved ? .approved() : .answered(.insufficientFunds)
                state.charges[index].decision = decision
                state.charges[index].state = isApproved ? .approved : .declined
                state.charges[index].isAdvised = true
            }
        }
    }

    // MARK: What the line calls

    fileprivate func charge(_ request: BankRequest) throws(BankSilence) -> BankAnswer {
        let answer: BankAnswer? = state.withLockedValue { state in
            state.requests[request.reference, default: 0] += 1
            if state.chance(8) { return nil }
            if state.chance(10) {
                state.onTheWay.append(request)
                return nil
            }
            let answer = Self.arrive(request, &state)
            return state.chance(12) ? nil : answer
        }
        guard let answer else { throw .scripted }
        return answer
    }

    /// The bank decides on a request; nil when it was reversed before it came.
    private static func arrive(_ request: BankRequest, _ state: inout State) -> BankAnswer? {
        let isReversed = state.reversed.contains(request.reference)
        let roll = Int.random(in: 0..<100, using: &state.random)
        let avs = roll % 3 == 0 ? "N" : "Y"
        let decision: BankDecision? =
            switch roll {
            case 0..<50: .approved(avs: avs)
            case 50..<68: .answered(.insufficientFunds, avs: avs)
            case 68..<74: .answered(.of("10"), avs: avs)
            default: nil
            }
        let movesMoney = decision.map { ["00", "10"].contains($0.responseCode.text) }
        state.charges.append(
            Charge(
                sequence: Int64(state.charges.count + 1),
                reference: request.reference,
                amount: request.amount,
                state: isReversed
                    ? .reversed : movesMoney.map { $0 ? .approved : .declined } ?? .pending,
                decision: decision
            )
        )
        if isReversed { return nil }
        guard let decision else { return .pending(avsResult: avs, cvcResult: "M") }
        // Approved in its book, and unable to say so.
        if movesMoney == true, state.chance(6) { return .decided(.answered(.of("68"))) }
        return .decided(decision)
    }

    /// A request comes when nobody waits for it. The bank sometimes forgets that it was reversed:
    /// then it approves, and says so by advice.
    private static func arriveLate(_ request: BankRequest, _ state: inout State) {
        let forgets = state.chance(40)
        if forgets { state.reversed.remove(request.reference) }
        _ = arrive(request, &state)
        guard forgets, let last = state.charges.indices.last else { return }
        state.charges[last].isAdvised = state.charges[last].decision?.responseCode == .approval
        // Anything but an approval is of no interest to those who have given it up.
        if !state.charges[last].isAdvised, state.charges[last].state == .approved {
            state.charges[last].state = .reversed
        }
    }

    fileprivate func inquire(_ reference: AttemptID) throws(BankSilence) -> BankInquiry {
        let answer: BankInquiry? = state.withLockedValue { state in
            if state.chance(20) { return nil }
            let charge = state.charges.first {
                $0.reference == reference && $0.state != .reversed
            }
            guard let charge else { return .noCharge }
            return charge.decision.map { .decided($0) } ?? .pending
        }
        guard let answer else { throw .scripted }
        return answer
    }

    fileprivate func reverse(_ reference: AttemptID) throws(BankSilence) {
        let isAcknowledged = state.withLockedValue { state in
            if state.chance(20) { return false }
            state.reversed.insert(reference)
            for index in state.charges.indices
            where state.charges[index].reference == reference {
                switch state.charges[index].state {
                case .approved: state.charges[index].state = .reversed
                case .pending:
                    // Sometimes the decision was already being made: it comes all the same.
                    if !state.chance(25) { state.charges[index].state = .reversed }
                case .declined, .reversed: break
                }
            }
            return !state.chance(20)
        }
        guard isAcknowledged else { throw .scripted }
    }

    fileprivate func advices(limit: Int) throws(BankSilence) -> [BankAdvice] {
        let advices: [BankAdvice]? = state.withLockedValue { state in
            if state.chance(15) { return nil }
            return state.charges.filter(\.isAdvised).prefix(limit).compactMap { charge in
                charge.decision.map { decision in
                    BankAdvice(
                        sequence: charge.sequence,
                        reference: charge.reference,
                        decision: decision
                    )
                }
            }
        }
        guard let advices else { throw .scripted }
        return advices
    }

    fileprivate func acknowledge(_ sequences: [Int64]) throws(BankSilence) {
        let isTaken = state.withLockedValue { state in
            if state.chance(20) { return false }
            for sequence in sequences { state.charges[Int(sequence) - 1].isAdvised = false }
            return true
        }
        guard isTaken else { throw .scripted }
    }
}

/// One process's line to the bank. It is cut when the process ends.
final class BankLine: BankLink {
    private let bank: FaultyBank
    private let isCut = NIOLockedValueBox(false)

    init(_ bank: FaultyBank) {
        self.bank = bank
    }

    func cut() {
        isCut.withLockedValue { $0 = true }
    }

    private func connected() throws(BankSilence) -> FaultyBank {
        guard !isCut.withLockedValue({ $0 }) else { throw BankSilence(reason: "the line is cut") }
        return bank
    }

    func refusal(of number: CardNumber) -> String? { nil }

    func charge(_ request: BankRequest) async throws(BankSilence) -> BankAnswer {
        try connected().charge(request)
    }

    func inquire(_ reference: AttemptID) async throws(BankSilence) -> BankInquiry {
        try connected().inquire(reference)
    }

    func reverse(_ reference: AttemptID) async throws(BankSilence) {
        try connected().reverse(reference)
    }

    func advices(limit: Int) async throws(BankSilence) -> [BankAdvice] {
        try connected().advices(limit: limit)
    }

    func acknowledge(_ sequences: [Int64]) async throws(BankSilence) {
        try connected().acknowledge(sequences)
    }
}
