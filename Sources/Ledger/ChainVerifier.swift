/// Checks a journal offline, entry by entry.
package struct ChainVerifier: Sendable {
    /// What is wrong with an entry.
    package enum Fault: Equatable, Sendable {
        /// A number is missing, doubled or out of order.
        case sequence(expected: Int64, found: Int64)
        /// It does not name the hash of the entry before.
        case previousHash(sequence: Int64)
        /// Its own hash is not that of its contents: something was changed.
        case hash(sequence: Int64)
        /// It does not balance, which no service writes.
        case postings(sequence: Int64, LedgerError)
    }

    /// The end of what was verified.
    package private(set) var head: LedgerChain

    /// - Parameter head: where to begin: the genesis, or an end verified before.
    package init(from head: LedgerChain = LedgerChain()) {
        self.head = head
    }

    /// Checks the next entry.
    ///
    /// - Returns: what is wrong with it; nil when it is sound, and then the head is moved to it.
    package mutating func verify(_ entry: LedgerEntry) -> Fault? {
        guard entry.sequence == head.sequence + 1 else {
            return .sequence(expected: head.sequence + 1, found: entry.sequence)
        }
        guard entry.previousHash == head.hash else {
            return .previousHash(sequence: entry.sequence)
        }
        do throws(LedgerError) {
            try LedgerChain.check(entry.postings)
        } catch {
            return .postings(sequence: entry.sequence, error)
        }
        let hash = LedgerChain.hash(
            sequence: entry.sequence,
            id: entry.id,
            kind: entry.kind.rawValue,
            reference: entry.reference,
            recordedAtMilliseconds: entry.recordedAtMilliseconds,
            postings: entry.postings,
            previousHash: entry.previousHash
        )
        guard hash == entry.hash else { return .hash(sequence: entry.sequence) }
        head = LedgerChain(sequence: entry.sequence, hash: hash)
        return nil
    }
}
