import NIOCore
import RemitAPI
import TTRPC
import Testing

@Suite(
    "A service's disk is full",
    .enabled(if: SmallDisk.isPossible, "a tmpfs cannot be mounted here: it takes root's rights")
)
struct FullDiskTests {
    private static let firstMinorUnits: Int64 = 100
    private static let minorUnits: Int64 = 300
    /// Blocks of 4 KiB that are left, so that the disk is full at each commit of a payment in
    /// turn. A payment writes some thirty.
    private static let rooms = [0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32]
    /// Accounts that pay with each room.
    private static let payers = 3
    private static let callTimeout = TimeAmount.seconds(20)
    private static let reason = "STORAGE_FULL"

    /// One that pays while the disk is full.
    private struct Payer {
        let account: String
        /// Paid and saved its card while there was room.
        let first: BillingV1.Payment
        var method: String { first.paymentMethodID }
        let requestID = newRequestID()
        var answer: BillingV1.Payment?
    }

    @Test(
        """
        new work is refused with a clear status, reads answer, and when there is room again the \
        same process serves, everything begun is decided, and the books agree
        """,
        .timeLimit(.minutes(10 * patienceFactor)),
        arguments: [Program.gateway, .billing]
    )
    func full(_ program: Program) async throws {
        try await withBench { bench in
            try await bench.stop(program)
            let disk = try SmallDisk(over: bench.folder(of: program))
            do {
                try await bench.start(program)
                for room in Self.rooms { try await pay(bench, program, disk, room) }
                try await bench.checkBooks()
                try await bench.stop(program)
                try disk.remove()
            } catch {
                await bench.billing?.kill()
                await bench.gateway?.kill()
                try disk.remove()
                throw error
            }
            try await bench.start(program)
        }
    }

    private func pay(
        _ bench: TestBench,
        _ program: Program,
        _ disk: SmallDisk,
        _ room: Int
    ) async throws {
        var payers: [Payer] = []
        for _ in 0..<Self.payers {
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.visa, save: true)
            let first = try await bench.pay(account, money(Self.firstMinorUnits), source)
            try #require(first.state == .succeeded && first.cardSaving == .saved)
            payers.append(Payer(account: account, first: first))
        }

        try disk.fill(leaving: room)
        for index in payers.indices {
            payers[index].answer = try await attempt(bench, program, payers[index], index)
        }
        try await expectRefusals(bench, program)
        // Reads answer.
        for payer in payers {
            #expect(try await bench.charges(payer.first.attemptID).map(\.state) == [.approved])
            #expect(
                try await bench.payments.get(
                    BillingV1.GetPaymentRequest(key: .paymentID(payer.first.paymentID))
                ) == payer.first
            )
            #expect(try await bench.prepare(payer.account).paymentMethods.count == 1)
        }

        try disk.clear()
        for payer in payers { try await expectProven(bench, payer, "room for \(room) blocks") }
        let process = program == .gateway ? bench.gateway : bench.billing
        #expect(process?.poll() == nil, "it serves on without a restart")
    }

    /// - Returns: the answer; nil when it was refused.
    private func attempt(
        _ bench: TestBench,
        _ program: Program,
        _ payer: Payer,
        _ index: Int
    ) async throws -> BillingV1.Payment? {
        do {
            // The last of them enters a card, which the gateway has to store.
            let source: BillingV1.PayRequest.Source =
                index == Self.payers - 1
                ? try await bench.newCard(SandboxCard.mastercard) : .paymentMethodID(payer.method)
            return try await bench.pay(
                payer.account,
                money(Self.minorUnits),
                source,
                requestID: payer.requestID,
                timeout: Self.callTimeout
            )
        } catch let error as RPCError {
            #expect(error.code == .unavailable, "\(error)")
            #expect(error.reason == Self.reason, "\(error)")
            return nil
        }
    }

    /// However much room there was, it is used up by now: what is new is refused, and says why.
    private func expectRefusals(_ bench: TestBench, _ program: Program) async throws {
        _ = try await eventually("a refusal for a full disk", within: .seconds(20)) { () -> Bool? in
            do {
                switch program {
                case .gateway: _ = try await bench.tokenize(SandboxCard.amex)
                case .billing, .client: _ = try await bench.newAccount()
                }
                return nil
            } catch let error as RPCError {
                #expect(error.code == .unavailable, "\(error)")
                #expect(error.reason == Self.reason, "\(error)")
                return true
            }
        }
    }

    /// Decided without a restart, charged once if it succeeded and else never; the account pays.
    private func expectProven(_ bench: TestBench, _ payer: Payer, _ what: String) async throws {
        var paid = Self.firstMinorUnits
        if try await bench.payment(requestID: payer.requestID) != nil {
            let payment = try await bench.decided(requestID: payer.requestID)
            if let answer = payer.answer {
                #expect(answer.paymentID == payment.paymentID, "\(what)")
                #expect(answer.state.mayBecome(payment.state), "\(what)")
            }
            let approved = try await bench.charges(payment.attemptID).filter {
                $0.state == .approved
            }
            #expect(approved.count == (payment.state == .succeeded ? 1 : 0), "\(what)")
            if payment.state == .succeeded { paid += Self.minorUnits }
        } else {
            #expect(payer.answer == nil, "\(what): an acknowledged payment is lost")
        }
        let next = try await bench.pay(
            payer.account,
            money(Self.minorUnits),
            .paymentMethodID(payer.method)
        )
        #expect(next.state == .succeeded, "\(what)")
        paid += Self.minorUnits
        #expect(try await bench.balance(payer.account).current == money(-paid), "\(what)")
    }
}
