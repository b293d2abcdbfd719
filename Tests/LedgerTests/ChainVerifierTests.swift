import Ledger
import Payments
import Testing

@Suite("ChainVerifier")
struct ChainVerifierTests {
    /// One way of tampering with the second entry, and what is found.
    struct Tampering: Sendable, CustomTestStringConvertible {
        let name: String
        let fault: ChainVerifier.Fault
        let alter: @Sendable (LedgerEntry) -> LedgerEntry

        var testDescription: String { name }

        init(
            _ name: String,
            _ fault: ChainVerifier.Fault,
            alter: @escaping @Sendable (LedgerEntry) -> LedgerEntry
        ) {
            self.name = name
            self.fault = fault
            self.alter = alter
        }
    }

    private static func replaced(
        _ entry: LedgerEntry,
        _ index: Int,
        _ body: (Posting) -> Posting
    ) -> LedgerEntry {
        var postings = entry.postings
        postings[index] = body(postings[index])
        return entry.altered(postings: postings)
    }

    private static let tamperings: [Tampering] = [
        Tampering("skipped number", .sequence(expected: 2, found: 3)) { $0.altered(sequence: 3) },
        Tampering("repeated number", .sequence(expected: 2, found: 1)) { $0.altered(sequence: 1) },
        Tampering("lowest number", .sequence(expected: 2, found: .min)) {
            $0.altered(sequence: .min)
        },
        Tampering("id", .hash(sequence: 2)) { $0.altered(id: LedgerFixture.id(9)) },
        Tampering("kind", .hash(sequence: 2)) { $0.altered(kind: .creditApplied) },
        Tampering("reference", .hash(sequence: 2)) { $0.altered(reference: "att_9") },
        Tampering("empty reference", .hash(sequence: 2)) { $0.altered(reference: "") },
        Tampering("time", .hash(sequence: 2)) { $0.altered(recordedAtMilliseconds: 2_001) },
        Tampering("previous hash", .previousHash(sequence: 2)) { entry in
            var bytes = entry.previousHash
            bytes[31] ^= 1
            return entry.altered(previousHash: bytes)
        },
        Tampering("empty previous hash", .previousHash(sequence: 2)) {
            $0.altered(previousHash: [])
        },
        Tampering("hash", .hash(sequence: 2)) { entry in
            var bytes = entry.hash
            bytes[0] ^= 0x80
            return entry.altered(hash: bytes)
        },
        Tampering("short hash", .hash(sequence: 2)) {
            $0.altered(hash: Array($0.hash.dropLast()))
        },
        Tampering("account", .hash(sequence: 2)) { entry in
            replaced(entry, 0) { Posting(.bankReceivable, $0.minorUnits, $0.currency) }
        },
        Tampering("order of postings", .hash(sequence: 2)) {
            $0.altered(postings: $0.postings.reversed())
        },
        Tampering("currency of all postings", .hash(sequence: 2)) { entry in
            entry.altered(
                postings: entry.postings.map { Posting($0.account, $0.minorUnits, .USD) }
            )
        },
        Tampering("balanced amounts", .hash(sequence: 2)) { entry in
            entry.altered(
                postings: entry.postings.map { Posting($0.account, $0.minorUnits * 2, .CAD) }
            )
        },
        Tampering("one cent more", .postings(sequence: 2, .unbalanced(.CAD, byMinorUnits: 1))) {
            replaced($0, 0) { Posting($0.account, $0.minorUnits + 1, $0.currency) }
        },
        Tampering("nothing posted", .postings(sequence: 2, .tooFewPostings)) {
            $0.altered(postings: [])
        },
        Tampering("a zero added", .postings(sequence: 2, .zeroPosting)) {
            $0.altered(postings: $0.postings + [Posting(.revenue, 0, .CAD)])
        },
    ]

    @Test("A sound journal is verified to its end, whole or from where an earlier check ended")
    func sound() throws {
        let journal = try LedgerFixture.journal()
        var verifier = ChainVerifier()
        for entry in journal { #expect(verifier.verify(entry) == nil) }
        #expect(verifier.head == LedgerChain(sequence: 3, hash: journal[2].hash))
        var later = ChainVerifier(from: LedgerChain(sequence: 1, hash: journal[0].hash))
        for entry in journal.dropFirst() { #expect(later.verify(entry) == nil) }
        #expect(later.head == verifier.head)
    }

    @Test("Each way of tampering is found, and the head stays before it", arguments: tamperings)
    func tampered(_ tampering: Tampering) throws {
        let journal = try LedgerFixture.journal()
        var verifier = ChainVerifier()
        #expect(verifier.verify(journal[0]) == nil)
        #expect(verifier.verify(tampering.alter(journal[1])) == tampering.fault)
        #expect(verifier.head == LedgerChain(sequence: 1, hash: journal[0].hash))
        #expect(verifier.verify(journal[1]) == nil)
    }

    @Test("A removed, a doubled and a swapped entry are found")
    func misplaced() throws {
        let journal = try LedgerFixture.journal()
        var verifier = ChainVerifier()
        #expect(verifier.verify(journal[1]) == .sequence(expected: 1, found: 2))
        #expect(verifier.verify(journal[0]) == nil)
        #expect(verifier.verify(journal[0]) == .sequence(expected: 2, found: 1))
        #expect(verifier.verify(journal[2]) == .sequence(expected: 2, found: 3))
    }

    @Test("An entry whose hash was made anew is found by the entry after it")
    func rehashed() throws {
        let journal = try LedgerFixture.journal()
        var chain = LedgerChain(sequence: 1, hash: journal[0].hash)
        let forged = try chain.append(
            id: journal[1].id,
            kind: journal[1].kind,
            reference: "att_forged",
            recordedAtMilliseconds: journal[1].recordedAtMilliseconds,
            postings: journal[1].postings
        )
        var verifier = ChainVerifier()
        #expect(verifier.verify(journal[0]) == nil)
        #expect(verifier.verify(forged) == nil)
        #expect(verifier.verify(journal[2]) == .previousHash(sequence: 3))
    }
}
