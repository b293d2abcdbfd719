/// A customer's account.
package struct AccountID: EntityID {
    package static let prefix = "acct"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// A person of an account.
package struct UserID: EntityID {
    package static let prefix = "usr"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// An invoice.
package struct InvoiceID: EntityID {
    package static let prefix = "inv"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// A payment.
package struct PaymentID: EntityID {
    package static let prefix = "pay"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// A payment's one attempt at the gateway, and the gateway's idempotency key.
package struct AttemptID: EntityID {
    package static let prefix = "att"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// Money of a payment or credit that went to an invoice.
package struct AllocationID: EntityID {
    package static let prefix = "alc"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// Credit of an account.
package struct CreditID: EntityID {
    package static let prefix = "crd"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// A saved payment method.
package struct PaymentMethodID: EntityID {
    package static let prefix = "pm"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// A row of an event feed.
package struct EventID: EntityID {
    package static let prefix = "evt"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// A ledger entry.
package struct JournalID: EntityID {
    package static let prefix = "jrn"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// A card in the vault: 128 random bits, so the time in it means nothing.
package struct TokenID: EntityID {
    package static let prefix = "tok"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}

/// An operation at the gateway.
package struct OperationID: EntityID {
    package static let prefix = "opn"
    package let ulid: ULID

    package init(_ ulid: ULID) {
        self.ulid = ulid
    }
}
