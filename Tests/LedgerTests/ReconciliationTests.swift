import Payments
import Testing

@testable import Ledger

@Suite("Reconciliation")
struct ReconciliationTests {
    private typealias Line = Reconciliation.BookLine

    private static func line(
        _ reference: String,
        _ minorUnits: Int64,
        _ currency: Currency = .CAD
    ) -> Line {
        Line(reference: reference, minorUnits: minorUnits, currency: currency)
    }

    @Test("Three books that say the same are reconciled, whatever the order of their lines")
    func matched() {
        let lines = [Self.line("att_1", 100), Self.line("att_2", 250), Self.line("att_3", 5, .JPY)]
        let result = Reconciliation(
            billing: lines,
            gateway: lines.reversed(),
            bank: [lines[1], lines[0], lines[2]],
            inFlight: []
        )
        #expect(result.isReconciled)
        #expect(result.differences.isEmpty)
        #expect(
            result.totals == [
                .CAD: Reconciliation.Totals(
                    billingMinorUnits: 350,
                    gatewayMinorUnits: 350,
                    bankMinorUnits: 350,
                    matched: 2
                ),
                .JPY: Reconciliation.Totals(
                    billingMinorUnits: 5,
                    gatewayMinorUnits: 5,
                    bankMinorUnits: 5,
                    matched: 1
                ),
            ]
        )
    }

    @Test("A charge that the bank made twice is a difference")
    func doubled() {
        let line = Self.line("att_1", 100)
        let result = Reconciliation(
            billing: [line],
            gateway: [line],
            bank: [line, line],
            inFlight: []
        )
        #expect(!result.isReconciled)
        #expect(result.differences.map(\.bankMinorUnits) == [200])
        #expect(result.differences.map(\.gatewayMinorUnits) == [100])
        #expect(result.totals[.CAD]?.matched == 0)
    }

    @Test("A charge that was reversed is none")
    func reversed() {
        let result = Reconciliation(
            billing: [],
            gateway: [],
            bank: [Self.line("att_1", 100), Self.line("att_1", -100)],
            inFlight: []
        )
        #expect(result.isReconciled)
    }

    @Test("What is missing in one book is a difference, whichever book it is", arguments: 0..<3)
    func missing(book: Int) throws {
        let line = Self.line("att_1", 100)
        let result = Reconciliation(
            billing: book == 0 ? [] : [line],
            gateway: book == 1 ? [] : [line],
            bank: book == 2 ? [] : [line],
            inFlight: ["att_9"]
        )
        let difference = try #require(result.differences.first)
        #expect(result.differences.count == 1)
        #expect(difference.billingMinorUnits == (book == 0 ? 0 : 100))
        #expect(difference.gatewayMinorUnits == (book == 1 ? 0 : 100))
        #expect(difference.bankMinorUnits == (book == 2 ? 0 : 100))
        #expect(!difference.isInFlight)
        #expect(!result.isReconciled)
    }

    @Test("A difference in flight is named, and explained for now")
    func inFlight() {
        let result = Reconciliation(
            billing: [Self.line("att_1", 100)],
            gateway: [Self.line("att_1", 100), Self.line("att_2", 50)],
            bank: [Self.line("att_1", 100), Self.line("att_2", 50)],
            inFlight: ["att_1", "att_2"]
        )
        #expect(result.isReconciled)
        #expect(result.differences.map(\.reference) == ["att_2"])
        #expect(result.differences.map(\.isInFlight) == [true])
        #expect(result.totals[.CAD]?.matched == 1)
    }

    @Test("One difference that is not in flight is enough")
    func oneIsEnough() {
        let result = Reconciliation(
            billing: [],
            gateway: [Self.line("att_1", 1), Self.line("att_2", 1)],
            bank: [],
            inFlight: ["att_1"]
        )
        #expect(!result.isReconciled)
    }

    @Test("The same amount in another currency is two differences, in a fixed order")
    func currencies() {
        let references = (0..<20).map { "att_\($0)" }.sorted()
        let result = Reconciliation(
            billing: references.map { Self.line($0, 100, .USD) },
            gateway: references.map { Self.line($0, 100, .CAD) },
            bank: references.map { Self.line($0, 100, .CAD) },
            inFlight: []
        )
        let found = result.differences.map { "\($0.reference) \($0.currency)" }
        #expect(found == references.flatMap { ["\($0) CAD", "\($0) USD"] })
    }

    @Test("Empty books are reconciled")
    func empty() {
        let result = Reconciliation(billing: [], gateway: [], bank: [], inFlight: [])
        #expect(result.isReconciled)
        #expect(result.totals.isEmpty)
    }
}
