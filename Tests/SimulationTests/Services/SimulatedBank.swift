import Payments
import ServiceKit
import Storage

@testable import Gateway

/// The bank: a third party, which does not crash. Its book outlives every process.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class SimulatedBank: @unchecked Sendable {
    static let timeoutMilliseconds = 2000
    let book: SandboxBank

    init(_ world: World) {
        book = SandboxBank(
            SQLiteStore(
                world.databases.bank,
                worker: { [unowned world] work in world.executor.submit(work) },
                logger: world.logger("bank")
            ),
            clock: world.clock,
            timeoutMilliseconds: Int64(Self.timeoutMilliseconds),
            endProcess: { [unowned world] in
                world.gateway.current?.crash("the card whose process ends")
            },
            scheduler: WorkScheduler(
                executor: world.executor,
                pause: { [unowned world] in await world.executor.sleep($0, owner: nil) },
                uptimeNanoseconds: { [unowned world] in UInt64(world.executor.now) }
            )
        )
    }
}

/// The line of one life of the gateway to the bank. Requests and answers get lost on it, and a
/// request may arrive when nobody waits for it any more; none is doubled.
struct BankLine: BankLink {
    let life: Incarnation
    private let bank: SandboxBank

    init(_ life: Incarnation) {
        self.life = life
        bank = life.world.bank.book
    }

    private var world: World { life.world }

    func refusal(of number: CardNumber) -> String? { bank.refusal(of: number) }

    func charge(_ request: BankRequest) async throws(BankSilence) -> BankAnswer {
        try await begin("charge")
        if isSilent { try await fallSilent("the charge is lost") }
        if isSilent {
            let milliseconds = world.random.below(15_000)
            world.spawn { [world, bank] in
                await world.sleep(milliseconds: milliseconds)
                world.note("a late charge arrives", 0, request.reference.text)
                _ = try? await bank.charge(request)
            }
            try await fallSilent("the charge is late")
        }
        if world.sabotage == .chargesTwice { _ = try? await bank.charge(request) }
        let answer = try await bank.charge(request)
        if world.sabotage == .chargesTwiceAndReverses { try await chargeAndReverse(request) }
        try await end("the bank's answer")
        return answer
    }

    /// Charges a second time, and leaves no money in that line: what the books say of the
    /// reference is right.
    private func chargeAndReverse(_ request: BankRequest) async throws(BankSilence) {
        _ = try await bank.charge(request)
        do {
            try world.databases.bank.tamper { database in
                try database.run(
                    """
                    UPDATE charges SET state = 4, decides_at = NULL, advice_due = 0
                    WHERE reference = ? AND EXISTS (SELECT 1 FROM charges older
                        WHERE older.reference = charges.reference
                            AND older.sequence < charges.sequence)
                    """,
                    request.reference
                )
            }
        } catch {
            world.fail("the bug cannot be planted: \(error)")
        }
    }

    func inquire(_ reference: AttemptID) async throws(BankSilence) -> BankInquiry {
        try await begin("inquiry")
        let answer = try await bank.inquire(reference)
        try await end("the answer to an inquiry")
        return answer
    }

    func reverse(_ reference: AttemptID) async throws(BankSilence) {
        try await begin("reversal")
        if isSilent { try await fallSilent("the reversal is lost") }
        if world.sabotage != .forgetsReversals { try await bank.reverse(reference) }
        try await end("the acknowledgement of a reversal")
    }

    func advices(limit: Int) async throws(BankSilence) -> [BankAdvice] {
        try await begin("advices")
        let advices = try await bank.advices(limit: limit)
        try await end("advices")
        return advices
    }

    func acknowledge(_ sequences: [Int64]) async throws(BankSilence) {
        guard !sequences.isEmpty else { return }
        try await begin("acknowledgement")
        if isSilent { try await fallSilent("the acknowledgement is lost") }
        try await bank.acknowledge(sequences)
        try await end("acknowledgement")
    }

    private var isSilent: Bool { world.chance(world.faults.bankSilence) }

    private func begin(_ label: StaticString) async throws(BankSilence) {
        guard life.passCrashPoint("before a request to the bank") else {
            throw BankSilence(reason: "the process has ended")
        }
        world.note(label, 0, "gateway -> bank")
        await travel()
    }

    /// A request or an answer is on its way.
    private func travel() async {
        let isSlow = world.chance(world.faults.lateness)
        let milliseconds = isSlow ? world.random.below(1500) : 1 + world.random.below(20)
        await life.scheduler.sleep(for: .milliseconds(milliseconds))
    }

    private func end(_ label: StaticString) async throws(BankSilence) {
        await travel()
        guard life.passCrashPoint("after the bank's answer") else {
            throw BankSilence(reason: "the process has ended")
        }
        if isSilent { try await fallSilent(label) }
    }

    private func fallSilent(_ label: StaticString) async throws(BankSilence) {
        world.note(label, -2, "lost")
        await life.scheduler.sleep(for: .milliseconds(SimulatedBank.timeoutMilliseconds))
        throw BankSilence(reason: "\(label)")
    }
}
