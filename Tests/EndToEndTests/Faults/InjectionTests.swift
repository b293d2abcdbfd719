import Glibc
import Testing

@Suite("A system call fails in the middle of a payment")
struct InjectionTests {
    /// Calls of one kind that one payment makes at the most.
    private static let maxCalls = 200

    /// A kind of call and what happens at it.
    struct Fault: Hashable, Sendable {
        let kind: FaultControl.Kind
        let action: FaultControl.Action
        var isSticky = false
    }

    /// One card's payment into one service's faults.
    struct Scenario: Sendable, CustomTestStringConvertible {
        let program: Program
        let fault: Fault
        var number = SandboxCard.visa
        var testDescription: String {
            "\(program.rawValue): \(fault.kind) \(fault.action)"
                + (fault.isSticky ? " from there on" : "") + " …\(number.suffix(4))"
        }
    }

    /// Every call once with a kill, and once with either error.
    private static let usual: [Fault] = FaultControl.Kind.allCases.flatMap { kind in
        [.killBefore, .fail(errno: EIO), .fail(errno: ENOSPC)].map { Fault(kind: kind, action: $0) }
    }

    /// What is run by hand beside.
    private static let further: [Fault] =
        FaultControl.Kind.allCases.map { Fault(kind: $0, action: .killAfter) }
        + [Fault(kind: .fileWrite, action: .killHalfway)]
        + [FaultControl.Kind.fileWrite, .fileSync].flatMap { kind in
            [EIO, ENOSPC].map { Fault(kind: kind, action: .fail(errno: $0), isSticky: true) }
        }
        + [ECONNRESET, EPIPE].map { Fault(kind: .socketSend, action: .fail(errno: $0)) }

    private static let scenarios: [Scenario] = [Program.gateway, .billing].flatMap { program in
        guard FaultSettings.isFull else {
            return usual.map { Scenario(program: program, fault: $0) }
        }
        return [SandboxCard.visa, SandboxCard.insufficientFunds].flatMap { number in
            (usual + further).map { Scenario(program: program, fault: $0, number: number) }
        }
    }

    @Test(
        """
        at whichever call, the payment ends proven: charged once if it succeeded, else never; \
        nothing acknowledged is lost, and the books agree
        """,
        .timeLimit(.minutes(60)),
        arguments: scenarios
    )
    func inject(_ scenario: Scenario) async throws {
        try await withBench { bench in
            // Both, so that billing does not read the gateway's feed in the payment's midst.
            let gateway = try await FaultyService(bench, .gateway)
            let billing = try await FaultyService(bench, .billing)
            let target = scenario.program == .gateway ? gateway : billing
            var tried = 0
            for nth in 1...Self.maxCalls {
                let payer = FaultyPayment(bench: bench, target: target, number: scenario.number)
                guard try await payer.pay(scenario.fault, nth: nth) else { break }
                tried = nth
            }
            #expect(tried > 0 && tried < Self.maxCalls, "\(tried) calls in one payment")
            print("\(scenario.testDescription): \(tried) calls")
            try await gateway.end()
            try await billing.end()
        }
    }
}
