package import Ledger
import Payments
package import RemitAPI

extension RemitType.LedgerEntry {
    /// The message of an entry.
    package init(_ entry: LedgerEntry) {
        self.init(
            sequence: entry.sequence,
            entryID: entry.id.text,
            kind: entry.kind.rawValue,
            reference: entry.reference,
            recordTimeMilliseconds: entry.recordedAtMilliseconds,
            postings: entry.postings.map { posting in
                RemitType.LedgerPosting(
                    account: posting.account.rawValue,
                    amount: RemitType.Money(
                        minorUnits: posting.minorUnits,
                        currency: posting.currency.code
                    )
                )
            },
            hash: entry.hash,
            previousHash: entry.previousHash
        )
    }
}

extension LedgerEntry {
    /// The entry of a message, to be verified; nil when a name in it is unknown.
    package init?(_ message: RemitType.LedgerEntry) {
        guard let id = JournalID(text: message.entryID),
            let kind = EntryKind(rawValue: message.kind)
        else { return nil }
        var postings: [Posting] = []
        for posting in message.postings {
            guard let account = LedgerAccount(rawValue: posting.account),
                let amount = posting.amount, let currency = Currency(code: amount.currency)
            else { return nil }
            postings.append(Posting(account, amount.minorUnits, currency))
        }
        self.init(
            sequence: message.sequence,
            id: id,
            kind: kind,
            reference: message.reference,
            recordedAtMilliseconds: message.recordTimeMilliseconds,
            postings: postings,
            previousHash: message.previousHash,
            hash: message.hash
        )
    }
}

extension RemitType.TrialBalanceLine {
    /// The message of a line.
    package init(_ line: TrialBalance.Line) {
        self.init(
            account: line.account.rawValue,
            debits: RemitType.Money(
                minorUnits: line.debitMinorUnits,
                currency: line.currency.code
            ),
            credits: RemitType.Money(
                minorUnits: line.creditMinorUnits,
                currency: line.currency.code
            )
        )
    }
}
