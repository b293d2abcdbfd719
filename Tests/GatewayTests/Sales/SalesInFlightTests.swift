import Payments
import Testing

@testable import Gateway

@Suite("Sales in flight", .timeLimit(testBound))
struct SalesInFlightTests {
    private func key(_ number: UInt64, tenant: Int64 = 1) -> OperationKey {
        OperationKey(tenant: tenant, attempt: AttemptID(ULID(high: 0, low: number)))
    }

    private func isRun(_ entry: SalesInFlight.Entry) -> Bool {
        if case .run = entry { true } else { false }
    }

    private func isRefused(_ entry: SalesInFlight.Entry) -> Bool {
        if case .refused = entry { true } else { false }
    }

    @Test("A key is in flight from its entry to its end")
    func contains() async {
        let inFlight = SalesInFlight(limit: 2)
        #expect(!inFlight.contains(key(1)))
        #expect(isRun(await inFlight.enter(key(1))))
        #expect(inFlight.contains(key(1)))
        #expect(!inFlight.contains(key(1, tenant: 2)))
        inFlight.finished(key(1))
        #expect(!inFlight.contains(key(1)))
    }

    @Test("One key more than the limit is refused, until one has ended")
    func limit() async {
        let inFlight = SalesInFlight(limit: 2)
        #expect(isRun(await inFlight.enter(key(1))))
        #expect(isRun(await inFlight.enter(key(1, tenant: 2))))
        #expect(isRefused(await inFlight.enter(key(3))))
        inFlight.finished(key(1))
        #expect(isRun(await inFlight.enter(key(3))))
    }

    @Test("Those who come for a key in flight wait, and all of them look again when it ends")
    func waiting() async {
        let inFlight = SalesInFlight(limit: 1)
        for round: UInt64 in 0..<50 {
            #expect(isRun(await inFlight.enter(key(round))))
            let entries = await withTaskGroup { group in
                for _ in 0..<8 { group.addTask { await inFlight.enter(key(round)) } }
                // Some wait already, some are still to come: they may enter themselves.
                inFlight.finished(key(round))
                var entries: [SalesInFlight.Entry] = []
                for await entry in group {
                    entries.append(entry)
                    if isRun(entry) { inFlight.finished(key(round)) }
                }
                return entries
            }
            #expect(entries.count == 8)
            #expect(!entries.contains { isRefused($0) })
            #expect(!inFlight.contains(key(round)))
        }
    }
}
