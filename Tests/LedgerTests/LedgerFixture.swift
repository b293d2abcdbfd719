import Ledger
import Payments

/// A short journal and hands to tamper with it.
enum LedgerFixture {
    static func id(_ number: UInt64) -> JournalID {
        JournalID(ULID(high: 0x0123_4567_89AB_CDEF, low: number))
    }

    /// Three sound entries in two currencies.
    static func journal() throws(LedgerError) -> [LedgerEntry] {
        var chain = LedgerChain()
        return [
            try chain.append(
                id: id(1),
                kind: .invoicePosted,
                reference: "inv_1",
                recordedAtMilliseconds: 1_000,
                postings: [
                    Posting(.accountsReceivable, 11_500, .CAD), Posting(.revenue, -10_000, .CAD),
                    Posting(.taxPayable, -1_500, .CAD),
                ]
            ),
            try chain.append(
                id: id(2),
                kind: .paymentSettled,
                reference: "att_2",
                recordedAtMilliseconds: 2_000,
                postings: [
                    Posting(.gatewayClearing, 12_000, .CAD),
                    Posting(.accountsReceivable, -11_500, .CAD),
                    Posting(.customerCredit, -500, .CAD),
                ]
            ),
            try chain.append(
                id: id(3),
                kind: .saleApproved,
                reference: "att_3",
                recordedAtMilliseconds: 2_000,
                postings: [
                    Posting(.bankReceivable, 700, .JPY), Posting(.merchantPayable, -700, .JPY),
                ]
            ),
        ]
    }
}

extension LedgerEntry {
    /// The same entry with some fields replaced and the hash left as it was.
    func altered(
        sequence: Int64? = nil,
        id: JournalID? = nil,
        kind: EntryKind? = nil,
        reference: String? = nil,
        recordedAtMilliseconds: Int64? = nil,
        postings: [Posting]? = nil,
        previousHash: [UInt8]? = nil,
        hash: [UInt8]? = nil
    ) -> LedgerEntry {
        LedgerEntry(
            sequence: sequence ?? self.sequence,
            id: id ?? self.id,
            kind: kind ?? self.kind,
            reference: reference ?? self.reference,
            recordedAtMilliseconds: recordedAtMilliseconds ?? self.recordedAtMilliseconds,
            postings: postings ?? self.postings,
            previousHash: previousHash ?? self.previousHash,
            hash: hash ?? self.hash
        )
    }
}
