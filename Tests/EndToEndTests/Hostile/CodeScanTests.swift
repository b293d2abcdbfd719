import Foundation
import RemitAPI
import TTRPC
import Testing

/// Whether this run has services that take verification codes of eight digits: those are long
/// enough to be looked for in files. Tests/scan-codes.sh builds them and says so.
private let hasLongCodes = ProcessInfo.processInfo.environment["REMIT_SCAN_CODES"] == "1"

@Suite(
    "No verification code is on disk",
    .enabled(if: hasLongCodes, "Tests/scan-codes.sh builds the services that it looks at"),
    .serialized
)
struct CodeScanTests {
    /// How long a process may take to get to its crash point.
    private static let maxReach = Duration.seconds(30)

    /// Eight distinct digits.
    private static func newCode() -> String {
        (0...9).shuffled().prefix(8).map(String.init).joined()
    }

    /// What of the codes lies in a bench's files. The scan proves itself first: of each code it
    /// finds every form that is planted.
    private func expectClean(_ bench: TestBench, _ codes: [String], _ when: String) throws {
        let scan = CardScan(codes)
        let planted = bench.folder + "/planted"
        for code in codes {
            for (form, bytes) in DigitForms.all(of: code) {
                try Data([0xFF] + bytes + [0xFF]).write(to: URL(fileURLWithPath: planted))
                let found = try scan.findings(in: bench.folder).filter { $0.path == "planted" }
                #expect(found.contains { $0.lastFour == code.suffix(4) }, "\(form)")
            }
        }
        try FileManager.default.removeItem(atPath: planted)
        #expect(try scan.findings(in: bench.folder) == [], "\(when)")
    }

    @Test("payments of every kind, with the services running and ended, leave no code in any file")
    func payments() async throws {
        try await withBench(gateway: ["--log-level", "trace"], billing: ["--log-level", "trace"]) {
            bench in
            let account = try await bench.newAccount()
            var codes: [String] = []
            for number in [
                SandboxCard.visa, SandboxCard.amex, SandboxCard.insufficientFunds,
                SandboxCard.slow, SandboxCard.scripted(responseCode: "00", cvc: 1),
            ] {
                codes.append(Self.newCode())
                let source = try await bench.newCard(number, code: codes.last, save: true)
                let payment = try await bench.pay(account, money(100), source)
                #expect(payment.state.isTerminal)
            }
            // Held for a charge that never comes, and for a card that is deleted.
            codes.append(Self.newCode())
            _ = try await bench.tokenize(SandboxCard.mastercard, code: codes.last)
            codes.append(Self.newCode())
            let token = try await bench.tokenize(SandboxCard.mastercard, code: codes.last)
            _ = try await bench.vault.delete(GatewayV1.DeleteCardRequest(token: token))
            // Refused: of the wrong length for this build, and with a wrong number.
            codes.append(Self.newCode())
            await expectRefusal(.invalidArgument, "BAD_CVC") {
                try await bench.tokenize(SandboxCard.visa, code: "0" + (codes.last ?? ""))
            }
            await expectRefusal(.invalidArgument, "BAD_LUHN") {
                try await bench.tokenize("4242424242424241", code: codes.last)
            }
            try expectClean(bench, codes, "running")
            try await bench.stopGateway()
            try await bench.stopBilling()
            try expectClean(bench, codes, "drained")
            try await bench.startGateway()
            try await bench.startBilling()
        }
    }

    @Test(
        "a process that is stopped with a code in its memory leaves it in no file",
        arguments: CrashScenario.all
    )
    func crash(_ scenario: CrashScenario) async throws {
        let options = [
            "--debug-crash-point", scenario.point, "--debug-crash-mode", scenario.mode.rawValue,
        ]
        let isGateway = scenario.program == .gateway
        try await withBench(
            gateway: isGateway ? options : [],
            billing: isGateway ? [] : options
        ) { bench in
            let account = try await bench.newAccount()
            let codes = [Self.newCode(), Self.newCode()]
            _ = try await bench.tokenize(SandboxCard.mastercard, code: codes[0])
            let source = try await bench.newCard(SandboxCard.visa, code: codes[1])
            let requestID = newRequestID()
            let call = Task {
                _ = try? await bench.pay(account, money(100), source, requestID: requestID)
            }
            let process = try #require(isGateway ? bench.gateway : bench.billing)
            switch scenario.mode {
            case .exit: _ = try await process.waitUntilEnded()
            case .hang:
                _ = try await eventually("a crash point", within: Self.maxReach) {
                    process.log.contains("crash point \(scenario.point) reached") ? true : nil
                }
                try expectClean(bench, codes, "hanging")
                await process.kill()
            }
            try expectClean(bench, codes, "stopped")
            if isGateway { try await bench.startGateway() } else { try await bench.startBilling() }
            await call.value
            if try await bench.payment(requestID: requestID) != nil {
                _ = try await bench.decided(requestID: requestID)
            }
            try expectClean(bench, codes, "recovered")
        }
    }
}
