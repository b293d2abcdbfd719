import Foundation
import NIOConcurrencyHelpers
import Payments

@testable import Gateway

/// Stops a sale at a crash point until it is let go.
final class CrashGate: Sendable {
    private struct State {
        var point: GatewayCrashPoint?
        var latch = Latch()
        var isReached = false
    }

    private let state = NIOLockedValueBox(State())

    /// The next sale to come to the point stops there.
    func arm(_ point: GatewayCrashPoint) {
        state.withLockedValue { $0 = State(point: point) }
    }

    var isReached: Bool { state.withLockedValue { $0.isReached } }

    func pass(_ point: GatewayCrashPoint) async {
        let latch: Latch? = state.withLockedValue { state in
            guard state.point == point else { return nil }
            state.point = nil
            state.isReached = true
            return state.latch
        }
        await latch?.wait()
    }

    func letGo() {
        state.withLockedValue { $0.latch }.open()
    }
}

/// A random history of sales, repeats, crashes, restarts and recovery, the same for the same seed.
final class SaleHistory {
    private struct Sale {
        let request: SaleRequest
        let isSavedCard: Bool
    }

    /// Something that must not be.
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    let bank: FaultyBank
    private var random: SplitMix64
    private let clock = TestClock()
    private let gate = CrashGate()
    private var line: BankLine
    private(set) var gateway: GatewayFixture
    private var sales: [Sale] = []
    private var savedTokens: [TokenID] = []
    private var fenced: Set<AttemptID> = []
    /// How each key that has ended was answered first.
    private var ended: [AttemptID: OperationState] = [:]

    init(seed: UInt64) async throws {
        random = SplitMix64(seed: seed)
        bank = FaultyBank(seed: seed ^ 0xBA4C)
        line = BankLine(bank)
        gateway = try await GatewayFixture.open(
            line,
            clock: clock,
            crashPoint: { [gate] in await gate.pass($0) }
        )
    }

    /// Every key that was used.
    var keys: Set<AttemptID> { Set(sales.map(\.request.key.attempt)).union(fenced) }

    // MARK: Steps

    func step() async throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...4: try await sell(try await newRequest())
        case 5: try await sellWithSavedCard()
        case 6...7: try await repeatSale()
        case 8: try await repeatWithOtherAmount()
        case 9: try await sellAtOnce()
        case 10...11: try await crash()
        case 12: try await restart()
        case 13: try await fence()
        case 14: await gateway.recovery.resolveDoubts()
        case 15: await gateway.recovery.collectAdvices()
        case 16...17: bank.tick()
        case 18:
            clock.advance(milliseconds: Int64.random(in: 0...60, using: &random) * 3_600_000)
            await gateway.recovery.expirePendings()
        default:
            try await deleteCard()
            await gateway.recovery.destroyKeys()
        }
        try checkBank()
    }

    private func newRequest() async throws -> SaleRequest {
        gateway.request(
            try await gateway.card(),
            minorUnits: Int64.random(in: 1...100_000, using: &random),
            retain: Bool.random(using: &random)
        )
    }

    private func sell(_ request: SaleRequest, isSavedCard: Bool = false) async throws {
        sales.append(Sale(request: request, isSavedCard: isSavedCard))
        try note(try await gateway.sales.sale(request))
    }

    private func sellWithSavedCard() async throws {
        guard let token = savedTokens.randomElement(using: &random) else { return }
        let minorUnits = Int64.random(in: 1...100_000, using: &random)
        try await sell(gateway.request(token, minorUnits: minorUnits), isSavedCard: true)
    }

    /// The same key again: with its token, or with a new one of the same card.
    private func repeatSale() async throws {
        guard let sale = sales.randomElement(using: &random) else { return }
        let first = sale.request
        let isNewToken = !sale.isSavedCard && Bool.random(using: &random)
        let request = SaleRequest(
            key: first.key,
            token: isNewToken ? try await gateway.card() : first.token,
            amount: first.amount,
            postalCode: first.postalCode,
            hasStreet: first.hasStreet,
            wantsRetention: first.wantsRetention
        )
        do {
            try note(try await gateway.sales.sale(request))
        } catch GatewayError.keyFenced where fenced.contains(first.key.attempt) {
            return
        } catch GatewayError.verificationCodeExpired, GatewayError.tokenExpired,
            GatewayError.cardDeleted
        {
            // A crash left nothing of the first, and its token is of no use any more.
            try await expectNothing(under: first.key.attempt)
        }
    }

    private func repeatWithOtherAmount() async throws {
        guard let sale = sales.randomElement(using: &random) else { return }
        let key = sale.request.key.attempt
        do {
            _ = try await gateway.operation(key)
        } catch GatewayError.operationNotFound {
            return
        }
        let amount = sale.request.amount.minorUnits + 1
        let request = gateway.request(sale.request.token, key: key, minorUnits: amount)
        do {
            _ = try await gateway.sales.sale(request)
            throw Broken(description: "\(key) was taken with another amount")
        } catch GatewayError.keyReused {
            return
        } catch GatewayError.keyFenced where fenced.contains(key) {
            return
        }
    }

    private func sellAtOnce() async throws {
        let request = try await newRequest()
        sales.append(Sale(request: request, isSavedCard: false))
        let gateway = gateway
        let views = try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { try await gateway.sales.sale(request) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for view in views { try note(view) }
        guard Set(views.map(\.operation.version)).count == 1 else {
            throw Broken(description: "one key at once had several answers")
        }
    }

    /// Stops the process at a crash point of a sale, and starts it anew.
    private func crash() async throws {
        guard let point = GatewayCrashPoint.allCases.randomElement(using: &random) else { return }
        let request = try await newRequest()
        sales.append(Sale(request: request, isSavedCard: false))
        gate.arm(point)
        let (old, gate) = (gateway, gate)
        let sale = Task { try await old.sales.sale(request) }
        try await eventually("the crash point \(point)") { gate.isReached }
        try await restart()
        gate.letGo()
        // What it comes to in a process without bank and files is of no interest.
        _ = await sale.result
    }

    private func restart() async throws {
        line.cut()
        line = BankLine(bank)
        let gate = gate
        gateway = try await gateway.reopened(line, crashPoint: { await gate.pass($0) })
        try await gateway.recovery.afterRestart()
    }

    private func fence() async throws {
        let known = Bool.random(using: &random) ? sales.randomElement(using: &random) : nil
        let key = known?.request.key.attempt ?? gateway.newKey()
        let view = try await gateway.store.fence(gateway.key(key))
        if view.operation.state == .fenced { fenced.insert(key) }
        try note(view)
    }

    /// Deletes a card that no charge of a saved card is under way for.
    private func deleteCard() async throws {
        guard let sale = sales.randomElement(using: &random), !sale.isSavedCard,
            !savedTokens.contains(sale.request.token)
        else { return }
        _ = try await gateway.vault.delete(sale.request.token, tenant: gateway.tenant)
    }

    // MARK: Checks

    private func note(_ view: OperationView) throws {
        let (key, state) = (view.operation.key.attempt, view.operation.state)
        if let card = view.card, card.state == .retained, !savedTokens.contains(card.token) {
            savedTokens.append(card.token)
        }
        if let first = ended[key], first != state {
            throw Broken(description: "\(key) was \(first), and then \(state)")
        }
        if state.isTerminal { ended[key] = state }
    }

    private func expectNothing(under key: AttemptID) async throws {
        do {
            let state = try await gateway.operation(key).state
            throw Broken(description: "\(key) is \(state), and its repeat was refused")
        } catch GatewayError.operationNotFound {
            return
        }
    }

    /// What holds at every moment.
    private func checkBank() throws {
        for (key, count) in bank.requests where count > 1 {
            throw Broken(description: "the bank was asked \(count) times for \(key)")
        }
        for (key, charges) in bank.standing where charges.count > 1 {
            throw Broken(description: "\(charges.count) charges of \(key) stand")
        }
    }

    /// The line is mended, and time passes until nothing is open.
    func settle() async throws {
        try await restart()
        bank.becomeHonest()
        for _ in 0..<5 {
            bank.tick()
            await gateway.recovery.collectAdvices()
            await gateway.recovery.resolveDoubts()
            clock.advance(milliseconds: 8 * 86_400_000)
            await gateway.recovery.expirePendings()
            await gateway.recovery.collectAdvices()
            await gateway.recovery.destroyKeys()
            try checkBank()
        }
        for key in keys {
            do {
                try note(try await gateway.store.operation(gateway.key(key)))
            } catch GatewayError.operationNotFound {
                continue
            }
        }
    }
}
