import Foundation
import NIOCore
import Payments
import ProtobufC
import RemitAPI
import TTRPC
import Testing

/// An amount as the services have it.
func money(_ minorUnits: Int64, _ currency: String = "CAD") -> RemitType.Money {
    RemitType.Money(minorUnits: minorUnits, currency: currency)
}

/// A fresh request id.
func newRequestID() -> String { UUID().uuidString }

extension RemitType.BillingAddress {
    /// An address that every sandbox card matches unless it says otherwise.
    static let home = RemitType.BillingAddress(
        line1: "1 Front Street",
        city: "Toronto",
        region: "ON",
        postalCode: "m5v 2t6",
        country: "CA"
    )
}

extension BillingV1.PaymentState {
    /// Whether it will not change any more.
    var isTerminal: Bool {
        switch self {
        case .succeeded, .declined, .failed, .canceled: true
        case .unspecified, .submitting, .pending, .requiresAction, .unknown, .review,
            .unrecognized:
            false
        }
    }
}

// What tests do again and again.
extension TestBench {
    /// How long a payment may take to be decided once the bank has, or once it is found out.
    static let maxDecision = Duration.seconds(30)

    /// Opens an account.
    ///
    /// - Returns: "acct_…".
    func newAccount(currency: String = "CAD") async throws -> String {
        try await accounts.create(
            BillingV1.CreateAccountRequest(
                requestID: newRequestID(),
                displayName: "A customer",
                currency: currency,
                billingAddress: .home
            )
        ).accountID
    }

    /// Posts an invoice of one line.
    func postInvoice(
        _ account: String,
        _ minorUnits: Int64,
        currency: String = "CAD"
    ) async throws -> BillingV1.Invoice {
        let draft = try await invoices.createDraft(
            BillingV1.CreateDraftInvoiceRequest(
                requestID: newRequestID(),
                accountID: account,
                lines: [
                    BillingV1.InvoiceLine(
                        description: "Service",
                        quantity: 1,
                        unitPrice: money(minorUnits, currency)
                    )
                ]
            )
        )
        return try await invoices.post(BillingV1.PostInvoiceRequest(invoiceID: draft.invoiceID))
    }

    /// An invoice as it is now.
    func invoice(_ id: String) async throws -> BillingV1.Invoice {
        try await invoices.get(BillingV1.GetInvoiceRequest(key: .invoiceID(id)))
    }

    /// What an account owes now.
    func balance(_ account: String) async throws -> BillingV1.Balance {
        let found = try await accounts.get(
            BillingV1.GetAccountRequest(key: .accountID(account))
        )
        return try #require(found.balance)
    }

    /// What the payment page shows.
    func prepare(_ account: String) async throws -> BillingV1.PreparePaymentResponse {
        try await payments.prepare(BillingV1.PreparePaymentRequest(accountID: account))
    }

    /// Adds a user at the end of an account's list.
    func invite(_ account: String, email: String) async throws -> BillingV1.User {
        try await users.invite(
            BillingV1.InviteUserRequest(
                requestID: newRequestID(),
                accountID: account,
                firstName: "Some",
                lastName: "Body",
                username: "user-" + UUID().uuidString,
                email: email
            )
        )
    }

    /// Exchanges a card for a token. The number is noted: it must be in no file.
    ///
    /// - Parameters:
    ///   - number: of the card.
    ///   - code: the verification code; empty for none, nil for one of the right length.
    /// - Returns: "tok_…".
    func tokenize(_ number: String, code: String? = nil) async throws -> String {
        used(number)
        let reply = try await vault.tokenize(
            GatewayV1.TokenizeRequest(
                number: SensitiveText(number),
                expiryMonth: 12,
                expiryYear: SandboxCard.expiryYear,
                verificationCode: SensitiveText(code ?? SandboxCard.code(for: number))
            )
        )
        return try #require(reply.card).token
    }

    /// A new card to pay with.
    func newCard(
        _ number: String,
        code: String? = nil,
        save: Bool = false,
        address: RemitType.BillingAddress = .home,
        email: String = ""
    ) async throws -> BillingV1.PayRequest.Source {
        .newCard(
            BillingV1.NewCard(
                token: try await tokenize(number, code: code),
                billingAddress: address,
                billingEmail: email,
                save: save
            )
        )
    }

    /// Pays and waits for the answer.
    func pay(
        _ account: String,
        _ amount: RemitType.Money,
        _ source: BillingV1.PayRequest.Source?,
        requestID: String = newRequestID(),
        balanceVersion: Int64 = 0,
        acceptCredit: Bool = false,
        timeout: TimeAmount? = nil
    ) async throws -> BillingV1.Payment {
        try await payments.pay(
            BillingV1.PayRequest(
                requestID: requestID,
                accountID: account,
                amount: amount,
                source: source,
                balanceVersion: balanceVersion,
                acceptCredit: acceptCredit
            ),
            options: CallOptions(timeout: timeout)
        )
    }

    /// The payment of a request id; nil when there is none.
    func payment(requestID: String) async throws -> BillingV1.Payment? {
        do throws(RPCError) {
            return try await BillingV1.PaymentServiceClient(billingOrFail()).get(
                BillingV1.GetPaymentRequest(key: .requestID(requestID))
            )
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func billingOrFail() throws(RPCError) -> PatientCaller {
        do {
            return try billingCaller()
        } catch {
            throw RPCError(.unavailable, "billing was never started", origin: .notSent)
        }
    }

    /// Waits until a payment is decided.
    func decided(requestID: String) async throws -> BillingV1.Payment {
        try await eventually("a decision on a payment", within: Self.maxDecision) {
            guard let payment = try await payment(requestID: requestID) else { return nil }
            return payment.state.isTerminal ? payment : nil
        }
    }

    /// A saved method of an account, by a payment of one dollar.
    func savedMethod(
        _ account: String,
        _ number: String = SandboxCard.visa
    ) async throws -> String {
        let payment = try await pay(account, money(100), try await newCard(number, save: true))
        try #require(payment.state == .succeeded)
        try #require(payment.cardSaving == .saved)
        return payment.paymentMethodID
    }

    /// The bank's lines under a payment's key.
    func charges(_ attempt: String) async throws -> [GatewayV1.BankCharge] {
        try await allCharges().filter { $0.key == attempt }
    }
}

/// A fresh gateway key.
func newAttempt() -> String {
    let uuid = UUID().uuid
    let bytes = withUnsafeBytes(of: uuid) { Array($0) }
    // Sixteen bytes always make one.
    return ULID(bytes: bytes).map { AttemptID($0).text } ?? ""
}
