import RemitAPI
import Testing

@Suite("The sandbox's cards with faults")
struct SandboxFaultTests {
    /// A card of the table whose charge goes wrong, and what a payment with it must come to.
    struct Row: Sendable, CustomTestStringConvertible {
        let number: String
        let note: String
        let state: BillingV1.PaymentState
        /// What the bank's book has in the end.
        let charges: [GatewayV1.BankChargeState]
        var endsProcess = false
        var testDescription: String { "\(number) \(note)" }
    }

    static let rows = [
        Row(number: "4000700000010014", note: "dropped before", state: .declined, charges: []),
        Row(number: "4000700000020013", note: "no reply", state: .succeeded, charges: [.approved]),
        Row(
            number: "4000700000030012",
            note: "gateway exits",
            state: .succeeded,
            charges: [.approved],
            endsProcess: true
        ),
        Row(
            number: "4000700000050010",
            note: "reply cut off",
            state: .succeeded,
            charges: [.approved]
        ),
        Row(
            number: "4000700000060019",
            note: "bank link times out",
            state: .declined,
            charges: [.reversed]
        ),
        Row(
            number: "4000700000070018",
            note: "late approval",
            state: .declined,
            charges: [.reversed]
        ),
    ]

    @Test("each ends decided, with no money taken that the payment does not show", arguments: rows)
    func fault(_ row: Row) async throws {
        try await withBench(gateway: ["--bank-timeout-milliseconds", "300"]) { bench in
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            let source = try await bench.newCard(row.number)
            let answer = try await bench.pay(account, money(1234), source, requestID: requestID)
            if row.endsProcess {
                #expect(answer.state == .unknown)
                let gateway = try #require(bench.gateway)
                #expect(try await gateway.waitUntilEnded() == .exited(70))
                try await bench.startGateway()
            }
            let decided = try await bench.decided(requestID: requestID)
            #expect(decided.paymentID == answer.paymentID)
            #expect(decided.state == row.state)
            let paid: Int64 = row.state == .succeeded ? -1234 : 0
            #expect(try await bench.balance(account).current == money(paid))
            // A late approval is reversed after the payment was decided.
            _ = try await eventually("the bank's last word", within: TestBench.maxDecision) {
                let states = try await bench.charges(decided.attemptID).map(\.state)
                return states == row.charges ? true : nil
            }
        }
    }
}
