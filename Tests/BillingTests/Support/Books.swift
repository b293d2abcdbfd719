import Foundation
import GRDB
import Ledger
import Logging
import Payments
import RemitAPI
import ServiceKit
import Storage
import Synchronization

@testable import Billing

/// Billing's store in a folder of its own, with a clock that tests move.
final class Books: Sendable {
    /// The reservation was of a request id used before.
    struct NotNew: Error {}

    static let logger = Logger(label: "billing-tests") { _ in SwiftLogNoOpLogHandler() }

    let clock: TestClock
    let store: BillingStore
    private let folder: TemporaryFolder
    private let counter = Atomic<UInt64>(0)

    /// A new store.
    convenience init() throws {
        try self.init(folder: try TemporaryFolder(), clock: TestClock())
    }

    private init(folder: TemporaryFolder, clock: TestClock) throws {
        self.folder = folder
        self.clock = clock
        store = try BillingStore(
            path: folder.file("billing.sqlite"),
            clock: clock.business,
            logger: Self.logger
        )
    }

    /// Closes the store and opens it again, as a restart does.
    func reopened(clock: TestClock? = nil) async throws -> Books {
        await store.close()
        let books = try Books(folder: folder, clock: clock ?? self.clock)
        books.counter.store(counter.load(ordering: .relaxed), ordering: .relaxed)
        return books
    }

    /// A number that no other call gets.
    func number() -> UInt64 {
        counter.add(1, ordering: .relaxed).newValue
    }

    func newKey() -> RequestKey {
        RequestKey(ULID(high: 1, low: number()))
    }

    func newToken() -> TokenID {
        TokenID(ULID(high: 2, low: number()))
    }

    // MARK: Accounts

    static let address = RemitType.BillingAddress(
        line1: "1 Main Street",
        city: "Toronto",
        region: "ON",
        postalCode: "M5V2T6",
        country: "CA"
    )

    func account(_ currency: Currency = .CAD) async throws -> AccountID {
        try await store.createAccount(
            newKey(),
            displayName: "Customer",
            currency: currency,
            address: Self.address
        ).id
    }

    @discardableResult
    func invite(
        _ account: AccountID,
        notifications: Bool = true,
        email: String? = nil
    ) async throws -> UserRecord {
        let name = "user\(number())"
        return try await store.inviteUser(
            newKey(),
            BillingStore.NewUser(
                account: account,
                firstName: "First",
                lastName: "Last",
                username: name,
                email: email ?? name + "@example.com",
                timeZone: "America/Toronto",
                notifications: notifications
            )
        )
    }

    func balance(_ account: AccountID) async throws -> BalanceRecord {
        try await store.read { try $0.account(account).balance }
    }

    // MARK: Invoices

    /// - Parameter tax: part of the total.
    func draft(
        _ account: AccountID,
        _ total: Int64,
        tax: Int64 = 0,
        currency: Currency = .CAD,
        key: RequestKey? = nil
    ) async throws -> InvoiceRecord {
        let net = total - tax
        let line = InvoiceLineRecord(
            description: "Service",
            quantity: 1,
            unitPrice: net,
            amount: net,
            periodStart: nil,
            periodEnd: nil,
            isRecurring: false
        )
        return try await store.createDraft(
            key ?? newKey(),
            BillingStore.NewInvoice(
                account: account,
                currency: currency,
                lines: [line],
                taxes: tax == 0
                    ? [] : [InvoiceTaxRecord(name: "HST", rateMicros: 130_000, amount: tax)],
                dueAt: nil,
                total: total,
                tax: tax
            )
        ).invoice
    }

    /// A posted invoice.
    @discardableResult
    func invoice(
        _ account: AccountID,
        _ total: Int64,
        tax: Int64 = 0,
        currency: Currency = .CAD
    ) async throws -> InvoiceRecord {
        let draft = try await draft(account, total, tax: tax, currency: currency)
        return try await store.post(draft.id).invoice
    }

    func invoice(_ id: InvoiceID) async throws -> InvoiceRecord {
        try await store.read { try $0.invoice(id) }
    }

    // MARK: Payments

    func request(
        _ account: AccountID,
        _ amount: Int64,
        currency: Currency = .CAD,
        key: RequestKey? = nil,
        token: TokenID? = nil,
        email: String = "",
        save: Bool = false,
        balanceVersion: Int64 = 0,
        acceptsCredit: Bool = false
    ) -> PaymentRequest {
        PaymentRequest(
            key: key ?? newKey(),
            account: account,
            amount: Money(minorUnits: amount, currency: currency),
            source: .newCard(
                token: token ?? newToken(),
                address: Self.address,
                email: email,
                save: save
            ),
            balanceVersion: balanceVersion,
            acceptsCredit: acceptsCredit
        )
    }

    func request(
        _ account: AccountID,
        _ amount: Int64,
        saved method: PaymentMethodID,
        key: RequestKey? = nil
    ) -> PaymentRequest {
        PaymentRequest(
            key: key ?? newKey(),
            account: account,
            amount: Money(minorUnits: amount, currency: .CAD),
            source: .saved(method),
            balanceVersion: 0,
            acceptsCredit: false
        )
    }

    /// A new payment that is SUBMITTING.
    func reserve(_ request: PaymentRequest) async throws -> PaymentRecord {
        guard case .new(let payment, _) = try await store.reserve(request, card: .visa) else {
            throw NotNew()
        }
        return payment
    }

    /// A new payment that is SUBMITTING.
    func reserve(
        _ account: AccountID,
        _ amount: Int64 = 1000,
        save: Bool = false
    ) async throws -> PaymentRecord {
        try await reserve(request(account, amount, save: save))
    }

    @discardableResult
    func settle(
        _ payment: PaymentRecord,
        _ state: OperationState,
        version: Int64 = 2,
        saving: CardSaving = .none
    ) async throws -> BillingStore.Settlement {
        try await store.settle(
            payment.proof(state, version: version, saving: saving)
        )
    }

    /// A payment that the bank has approved.
    @discardableResult
    func paid(
        _ account: AccountID,
        _ amount: Int64,
        currency: Currency = .CAD
    ) async throws -> PaymentRecord {
        let payment = try await reserve(request(account, amount, currency: currency))
        return try await settle(payment, .approved).view.payment
    }

    /// A saved card, from a payment that kept it.
    func savedMethod(_ account: AccountID) async throws -> PaymentMethodID {
        let payment = try await reserve(account, 100, save: true)
        let settled = try await settle(payment, .approved, saving: .saved)
        guard let method = settled.view.payment.method else { throw NotNew() }
        return method
    }

    func payment(_ id: PaymentID) async throws -> PaymentRecord {
        try await store.payment(id).payment
    }

    func count(_ table: String) async throws -> Int64 {
        try await store.read { try $0.database.number("SELECT COUNT(*) FROM \(table)") }
    }
}

extension PaymentRecord {
    /// What the gateway says about this payment.
    func proof(
        _ state: OperationState,
        version: Int64 = 2,
        saving: CardSaving = .none
    ) -> OperationProof {
        OperationProof(
            attempt: attempt,
            state: state,
            version: version,
            declineCode: state == .declined ? "do_not_honor" : "",
            retryClass: state == .declined ? "soft" : "",
            saving: saving
        )
    }
}

extension GatewayCard {
    static let visa = GatewayCard.visa(.usable)

    static func visa(_ usability: Usability) -> GatewayCard {
        GatewayCard(
            brand: "visa",
            lastFour: "4242",
            expiryMonth: 12,
            expiryYear: 2030,
            usability: usability
        )
    }
}
