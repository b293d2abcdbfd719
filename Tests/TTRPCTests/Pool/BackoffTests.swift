import NIOCore
import TTRPC
import Testing

@Suite("Pool: backoff")
struct BackoffTests {
    @Test("the longest pause doubles up to the cap, and a success begins anew")
    func ceilings() {
        var backoff = Backoff(base: .milliseconds(50), cap: .milliseconds(300))
        let expected: [Int64] = [50, 100, 200, 300, 300, 300]
        for milliseconds in expected {
            #expect(backoff.ceilingNanoseconds == milliseconds * 1_000_000)
            _ = backoff.failed(random: 0)
        }
        backoff.succeeded()
        #expect(backoff.failures == 0)
        #expect(backoff.ceilingNanoseconds == 50_000_000)
    }

    @Test("a pause is the random number's share of the longest", arguments: 0...4)
    func share(quarters: UInt64) {
        var backoff = Backoff(base: .nanoseconds(100), cap: .seconds(1))
        let random = quarters == 4 ? .max : quarters << 62
        #expect(backoff.failed(random: random) == .nanoseconds(Int64(quarters) * 25))
    }

    @Test("after very many failures the pause is within the cap still")
    func many() {
        var backoff = Backoff(base: .nanoseconds(1), cap: .nanoseconds(.max))
        for _ in 0..<200 { #expect(backoff.failed(random: .max).nanoseconds >= 0) }
        #expect(backoff.ceilingNanoseconds == .max)
    }

    @Test("pauses of many clients are spread evenly", arguments: 1...3)
    func spread(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        var counts = [0, 0, 0, 0]
        for _ in 0..<4000 {
            var backoff = Backoff(base: .milliseconds(40), cap: .seconds(1))
            let pause = backoff.failed(random: random.next())
            #expect(pause >= .zero && pause <= .milliseconds(40))
            counts[min(3, Int(pause.nanoseconds / 10_000_000))] += 1
        }
        for count in counts { #expect((800...1200).contains(count), "seed \(seed): \(counts)") }
    }
}
