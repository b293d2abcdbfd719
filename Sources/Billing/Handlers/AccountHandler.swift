import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.AccountService`.
struct AccountHandler: BillingV1.AccountServiceHandler {
    let store: BillingStore

    func create(
        _ request: BillingV1.CreateAccountRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Account {
        let key = try RequestCheck.requestKey(request.requestID)
        let name = try RequestCheck.text(request.displayName, 1...200, field: "display_name")
        guard let currency = Currency(code: request.currency.isEmpty ? "CAD" : request.currency)
        else {
            throw RPCError(
                .invalidArgument,
                "The currency is not one of those offered.",
                reason: "CURRENCY_MISMATCH",
                field: "currency"
            )
        }
        let address = try RequestCheck.address(request.billingAddress, field: "billing_address")
        return try await answering {
            try BillingV1.Account(
                try await store.createAccount(
                    key,
                    displayName: name,
                    currency: currency,
                    address: address
                )
            )
        }
    }

    func get(
        _ request: BillingV1.GetAccountRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Account {
        switch request.key {
        case .accountID(let text):
            let id: AccountID = try RequestCheck.id(text, field: "account_id")
            return try await answering {
                try BillingV1.Account(try await store.read { try $0.account(id) })
            }
        case .accountNumber(let text):
            let digits = text.trimmingSpaces()
            guard let number = DigitText.number(digits), number > 0 else {
                throw RPCError(
                    .invalidArgument,
                    "The account_number is digits: \"001234\".",
                    reason: "BAD_TEXT",
                    field: "account_number"
                )
            }
            return try await answering(fields: ["account_id": "account_number"]) {
                try BillingV1.Account(try await store.read { try $0.account(number: number) })
            }
        case nil:
            throw RPCError(
                .invalidArgument,
                "Either account_id or account_number is needed.",
                reason: "BAD_ID",
                field: "account_id"
            )
        }
    }
}

extension BillingV1.Account {
    /// - Throws: `WireError` when the stored address is damaged.
    init(_ account: AccountRecord) throws {
        self.init(
            accountID: account.id.text,
            accountNumber: account.numberText,
            displayName: account.displayName,
            currency: account.currency.code,
            billingAddress: try account.billingAddress.decoded(),
            balance: BillingV1.Balance(account),
            createTime: GoogleProtobuf.Timestamp(milliseconds: account.createdAt)
        )
    }
}

extension BillingV1.Balance {
    init(_ account: AccountRecord) {
        let money = { (amount: Int64) in
            RemitType.Money(minorUnits: amount, currency: account.currency.code)
        }
        self.init(
            current: money(account.balance.current),
            outstanding: money(account.balance.outstanding),
            credit: money(account.balance.credit),
            pending: money(account.pendingMinorUnits),
            version: account.balance.version
        )
    }
}
