import Foundation
import Payments
import RemitAPI
import ServiceKit

/// A payment that was asked for, in domain terms.
struct PaymentRequest: Sendable {
    enum Source: Sendable {
        case saved(PaymentMethodID)
        case newCard(token: TokenID, address: RemitType.BillingAddress, email: String, save: Bool)
    }

    let key: RequestKey
    let account: AccountID
    let amount: Money
    let source: Source
    /// The balance's version on the payer's page; 0 without one.
    let balanceVersion: Int64
    let acceptsCredit: Bool

    /// Account, amount, currency, and the saved method or the words "new card": never token, code,
    /// deadline or metadata.
    var bodyHash: Data {
        let source =
            switch source {
            case .saved(let method): method.text
            case .newCard: "new card"
            }
        return BodyHash.of(
            "payment",
            account.text,
            "\(amount.minorUnits)",
            amount.currency.code,
            source
        )
    }
}

/// A payment with where it went.
struct PaymentView: Sendable {
    let payment: PaymentRecord
    let allocations: [(allocation: AllocationRecord, invoiceNumber: String)]
}

extension BillingStore {
    /// What committing an intent came to.
    enum Reservation: Sendable {
        /// New: it is to be sent. With it where the gateway's feed stood before that; nil before
        /// the first contact.
        case new(PaymentRecord, since: GatewayCursor?)
        /// The request id was used before: this is what became of it.
        case existing(PaymentView)
    }

    /// What became of a request id; nil for a new one.
    ///
    /// - Throws: `BillingError.keyReused`, `StorageError`.
    func payment(of request: PaymentRequest) async throws -> PaymentView? {
        let hash = request.bodyHash
        return try await read { tables in
            let id: PaymentID? = try tables.subject(of: request.key, .payment, bodyHash: hash)
            return try id.map { try Self.view(try tables.payment($0), tables) }
        }
    }

    /// Commits the intent to pay. The request id is looked at before everything else.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - card: the masked new card; nil for a saved method.
    ///   - willCommit: called with a new payment before anyone can see it; it may yet fail.
    /// - Throws: `BillingError` in the cases `keyReused`, `accountNotFound`, `currencyMismatch`,
    ///   `methodNotFound`, `methodDeleted`, `paymentInProgress`, `versionConflict`;
    ///   `StorageError`. Nothing is stored then, and the request id is not used up.
    func reserve(
        _ request: PaymentRequest,
        card: GatewayCard?,
        willCommit: @escaping @Sendable (PaymentID) -> Void = { _ in }
    ) async throws -> Reservation {
        let hash = request.bodyHash
        return try await writeUnlessAbandoned { tables in
            if let id: PaymentID = try tables.subject(
                of: request.key,
                .payment,
                bodyHash: hash
            ) {
                return .existing(try Self.view(try tables.payment(id), tables))
            }
            let account = try tables.account(request.account)
            guard account.currency == request.amount.currency else {
                throw BillingError.currencyMismatch(account: account.currency)
            }
            let payment = try Self.newPayment(request, card, tables)
            if let live = try tables.livePayment(of: request.account) {
                throw BillingError.paymentInProgress(live.id)
            }
            // The page was made before something else was paid: more than is owed now would
            // become credit that the payer did not ask for.
            if !request.acceptsCredit, request.balanceVersion != 0,
                request.balanceVersion != account.balance.version,
                account.balance.outstanding < request.amount.minorUnits
            {
                throw BillingError.versionConflict
            }
            try tables.insert(request.key, .payment, bodyHash: hash, subject: payment.id)
            try tables.insert(payment)
            willCommit(payment.id)
            return .new(payment, since: try tables.gatewayFeed())
        }
    }

    private static func newPayment(
        _ request: PaymentRequest,
        _ card: GatewayCard?,
        _ tables: BillingTables
    ) throws -> PaymentRecord {
        switch request.source {
        case .saved(let id):
            let method = try tables.method(id, of: request.account)
            guard !method.isDeleted else { throw BillingError.methodDeleted }
            return PaymentRecord(
                id: tables.ids.next(),
                account: request.account,
                requestKey: request.key,
                state: .submitting,
                amount: request.amount,
                method: id,
                token: method.token,
                savesCard: false,
                billingAddress: method.billingAddress,
                billingEmail: method.billingEmail,
                card: method.card,
                createdAt: tables.now
            )
        case .newCard(let token, let address, let email, let save):
            guard let card else { throw BillingError.token(.notFound) }
            return PaymentRecord(
                id: tables.ids.next(),
                account: request.account,
                requestKey: request.key,
                state: .submitting,
                amount: request.amount,
                token: token,
                savesCard: save,
                billingAddress: try StoredAddress(address),
                billingEmail: email.isEmpty ? try tables.topUserEmail(request.account) : email,
                card: MaskedCard(
                    brand: card.brand,
                    lastFour: card.lastFour,
                    expiryMonth: card.expiryMonth,
                    expiryYear: card.expiryYear
                ),
                createdAt: tables.now
            )
        }
    }

    /// A payment with where it went.
    static func view(_ payment: PaymentRecord, _ tables: BillingTables) throws -> PaymentView {
        guard payment.state == .succeeded else {
            return PaymentView(payment: payment, allocations: [])
        }
        let allocations = try tables.allocations(of: payment.id).map {
            ($0.allocation, $0.invoice.numberText)
        }
        return PaymentView(payment: payment, allocations: allocations)
    }

    /// - Throws: `BillingError.paymentNotFound`, `StorageError`.
    func payment(_ id: PaymentID) async throws -> PaymentView {
        try await read { try Self.view(try $0.payment(id), $0) }
    }
}
