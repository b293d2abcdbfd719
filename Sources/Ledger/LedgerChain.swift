import Crypto
package import Payments

/// Why an entry cannot be made.
package enum LedgerError: Error, Equatable, Sendable {
    /// An entry has at least two postings.
    case tooFewPostings
    /// A posting of nothing.
    case zeroPosting
    /// Debits and credits of a currency differ by this, in minor units.
    case unbalanced(Currency, byMinorUnits: Int64)
    /// The sums do not fit 64 bits.
    case overflow
}

/// The end of a journal: makes the next entry.
///
/// A value read from the store in the transaction that appends, and never kept across one: a
/// rollback would leave it ahead of the store.
package struct LedgerChain: Equatable, Sendable {
    /// The hash before the first entry.
    package static let genesisHash = [UInt8](repeating: 0, count: SHA256.byteCount)

    /// The sequence number of the newest entry; 0 when there is none.
    package private(set) var sequence: Int64
    /// The hash of the newest entry.
    package private(set) var hash: [UInt8]

    /// A chain without entries.
    package init() {
        self.init(sequence: 0, hash: Self.genesisHash)
    }

    /// A chain that ends with an entry of this number and hash.
    package init(sequence: Int64, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Makes the next entry and moves the end to it.
    ///
    /// - Parameters:
    ///   - id: of the entry.
    ///   - kind: what it records.
    ///   - reference: what it belongs to.
    ///   - recordedAtMilliseconds: since 1970-01-01T00:00:00Z.
    ///   - postings: two or more, none zero, balanced in each currency.
    /// - Throws: `LedgerError`; the chain is as before then.
    package mutating func append(
        id: JournalID,
        kind: EntryKind,
        reference: String,
        recordedAtMilliseconds: Int64,
        postings: [Posting]
    ) throws(LedgerError) -> LedgerEntry {
        try Self.check(postings)
        let next = sequence + 1
        let entryHash = Self.hash(
            sequence: next,
            id: id,
            kind: kind.rawValue,
            reference: reference,
            recordedAtMilliseconds: recordedAtMilliseconds,
            postings: postings,
            previousHash: hash
        )
        let entry = LedgerEntry(
            sequence: next,
            id: id,
            kind: kind,
            reference: reference,
            recordedAtMilliseconds: recordedAtMilliseconds,
            postings: postings,
            previousHash: hash,
            hash: entryHash
        )
        sequence = next
        hash = entryHash
        return entry
    }

    static func check(_ postings: [Posting]) throws(LedgerError) {
        guard postings.count >= 2 else { throw .tooFewPostings }
        var sums: [Currency: Int64] = [:]
        for posting in postings {
            guard posting.minorUnits != 0 else { throw .zeroPosting }
            let (sum, overflow) = sums[posting.currency, default: 0]
                .addingReportingOverflow(posting.minorUnits)
            guard !overflow else { throw .overflow }
            sums[posting.currency] = sum
        }
        for (currency, sum) in sums where sum != 0 {
            throw .unbalanced(currency, byMinorUnits: sum)
        }
    }

    /// SHA-256 over the fields in this order, each text and hash with its length in front, numbers
    /// big-endian, so that no two entries have the same bytes.
    static func hash(
        sequence: Int64,
        id: JournalID,
        kind: String,
        reference: String,
        recordedAtMilliseconds: Int64,
        postings: [Posting],
        previousHash: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        func add(_ number: Int64) {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        func add(_ text: String) {
            add(Int64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(1)  // The version of this layout.
        add(Int64(previousHash.count))
        bytes.append(contentsOf: previousHash)
        add(sequence)
        bytes.append(contentsOf: id.bytes)
        add(kind)
        add(reference)
        add(recordedAtMilliseconds)
        add(Int64(postings.count))
        for posting in postings {
            add(posting.account.rawValue)
            add(posting.minorUnits)
            add(posting.currency.code)
        }
        return Array(SHA256.hash(data: bytes))
    }
}
