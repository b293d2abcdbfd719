import NIOCore
import TTRPC
import Testing

@Suite("Pool: health of an address")
struct EndpointHealthTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let health = EndpointHealth(
        maxFailures: 3,
        baseTime: .seconds(10),
        maxTime: .seconds(25)
    )

    @Test("it should be ejected after failures in a row, and an answer breaks the row")
    func row() {
        var health = health
        let failures = [false, false, true, true]
        for isEnough in failures { #expect(health.failed() == isEnough) }
        health.answered()
        for isEnough in failures { #expect(health.failed() == isEnough) }
    }

    @Test("the n-th ejection lasts n times as long, up to the longest")
    func longer() {
        var health = health
        var now = start
        for seconds: Int64 in [10, 20, 25, 25] {
            health.eject(now)
            #expect(health.ejectedUntil == now + .seconds(seconds))
            #expect(health.returned(now + .seconds(seconds) - .nanoseconds(1)) == false)
            now = now + .seconds(seconds)
            #expect(health.returned(now) == true)
            #expect(!health.isEjected)
        }
    }

    @Test("one that came back is ejected by its first failure, unless it has answered before")
    func probation() {
        var health = health
        health.eject(start)
        #expect(health.returned(start + .seconds(10)) == true)
        var answered = health
        #expect(health.failed() == true)
        answered.answered()
        #expect(answered.failed() == false)
    }

    @Test("who has served for long begins anew")
    func forgotten() {
        var health = health
        health.eject(start)
        #expect(health.returned(start + .seconds(10)) == true)
        health.eject(start + .seconds(11))
        #expect(health.ejectedUntil == start + .seconds(31))
        #expect(health.returned(start + .seconds(31)) == true)
        health.eject(start + .seconds(31 + 25))
        #expect(health.ejectedUntil == start + .seconds(31 + 25 + 10))
    }

    @Test("one that is ejected is not ejected again by calls that end late")
    func late() {
        var health = health
        for _ in 0..<3 { _ = health.failed() }
        health.eject(start)
        #expect(health.failed() == false)
    }
}
