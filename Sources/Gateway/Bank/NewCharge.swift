import GRDB
import Payments
import ServiceKit

/// A charge that the sandbox bank is about to write into its book.
struct NewCharge: Sendable {
    private let request: Values
    private let decision: BankDecision
    private let timing: SandboxScenario.Timing
    private let fault: SandboxScenario.Fault
    private let now: Int64

    /// What of the request is written: never the number or the code.
    private struct Values: Sendable {
        let reference: AttemptID
        let operation: OperationID
        let amount: Money
    }

    init(_ request: BankRequest, _ scenario: SandboxScenario, now: Int64) {
        self.request = Values(
            reference: request.reference,
            operation: request.operation,
            amount: request.amount
        )
        self.now = now
        timing = scenario.timing
        fault = scenario.fault
        let hasCode = request.code != nil
        let code =
            hasCode
            ? scenario.responseCodeWithCVC ?? scenario.responseCode
            : scenario.responseCode
        decision = BankDecision(
            responseCode: code,
            declineCode: scenario.declineCode,
            approvalCode: "",
            avsResult: scenario.avsResult ?? (request.postalCode.isEmpty ? "U" : "Y"),
            cvcResult: hasCode ? scenario.cvcResult ?? "M" : "U"
        )
    }

    private var isPending: Bool {
        switch timing {
        case .pending, .pendingForever: true
        case .atOnce, .delayed: false
        }
    }

    /// A partial approval has moved money too, until it is reversed.
    private var isApproved: Bool { ["00", "10"].contains(decision.responseCode.text) }

    /// Six characters made of the reference, so that a repeat would show.
    private var approvalCode: String {
        isApproved ? String(request.reference.ulid.text.suffix(6)) : ""
    }

    /// The frames that reach the gateway in time.
    var frames: [[UInt8]] {
        let frame = SandboxReplyFrame.encode(answer, to: request.reference)
        return switch fault {
        case .none: [frame]
        case .replyTwice: [frame, frame]
        case .replyTruncated: [Array(frame.prefix(frame.count / 2))]
        case .droppedBefore, .replyLost, .processExit, .linkTimeout, .lateDecision: []
        }
    }

    /// What the bank says at once.
    private var answer: BankAnswer {
        if isPending {
            return .pending(avsResult: decision.avsResult, cvcResult: decision.cvcResult)
        }
        return .decided(
            BankDecision(
                responseCode: decision.responseCode,
                declineCode: decision.declineCode,
                approvalCode: approvalCode,
                avsResult: decision.avsResult,
                cvcResult: decision.cvcResult
            )
        )
    }

    func insert(_ database: Database, isReversed: Bool) throws {
        let state: SandboxBank.ChargeState =
            isReversed
            ? .reversed
            : fault == .lateDecision
                ? .underWay : isPending ? .pending : isApproved ? .approved : .declined
        var decidesAt: Int64?
        if case .pending(let milliseconds) = timing, state == .pending {
            decidesAt = now + milliseconds
        }
        try database.run(
            """
            INSERT INTO charges (reference, operation, state, minor_units, currency,
                response_code, decline_code, approval_code, avs_result, cvc_result, created_at,
                decides_at, advice_due, fault)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
            """,
            request.reference,
            request.operation,
            state.rawValue,
            request.amount.minorUnits,
            request.amount.currency,
            decision.responseCode.text,
            decision.declineCode?.rawValue,
            isPending ? "" : approvalCode,
            decision.avsResult,
            decision.cvcResult,
            now,
            decidesAt,
            fault.rawValue
        )
    }
}
