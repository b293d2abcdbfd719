import Payments
import Testing

@testable import Billing

@Suite("Payments on their way")
struct PaymentsInFlightTests {
    private let id = PaymentID(ULID(high: 1, low: 1))

    @Test("Who waits for what is not on its way is answered at once, with nothing")
    func notOnItsWay() async {
        let inFlight = PaymentsInFlight(limit: 1)
        #expect(!inFlight.contains(id))
        #expect(await inFlight.wait(id, timeout: nil) == nil)
        inFlight.begin(id)
        #expect(inFlight.contains(id))
        inFlight.finish(id, nil)
        #expect(!inFlight.contains(id))
        #expect(await inFlight.wait(id, timeout: nil) == nil)
    }

    @Test("A wait ends with its time, and the payment is still on its way")
    func timesOut() async {
        let inFlight = PaymentsInFlight(limit: 1)
        inFlight.begin(id)
        #expect(await inFlight.wait(id, timeout: .milliseconds(5)) == nil)
        #expect(inFlight.contains(id))
    }

    @Test("Everyone who waits hears the one result")
    func everyoneHears() async throws {
        let books = try Books()
        let payment = try await books.paid(try await books.account(), 100)
        let view = try await books.store.payment(payment.id)
        let inFlight = PaymentsInFlight(limit: 1)
        inFlight.begin(payment.id)
        let heard = await withTaskGroup(of: PaymentID?.self) { group in
            for index in 0..<16 {
                group.addTask {
                    let timeout: Duration? = index.isMultiple(of: 2) ? nil : .seconds(60)
                    return await inFlight.wait(payment.id, timeout: timeout)?.payment.id
                }
            }
            group.addTask {
                // Some wait by now and some come later: those hear nothing, and look in the store.
                await Task.yield()
                inFlight.finish(payment.id, view)
                return payment.id
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(heard.count == 17)
        #expect(heard.compactMap(\.self).allSatisfy { $0 == payment.id })
    }

    @Test("There are as many places as the limit says")
    func places() {
        let inFlight = PaymentsInFlight(limit: 2)
        #expect(inFlight.enter() && inFlight.enter())
        #expect(!inFlight.enter())
        inFlight.leave()
        #expect(inFlight.enter())
        #expect(!inFlight.enter())
    }

    @Test("A wait of no time ends, however its timer and its beginning race")
    func zeroTimeouts() async throws {
        let inFlight = PaymentsInFlight(limit: 1)
        let books = try Books()
        let payment = try await books.paid(try await books.account(), 100)
        let view = try await books.store.payment(payment.id)
        inFlight.begin(payment.id)
        let waits = Task {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<5000 {
                    group.addTask {
                        await inFlight.wait(payment.id, timeout: .zero) == nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }
        // Only a wait whose time was missed is still there to hear this.
        let rescue = Task {
            try await Task.sleep(for: .seconds(waitSeconds))
            inFlight.finish(payment.id, view)
        }
        #expect(await waits.value == 5000)
        rescue.cancel()
    }
}
