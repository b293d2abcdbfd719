import NIOCore
import TTRPC
import Testing

@Suite("Pool: attempts of a call")
struct CallAttemptsTests {
    private static let unreached = RPCError(
        .unavailable,
        "",
        reason: "UNREACHABLE",
        origin: .notSent
    )
    private static let lost = RPCError(.unavailable, "", reason: "CONNECTION_LOST", origin: .lost)
    private static let draining = RPCError(.unavailable, "", reason: "DRAINING")
    private static let unavailable = RPCError(.unavailable, "later", reason: "STORAGE")

    private func attempts(_ isRepeatable: Bool, max: Int = 3) -> CallAttempts {
        CallAttempts(
            isRepeatable: isRepeatable,
            maxAttempts: max,
            backoff: Backoff(base: .milliseconds(20), cap: .milliseconds(80))
        )
    }

    private func verdict(
        _ attempts: inout CallAttempts,
        _ error: RPCError,
        timeLeft: TimeAmount? = nil,
        floor: Int = 10
    ) -> CallAttempts.Verdict {
        var budget = RetryBudget(percent: 0, floor: floor, capacity: 10)
        return attempts.failed(error, timeLeft: timeLeft, budget: &budget, random: .max)
    }

    @Test("what was not begun is repeated at once, whatever the method and the budget say")
    func notBegun() {
        for error in [Self.unreached, Self.draining] {
            for isRepeatable in [true, false] {
                var attempts = attempts(isRepeatable)
                #expect(verdict(&attempts, error, floor: 0) == .again(.zero))
                #expect(verdict(&attempts, error, floor: 0) == .again(.zero))
                #expect(verdict(&attempts, error, floor: 0) == .fail(error), "three are all")
            }
        }
    }

    @Test("what may have been executed is repeated only for methods that allow it")
    func mayHaveRun() {
        for error in [Self.lost, Self.unavailable] {
            var once = attempts(false)
            #expect(verdict(&once, error) == .fail(error))
            var more = attempts(true)
            #expect(verdict(&more, error) == .again(.milliseconds(20)))
            #expect(verdict(&more, error) == .again(.milliseconds(40)))
            #expect(verdict(&more, error) == .fail(error))
        }
    }

    @Test("without budget what may have been executed is not repeated")
    func poor() {
        for error in [Self.lost, Self.unavailable] {
            var attempts = attempts(true)
            #expect(verdict(&attempts, error, floor: 0) == .fail(error))
        }
    }

    @Test(
        "every other failure is the caller's",
        arguments: RPCCode.allCases.filter { $0 != .ok && $0 != .unavailable }
    )
    func others(code: RPCCode) {
        for origin in [RPCError.Origin.peer, .notSent, .lost] {
            var attempts = attempts(true)
            let error = RPCError(code, "", origin: origin)
            #expect(verdict(&attempts, error) == .fail(error))
        }
    }

    @Test("once a request may have been executed, no later failure makes the outcome known")
    func staysUnknown() {
        let later = [
            Self.unreached, Self.draining, Self.unavailable, RPCError(.notFound, ""),
            RPCError(.failedPrecondition, "", reason: "PAYMENT_IN_PROGRESS"),
            RPCError(.deadlineExceeded, "", origin: .notSent),
        ]
        for var error in later {
            var attempts = attempts(true, max: 2)
            #expect(verdict(&attempts, Self.lost) == .again(.milliseconds(20)))
            let told = verdict(&attempts, error)
            error.origin = .lost
            #expect(told == .fail(error))
        }
        var attempts = attempts(true)
        _ = verdict(&attempts, Self.lost)
        #expect(attempts.told(RPCError(.cancelled, "", origin: .notSent)).origin == .lost)
    }

    @Test("that nobody could be reached afterwards does not hide what the peer had said")
    func answerCounts() {
        var attempts = attempts(true, max: 2)
        _ = verdict(&attempts, Self.unavailable)
        #expect(verdict(&attempts, Self.unreached) == .fail(Self.unavailable))
    }

    @Test("a server's wish to be left alone is kept, and no pause outlasts the deadline")
    func pauses() {
        var error = Self.unavailable
        error.retryAfterMilliseconds = 500
        var patient = attempts(true)
        #expect(verdict(&patient, error, timeLeft: .seconds(1)) == .again(.milliseconds(500)))
        var hurried = attempts(true)
        #expect(verdict(&hurried, error, timeLeft: .milliseconds(500)) == .fail(error))
        var late = attempts(true)
        #expect(verdict(&late, Self.lost, timeLeft: .milliseconds(20)) == .fail(Self.lost))
    }

    @Test("what a call's end says about its server")
    func outcomes() {
        #expect(CallOutcome(nil) == .answered)
        #expect(CallOutcome(Self.lost) == .lost)
        #expect(CallOutcome(Self.unreached) == .lost)
        #expect(CallOutcome(Self.draining) == .drained)
        // What a drain has announced was not begun either.
        var announced = Self.draining
        announced.origin = .notSent
        #expect(CallOutcome(announced) == .drained)
        let answers: [(RPCCode, CallOutcome)] = [
            (.cancelled, .neutral), (.unknown, .failed), (.invalidArgument, .answered),
            (.deadlineExceeded, .failed), (.notFound, .answered), (.alreadyExists, .answered),
            (.permissionDenied, .answered), (.resourceExhausted, .neutral),
            (.failedPrecondition, .answered), (.aborted, .answered), (.outOfRange, .answered),
            (.unimplemented, .answered), (.internal, .failed), (.unavailable, .failed),
            (.dataLoss, .answered), (.unauthenticated, .answered),
        ]
        #expect(answers.count == RPCCode.allCases.count - 1)
        for (code, outcome) in answers { #expect(CallOutcome(RPCError(code, "")) == outcome) }
        let local: [(RPCCode, CallOutcome)] = [
            (.resourceExhausted, .neutral), (.invalidArgument, .neutral),
            (.deadlineExceeded, .neutral), (.cancelled, .neutral),
        ]
        for (code, outcome) in local {
            #expect(CallOutcome(RPCError(code, "", origin: .notSent)) == outcome)
        }
        let unanswered: [(RPCCode, CallOutcome)] = [
            (.cancelled, .neutral), (.deadlineExceeded, .failed), (.internal, .failed),
            (.resourceExhausted, .failed),
        ]
        for (code, outcome) in unanswered {
            #expect(CallOutcome(RPCError(code, "", origin: .lost)) == outcome)
        }
    }
}
