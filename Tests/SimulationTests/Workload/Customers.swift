import Payments
import RemitAPI
import ServiceKit
import TTRPC

@testable import Billing
@testable import Gateway

/// What people and back ends do in one history. Each action is a task of its own, which begins at
/// a time of the seed's choice, repeats what was not answered, and gives up some time.
struct Customers {
    let world: World
    let accounts: [AccountID]

    /// When the last action begins, in milliseconds.
    static let spanMilliseconds = 25_000

    /// Opens the accounts of a history, with their users, before anything goes wrong.
    static func open(_ world: World, _ server: BillingServer) async throws -> Customers {
        var accounts: [AccountID] = []
        for number in 0..<(1 + world.random.below(2)) {
            let account = try await server.store.createAccount(
                Self.key(world),
                displayName: "Account \(number)",
                currency: .CAD,
                address: address
            )
            for user in 0..<(1 + world.random.below(2)) {
                _ = try await server.store.inviteUser(
                    Self.key(world),
                    BillingStore.NewUser(
                        account: account.id,
                        firstName: "Sam",
                        lastName: "Roy",
                        username: "user\(number).\(user)",
                        email: "user\(number).\(user)@example.com",
                        timeZone: "America/Toronto",
                        notifications: world.random.below(3) != 0
                    )
                )
            }
            accounts.append(account.id)
        }
        return Customers(world: world, accounts: accounts)
    }

    private static let address = RemitType.BillingAddress(
        line1: "1 Main St",
        postalCode: "A1A 1A1"
    )

    private static func key(_ world: World) -> RequestKey {
        RequestKey(
            ULID(
                milliseconds: UInt64(world.clock.milliseconds),
                random: (UInt16(truncatingIfNeeded: world.random.next()), world.random.next())
            )
        )
    }

    /// Starts every action of the history.
    func begin() {
        for _ in 0..<(6 + world.random.below(9)) {
            let account = world.random.pick(accounts)
            let roll = world.random.below(100)
            let milliseconds = world.random.below(Self.spanMilliseconds)
            world.spawn { [self] in
                await world.sleep(milliseconds: milliseconds)
                switch roll {
                case 0..<25: await postInvoice(account)
                case 25..<54: await payWithNewCard(account)
                case 54..<58: await payTwiceWithOneToken(account)
                case 58..<62: await payAnotherAmountUnderOneKey(account)
                case 62..<74: await payWithSavedCard(account)
                case 74..<82: await payTwiceAtOnce(account)
                case 82..<88: await deleteMethod(account)
                case 88..<95: await decidePending()
                default: await fence()
                }
            }
        }
    }

    // MARK: Invoices

    private func postInvoice(_ account: AccountID) async {
        let key = Self.key(world)
        let amount = Int64(1 + world.random.below(4000))
        let tax = Int64(world.random.below(3)) * amount / 20
        let invoice = BillingStore.NewInvoice(
            account: account,
            currency: .CAD,
            lines: [
                InvoiceLineRecord(
                    description: "Service",
                    quantity: 1,
                    unitPrice: amount,
                    amount: amount,
                    periodStart: nil,
                    periodEnd: nil,
                    isRecurring: false
                )
            ],
            taxes: tax == 0
                ? [] : [InvoiceTaxRecord(name: "GST", rateMicros: 50_000, amount: tax)],
            dueAt: nil,
            total: amount + tax,
            tax: tax
        )
        for _ in 0..<4 {
            let answer = await world.network.send(
                to: world.billing,
                timeoutMilliseconds: 4000,
                "post an invoice"
            ) { server -> Bool in
                do {
                    let draft = try await server.store.createDraft(key, invoice)
                    _ = try await server.store.post(draft.invoice.id)
                    return true
                } catch {
                    return false
                }
            }
            if case .success(true) = answer { return }
            await world.sleep(milliseconds: 500 + world.random.below(3000))
        }
    }

    // MARK: Payments

    private func payWithNewCard(_ account: AccountID) async {
        let number = TestCards.drawn(&world.random)
        let saves = world.random.below(3) == 0
        let wish = Wish(world, key: Self.key(world), account: account)
        await payPatiently(wish, card: number, saves: saves)
    }

    /// Twice the same request at once, with a token each; sometimes a rival beside it.
    private func payTwiceAtOnce(_ account: AccountID) async {
        let number = TestCards.drawn(&world.random)
        let wish = Wish(world, key: Self.key(world), account: account)
        let rival = Wish(world, key: Self.key(world), account: account)
        let hasRival = world.random.below(2) == 0
        world.spawn { await payPatiently(wish, card: number, saves: false) }
        if hasRival { world.spawn { await payPatiently(rival, card: number, saves: true) } }
        await payPatiently(wish, card: number, saves: false)
    }

    /// Two intentions with one token, which is good for one of them.
    private func payTwiceWithOneToken(_ account: AccountID) async {
        let number = TestCards.drawn(&world.random)
        let wishes = (0..<2).map { _ in
            Wish(world, key: Self.key(world), account: world.random.pick(accounts))
        }
        guard let token = await tokenize(number) else { return }
        for wish in wishes {
            world.spawn {
                await payPatiently(wish) {
                    .newCard(token: token, address: Self.address, email: "", save: true)
                }
            }
        }
    }

    /// One request id for two amounts: the second is refused, whatever became of the first.
    private func payAnotherAmountUnderOneKey(_ account: AccountID) async {
        let number = TestCards.drawn(&world.random)
        let wish = Wish(world, key: Self.key(world), account: account)
        let other = Wish(world, key: wish.key, account: account)
        world.spawn { await payPatiently(wish, card: number, saves: false) }
        await payPatiently(other, card: number, saves: false)
    }

    private func payWithSavedCard(_ account: AccountID) async {
        let listed = await world.network.send(
            to: world.billing,
            timeoutMilliseconds: 3000,
            "list methods"
        ) { server in
            (try? await server.store.read { try $0.methods(of: account) })?.map(\.id) ?? []
        }
        guard case .success(let methods) = listed, !methods.isEmpty else { return }
        let method = world.random.pick(methods)
        let wish = Wish(world, key: Self.key(world), account: account)
        await payPatiently(wish) { .saved(method) }
    }

    private func payPatiently(_ wish: Wish, card number: String, saves: Bool) async {
        var token: TokenID?
        await payPatiently(wish) {
            // A caller that lost the reply may enter the card again.
            if token == nil || world.random.below(3) == 0 {
                token = await tokenize(number) ?? token
            }
            return token.map {
                .newCard(token: $0, address: Self.address, email: "", save: saves)
            }
        }
    }

    /// Pays, and asks again until the outcome is known or patience ends.
    private func payPatiently(
        _ wish: Wish,
        _ source: () async -> PaymentRequest.Source?
    ) async {
        for _ in 0..<(1 + world.random.below(5)) {
            if let source = await source(), await pay(wish, source) { return }
            await world.sleep(milliseconds: 300 + world.random.below(6000))
        }
        world.note("gives up", 0, wish.key.text)
    }

    /// - Returns: whether there is nothing more to ask for.
    private func pay(_ wish: Wish, _ source: PaymentRequest.Source) async -> Bool {
        let request = PaymentRequest(
            key: wish.key,
            account: wish.account,
            amount: wish.amount,
            source: source,
            balanceVersion: 0,
            acceptsCredit: true
        )
        let limit = 2000 + world.random.below(9000)
        let patience = world.random.pick([nil, 500, 2000, 6000])
        let answer = await world.network.send(
            to: world.billing,
            timeoutMilliseconds: limit,
            "pay"
        ) { server -> Result<PaymentView, BillingError> in
            do throws(BillingError) {
                return .success(
                    try await server.application.processor.pay(
                        request,
                        timeout: patience.map { .milliseconds($0) }
                    )
                )
            } catch {
                return .failure(error)
            }
        }
        switch answer {
        case .success(.success(let view)):
            world.answers.note(wish.key, view.payment)
            return view.payment.state.isTerminal
        case .success(.failure(let error)):
            world.note("refused", 0, "\(wish.key.text) \(error)")
            return false
        case .failure(let failure):
            world.note("no answer", 0, "\(wish.key.text) \(failure)")
            return false
        }
    }

    private func tokenize(_ digits: String) async -> TokenID? {
        guard let number = try? CardNumber(text: digits),
            let expiry = try? CardExpiry(
                month: 12,
                year: 2030,
                now: YearMonth(milliseconds: world.clock.milliseconds)
            )
        else { return nil }
        let digits = String(repeating: "1", count: number.brand.verificationCodeLength)
        let code =
            world.random.below(2) == 0
            ? try? CardVerificationCode(text: digits, brand: number.brand) : nil
        let answer = await world.network.send(
            to: world.gateway,
            timeoutMilliseconds: 3000,
            "tokenize"
        ) { server in
            try? await server.application.vault.tokenize(
                number,
                expiry: expiry,
                code: code,
                tenant: server.application.tenant
            ).token
        }
        guard case .success(let token) = answer else { return nil }
        return token
    }

    // MARK: Cards, the bank's window and the operator

    private func deleteMethod(_ account: AccountID) async {
        _ = await world.network.send(
            to: world.billing,
            timeoutMilliseconds: 3000,
            "delete a method"
        ) { server in
            let methods = try? await server.store.read { try $0.methods(of: account) }
            guard let method = methods?.last else { return }
            _ = try? await server.store.deleteMethod(method.id, of: account)
        }
    }

    /// Decides a payment that waits for the bank, by hand.
    private func decidePending() async {
        guard let attempt = await liveAttempt() else { return }
        let decision: GatewayV1.PendingDecision = world.random.pick([.approve, .decline])
        _ = await world.network.send(
            to: world.gateway,
            timeoutMilliseconds: 3000,
            "decide a pending payment"
        ) { server in
            _ = try? await server.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: attempt.text, decision: decision),
                context: ServerContext(method: GatewayV1.SandboxService.resolvePending)
            )
        }
    }

    /// Fences a payment that is under way, by hand.
    private func fence() async {
        guard let attempt = await liveAttempt() else { return }
        _ = await world.network.send(
            to: world.gateway,
            timeoutMilliseconds: 3000,
            "fence a payment"
        ) { server in
            _ = try? await server.recovery.fence(
                GatewayV1.FenceRequest(key: attempt.text),
                context: ServerContext(method: GatewayV1.RecoveryService.fence)
            )
        }
    }

    private func liveAttempt() async -> AttemptID? {
        let answer = await world.network.send(
            to: world.billing,
            timeoutMilliseconds: 3000,
            "list live payments"
        ) { server in
            (try? await server.store.livePayments(after: nil, limit: 10)) ?? []
        }
        guard case .success(let live) = answer, !live.isEmpty else { return nil }
        return world.random.pick(live).attempt
    }
}

/// One intention to pay.
private struct Wish: Sendable {
    let key: RequestKey
    let account: AccountID
    let amount: Money

    init(_ world: World, key: RequestKey, account: AccountID) {
        self.key = key
        self.account = account
        amount = Money(minorUnits: Int64(1 + world.random.below(6000)), currency: .CAD)
    }
}
