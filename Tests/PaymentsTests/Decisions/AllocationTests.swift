import Payments
import Testing

@Suite("Allocation")
struct AllocationTests {
    private static func invoice(_ number: Int) -> InvoiceID {
        InvoiceID(ULID(high: 0, low: UInt64(number)))
    }

    private static func credit(_ number: Int) -> CreditID {
        CreditID(ULID(high: 0, low: UInt64(number)))
    }

    @Test(
        "A payment goes to the oldest invoice, then the next, and the rest is left over",
        arguments: [
            (100, [], [], 100),
            (100, [100], [100], 0),
            (100, [40], [40], 60),
            (100, [150], [100], 0),
            (100, [40, 60], [40, 60], 0),
            (100, [40, 50, 60], [40, 50, 10], 0),
            (100, [100, 1], [100], 0),
            (1, [1, 1, 1], [1], 0),
            (.max, [.max - 1, 5], [.max - 1, 1], 0),
            (.max, [1], [1], .max - 1),
        ] as [(Int64, [Int64], [Int64], Int64)]
    )
    func payments(amount: Int64, dues: [Int64], parts: [Int64], rest: Int64) {
        let invoices = dues.enumerated().map {
            Allocation.OpenInvoice(id: Self.invoice($0), dueMinorUnits: $1)
        }
        let result = Allocation.payment(amount, to: invoices)
        let expected = parts.enumerated().map {
            Allocation.Part(id: Self.invoice($0), minorUnits: $1)
        }
        #expect(result.parts == expected)
        #expect(result.restMinorUnits == rest)
    }

    @Test(
        "An invoice uses up credit first in, first out",
        arguments: [
            (100, [], [], 100),
            (100, [100], [100], 0),
            (100, [40], [40], 60),
            (100, [150], [100], 0),
            (100, [40, 50, 60], [40, 50, 10], 0),
            (100, [30, 30], [30, 30], 40),
        ] as [(Int64, [Int64], [Int64], Int64)]
    )
    func credits(due: Int64, remaining: [Int64], parts: [Int64], left: Int64) {
        let credits = remaining.enumerated().map {
            Allocation.FreeCredit(id: Self.credit($0), remainingMinorUnits: $1)
        }
        let result = Allocation.credits(credits, toInvoiceOf: due)
        let expected = parts.enumerated().map {
            Allocation.Part(id: Self.credit($0), minorUnits: $1)
        }
        #expect(result.parts == expected)
        #expect(result.dueMinorUnits == left)
    }

    @Test("Histories of invoices and payments keep every cent, and never owe and hold at once")
    func histories() {
        for seed in 0..<2_000 {
            var account = Account()
            var random = SplitMix64(seed: UInt64(seed))
            for _ in 0..<30 {
                let amount = Int64.random(in: 1...500, using: &random)
                if Bool.random(using: &random) {
                    account.post(amount)
                } else {
                    account.pay(amount)
                }
                let complaint = account.complaint
                #expect(complaint == nil, "seed \(seed)")
                if complaint != nil { return }
            }
        }
    }

    /// An account kept with the two functions under test, and sums kept beside them.
    private struct Account {
        private var open: [(id: InvoiceID, due: Int64)] = []
        private var free: [(id: CreditID, left: Int64)] = []
        private var next = 0
        private var invoiced: Int64 = 0
        private var paid: Int64 = 0
        private var isOutOfOrder = false

        mutating func post(_ amount: Int64) {
            next += 1
            invoiced += amount
            let credits = free.map {
                Allocation.FreeCredit(id: $0.id, remainingMinorUnits: $0.left)
            }
            let result = Allocation.credits(credits, toInvoiceOf: amount)
            isOutOfOrder = isOutOfOrder || result.parts.map(\.id) != firstIDs(result.parts, free)
            for part in result.parts {
                guard let index = free.firstIndex(where: { $0.id == part.id }) else { continue }
                free[index].left -= part.minorUnits
            }
            // All but the last must be used up.
            isOutOfOrder =
                isOutOfOrder
                || free.prefix(max(0, result.parts.count - 1)).contains {
                    $0.left != 0
                }
            free.removeAll { $0.left == 0 }
            if result.dueMinorUnits > 0 {
                open.append((AllocationTests.invoice(next), result.dueMinorUnits))
            }
        }

        mutating func pay(_ amount: Int64) {
            next += 1
            paid += amount
            let invoices = open.map {
                Allocation.OpenInvoice(id: $0.id, dueMinorUnits: $0.due)
            }
            let result = Allocation.payment(amount, to: invoices)
            isOutOfOrder =
                isOutOfOrder
                || result.parts.map(\.id) != open.prefix(result.parts.count).map(\.id)
            for part in result.parts {
                guard let index = open.firstIndex(where: { $0.id == part.id }) else { continue }
                open[index].due -= part.minorUnits
            }
            isOutOfOrder =
                isOutOfOrder
                || open.prefix(max(0, result.parts.count - 1)).contains {
                    $0.due != 0
                }
            open.removeAll { $0.due == 0 }
            if result.restMinorUnits > 0 {
                free.append((AllocationTests.credit(next), result.restMinorUnits))
            }
        }

        private func firstIDs(
            _ parts: [Allocation.Part<CreditID>],
            _ free: [(id: CreditID, left: Int64)]
        ) -> [CreditID] {
            free.prefix(parts.count).map(\.id)
        }

        /// What is wrong; nil when nothing is.
        var complaint: String? {
            let owed = open.reduce(0) { $0 + $1.due }
            let held = free.reduce(0) { $0 + $1.left }
            if isOutOfOrder { return "not oldest first" }
            if owed - held != invoiced - paid { return "\(owed) - \(held) ≠ \(invoiced) - \(paid)" }
            if owed > 0, held > 0 { return "owes \(owed) and holds \(held)" }
            if open.contains(where: { $0.due < 0 }) { return "an invoice is overpaid" }
            if free.contains(where: { $0.left < 0 }) { return "a credit is overdrawn" }
            return nil
        }
    }
}
