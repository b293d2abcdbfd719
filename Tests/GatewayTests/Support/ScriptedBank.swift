import NIOConcurrencyHelpers
import Payments

@testable import Gateway

/// A bank that answers as it is told, and remembers what it was asked.
final class ScriptedBank: BankLink {
    /// What it does. Where a value is nil, it is silent.
    struct Script: Sendable {
        var charge: BankAnswer? = .decided(.approved())
        var inquiry: BankInquiry? = .noCharge
        var acknowledgesReversals = true
        var advices: [BankAdvice] = []
        var refusal: String?
    }

    /// What it was asked.
    struct Calls: Sendable {
        var charges: [BankRequest] = []
        var inquiries: [AttemptID] = []
        var reversals: [AttemptID] = []
        var acknowledged: [Int64] = []
    }

    private struct State {
        var script = Script()
        var calls = Calls()
        var onCharge: @Sendable (BankRequest) async -> Void = { _ in }
    }

    private let state = NIOLockedValueBox(State())

    var calls: Calls { state.withLockedValue { $0.calls } }

    func script(_ change: (inout Script) -> Void) {
        state.withLockedValue { change(&$0.script) }
    }

    /// What happens at the bank before it answers a charge.
    func onCharge(_ action: @escaping @Sendable (BankRequest) async -> Void) {
        state.withLockedValue { $0.onCharge = action }
    }

    func refusal(of number: CardNumber) -> String? {
        state.withLockedValue { $0.script.refusal }
    }

    func charge(_ request: BankRequest) async throws(BankSilence) -> BankAnswer {
        let action = state.withLockedValue { state in
            state.calls.charges.append(request)
            return state.onCharge
        }
        await action(request)
        guard let answer = state.withLockedValue({ $0.script.charge }) else { throw .scripted }
        return answer
    }

    func inquire(_ reference: AttemptID) async throws(BankSilence) -> BankInquiry {
        let answer = state.withLockedValue { state in
            state.calls.inquiries.append(reference)
            return state.script.inquiry
        }
        guard let answer else { throw .scripted }
        return answer
    }

    func reverse(_ reference: AttemptID) async throws(BankSilence) {
        let isAcknowledged = state.withLockedValue { state in
            state.calls.reversals.append(reference)
            return state.script.acknowledgesReversals
        }
        guard isAcknowledged else { throw .scripted }
    }

    /// As every bank: an advice is repeated until it is acknowledged.
    func advices(limit: Int) async throws(BankSilence) -> [BankAdvice] {
        state.withLockedValue { state in
            Array(
                state.script.advices
                    .filter { !state.calls.acknowledged.contains($0.sequence) }.prefix(limit)
            )
        }
    }

    func acknowledge(_ sequences: [Int64]) async throws(BankSilence) {
        state.withLockedValue { $0.calls.acknowledged += sequences }
    }
}

extension BankSilence {
    static let scripted = BankSilence(reason: "by the script")
}

extension BankDecision {
    static func approved(avs: String = "Y", cvc: String = "M") -> BankDecision {
        BankDecision(
            responseCode: .approval,
            approvalCode: "123456",
            avsResult: avs,
            cvcResult: cvc
        )
    }

    static func answered(_ code: ResponseCode, avs: String = "Y") -> BankDecision {
        BankDecision(responseCode: code, approvalCode: "", avsResult: avs, cvcResult: "M")
    }
}

extension ResponseCode {
    static let approval = ResponseCode.of("00")
    static let insufficientFunds = ResponseCode.of("51")

    /// The code of a literal that is one.
    static func of(_ text: String) -> ResponseCode {
        guard let code = ResponseCode(text) else { preconditionFailure("\(text) is no code") }
        return code
    }
}
