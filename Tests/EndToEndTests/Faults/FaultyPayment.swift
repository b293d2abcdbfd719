import NIOCore
import RemitAPI
import TTRPC
import Testing

/// One payment with one failing call, and the proof of what became of it.
struct FaultyPayment {
    private static let minorUnits: Int64 = 700
    private static let callTimeout = TimeAmount.seconds(20)
    /// How a service ends that is to be started again.
    private static let restartStatus: Int32 = 74

    let bench: TestBench
    let target: FaultyService
    let number: String

    /// Pays while the n-th call fails, and checks what must hold.
    ///
    /// - Returns: false when the payment made fewer calls: nothing failed.
    func pay(_ fault: InjectionTests.Fault, nth: Int) async throws -> Bool {
        let account = try await bench.newAccount()
        let requestID = newRequestID()
        let what = "\(fault.kind) \(nth) \(fault.action)"
        try target.control.arm(fault.kind, nth: nth, fault.action, isSticky: fault.isSticky)
        let answer = try await attempt(account, requestID)
        let fired = try target.control.disarm().fired > 0
        if fired { try await recover(fault) }

        let payment = try await proven(requestID)
        if let answer {
            #expect(payment?.paymentID == answer.paymentID, "\(what)")
            if let state = payment?.state {
                #expect(answer.state.mayBecome(state), "\(what): \(answer.state), then \(state)")
            }
        }
        // Asking again changes nothing, and pays if there is nothing yet.
        let again = try await payAgain(account, requestID)
        if let payment { #expect(again == payment, "\(what)") }
        let expected: BillingV1.PaymentState =
            number == SandboxCard.insufficientFunds ? .declined : .succeeded
        if payment == nil || !fired { #expect(again.state == expected, "\(what)") }
        let charges = try await bench.charges(again.attemptID).map(\.state)
        if again.state == .succeeded {
            #expect(charges == [.approved], "\(what)")
        } else {
            #expect(charges.isEmpty || [[.declined], [.reversed]].contains(charges), "\(what)")
        }
        let balance = again.state == .succeeded ? -Self.minorUnits : 0
        #expect(try await bench.balance(account).current == money(balance), "\(what)")
        return fired
    }

    /// - Returns: what was acknowledged; nil when it was a refusal, or no answer came.
    private func attempt(_ account: String, _ requestID: String) async throws -> BillingV1.Payment?
    {
        do {
            return try await bench.pay(
                account,
                money(Self.minorUnits),
                try await bench.newCard(number),
                requestID: requestID,
                timeout: Self.callTimeout
            )
        } catch let error as RPCError {
            let isClear =
                error.origin != .peer || error.code == .unavailable
                || error.code == .deadlineExceeded
            #expect(isClear, "\(error)")
            return nil
        }
    }

    /// Asks again as often as it is told that nothing was begun: billing may not have seen yet that
    /// the gateway is there again.
    private func payAgain(
        _ account: String,
        _ requestID: String
    ) async throws -> BillingV1.Payment {
        try await eventually("billing reaches the gateway", within: .seconds(20)) {
            do {
                return try await bench.pay(
                    account,
                    money(Self.minorUnits),
                    try await bench.newCard(number),
                    requestID: requestID
                )
            } catch let error as RPCError where error.reason == "GATEWAY_UNAVAILABLE" {
                return nil
            }
        }
    }

    /// Starts the service anew if it has ended: killed, or by itself when nobody can say what became
    /// of a commit. Any other error must not end it.
    private func recover(_ fault: InjectionTests.Fault) async throws {
        switch fault.action {
        case .killBefore, .killAfter, .killHalfway:
            #expect(try await target.process.waitUntilEnded() == .killed(signal: 9))
            try await target.restart()
        case .fail:
            guard target.hasStoppedWriting else {
                #expect(target.process.poll() == nil, "an error must not end the service")
                return
            }
            #expect(try await target.process.waitUntilEnded() == .exited(Self.restartStatus))
            #expect(target.process.log.contains("ended at once, to be started again\n"))
            try await target.restart()
        }
    }

    /// The payment once it is decided; nil when there is none.
    private func proven(_ requestID: String) async throws -> BillingV1.Payment? {
        guard try await bench.payment(requestID: requestID) != nil else { return nil }
        return try await bench.decided(requestID: requestID)
    }
}
