import Ledger
import Payments
import Testing

@Suite("LedgerChain")
struct LedgerChainTests {
    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    @Test("The hashes of two known entries are those computed by another program")
    func goldenHashes() throws {
        var chain = LedgerChain()
        let first = try chain.append(
            id: LedgerFixture.id(0x2A),
            kind: .paymentSettled,
            reference: "att_014D2PF2DBSQG0000000000000",
            recordedAtMilliseconds: 1_767_225_600_123,
            postings: [
                Posting(.gatewayClearing, 12_500, .CAD),
                Posting(.accountsReceivable, -12_000, .CAD),
                Posting(.customerCredit, -500, .CAD),
            ]
        )
        #expect(
            Self.hex(first.hash)
                == "63c3dcf36434539758b83717a20baeb5f304c618830492b603943f7132909abc"
        )
        let second = try chain.append(
            id: LedgerFixture.id(0x2A),
            kind: .saleApproved,
            reference: "ü",
            recordedAtMilliseconds: -1,
            postings: [Posting(.bankReceivable, 7, .JPY), Posting(.merchantPayable, -7, .JPY)]
        )
        #expect(
            Self.hex(second.hash)
                == "c2db73487c8d65efb1399f4c9678b312917afb2c80e14d905feabc92d32be771"
        )
    }

    @Test("Entries are numbered from one and name the entry before")
    func appending() throws {
        let journal = try LedgerFixture.journal()
        #expect(journal.map(\.sequence) == [1, 2, 3])
        #expect(journal[0].previousHash == LedgerChain.genesisHash)
        #expect(journal[1].previousHash == journal[0].hash)
        #expect(journal[2].previousHash == journal[1].hash)
        #expect(LedgerChain.genesisHash == [UInt8](repeating: 0, count: 32))
        #expect(journal.allSatisfy { $0.hash.count == 32 })
    }

    @Test("A chain that is begun from a stored end goes on as if it had never stopped")
    func resuming() throws {
        let journal = try LedgerFixture.journal()
        var chain = LedgerChain(sequence: 2, hash: journal[1].hash)
        let third = try chain.append(
            id: journal[2].id,
            kind: journal[2].kind,
            reference: journal[2].reference,
            recordedAtMilliseconds: journal[2].recordedAtMilliseconds,
            postings: journal[2].postings
        )
        #expect(third == journal[2])
        #expect(chain == LedgerChain(sequence: 3, hash: third.hash))
    }

    @Test(
        "Postings that do not balance are refused, and the chain stays as it was",
        arguments: [
            ([], .tooFewPostings),
            ([Posting(.revenue, 5, .CAD)], .tooFewPostings),
            ([Posting(.revenue, 0, .CAD), Posting(.taxPayable, 0, .CAD)], .zeroPosting),
            (
                [
                    Posting(.revenue, 5, .CAD), Posting(.taxPayable, -5, .CAD),
                    Posting(.taxPayable, 0, .CAD),
                ],
                .zeroPosting
            ),
            (
                [Posting(.revenue, 5, .CAD), Posting(.taxPayable, -4, .CAD)],
                .unbalanced(.CAD, byMinorUnits: 1)
            ),
            (
                [Posting(.revenue, -5, .CAD), Posting(.taxPayable, -5, .CAD)],
                .unbalanced(.CAD, byMinorUnits: -10)
            ),
            (
                [
                    Posting(.revenue, 5, .CAD), Posting(.taxPayable, -5, .CAD),
                    Posting(.customerCredit, 1, .USD),
                ],
                .unbalanced(.USD, byMinorUnits: 1)
            ),
            (
                [
                    Posting(.revenue, .max, .CAD), Posting(.revenue, 1, .CAD),
                    Posting(.taxPayable, .min, .CAD),
                ],
                .overflow
            ),
            ([Posting(.revenue, .min, .CAD), Posting(.revenue, .min, .CAD)], .overflow),
        ] as [([Posting], LedgerError)]
    )
    func refused(postings: [Posting], error: LedgerError) {
        var chain = LedgerChain()
        #expect(throws: error) {
            try chain.append(
                id: LedgerFixture.id(1),
                kind: .invoicePosted,
                reference: "inv_1",
                recordedAtMilliseconds: 0,
                postings: postings
            )
        }
        #expect(chain == LedgerChain())
    }

    @Test("Balanced in one currency and unbalanced across two is refused in each")
    func mixedCurrencies() {
        var chain = LedgerChain()
        do throws(LedgerError) {
            _ = try chain.append(
                id: LedgerFixture.id(1),
                kind: .invoicePosted,
                reference: "inv_1",
                recordedAtMilliseconds: 0,
                postings: [Posting(.revenue, 5, .CAD), Posting(.taxPayable, -5, .USD)]
            )
            Issue.record("five dollars of two countries were balanced")
        } catch {
            let either: [LedgerError] = [
                .unbalanced(.CAD, byMinorUnits: 5), .unbalanced(.USD, byMinorUnits: -5),
            ]
            #expect(either.contains(error))
        }
    }

    @Test("The names in the chart of accounts and of entries are fixed: they are hashed")
    func names() {
        #expect(
            LedgerAccount.allCases.map(\.rawValue) == [
                "accounts_receivable", "revenue", "tax_payable", "customer_credit",
                "gateway_clearing", "bank_receivable", "merchant_payable",
            ]
        )
        #expect(
            EntryKind.allCases.map(\.rawValue) == [
                "invoice_posted", "credit_applied", "payment_settled", "exception_credited",
                "payment_reversed", "sale_approved",
            ]
        )
    }
}
