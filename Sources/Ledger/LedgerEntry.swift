package import Payments

/// One side of an entry.
package struct Posting: Hashable, Sendable {
    package let account: LedgerAccount
    /// A debit is positive, a credit negative; in minor units; never zero.
    package let minorUnits: Int64
    package let currency: Currency

    package init(_ account: LedgerAccount, _ minorUnits: Int64, _ currency: Currency) {
        self.account = account
        self.minorUnits = minorUnits
        self.currency = currency
    }
}

/// One balanced entry of a journal, chained to the one before by its hash.
package struct LedgerEntry: Hashable, Sendable {
    /// 1, 2, 3 … without gaps.
    package let sequence: Int64
    package let id: JournalID
    package let kind: EntryKind
    /// What it belongs to: "att_…" for money that moves, "inv_…" for what is owed. Ids only: the
    /// chain holds no personal data, so nothing in it ever needs to be forgotten.
    package let reference: String
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package let recordedAtMilliseconds: Int64
    package let postings: [Posting]
    /// SHA-256 of the previous entry; 32 zero bytes before the first.
    package let previousHash: [UInt8]
    /// SHA-256 of this entry and the previous hash; 32 bytes.
    package let hash: [UInt8]

    /// An entry as it was stored; `ChainVerifier` tells whether it is sound.
    package init(
        sequence: Int64,
        id: JournalID,
        kind: EntryKind,
        reference: String,
        recordedAtMilliseconds: Int64,
        postings: [Posting],
        previousHash: [UInt8],
        hash: [UInt8]
    ) {
        self.sequence = sequence
        self.id = id
        self.kind = kind
        self.reference = reference
        self.recordedAtMilliseconds = recordedAtMilliseconds
        self.postings = postings
        self.previousHash = previousHash
        self.hash = hash
    }
}
