import NIOCore
import Payments
import Testing

@testable import Gateway

@Suite("Verification codes in memory")
struct VerificationCodeCacheTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func token(_ number: UInt64) -> TokenID { TokenID(ULID(high: 0, low: number)) }

    private func code(_ text: String = "123") throws -> CardVerificationCode {
        try CardVerificationCode(text: text, brand: .visa)
    }

    private func digits(_ code: CardVerificationCode?) -> String? {
        code.map { $0.withDigits { $0 } }
    }

    @Test("A code is given to its own token, as often as it is asked for")
    func held() throws {
        let cache = VerificationCodeCache(limit: 10, lifetimeSeconds: 900)
        try cache.hold(code("123"), for: token(1), now: start)
        try cache.hold(code("456"), for: token(2), now: start)
        for _ in 0..<2 {
            #expect(digits(cache.code(for: token(1), now: start)) == "123")
            #expect(digits(cache.code(for: token(2), now: start)) == "456")
        }
        #expect(cache.code(for: token(3), now: start) == nil)
    }

    @Test("A code is held to the last moment of its lifetime, and not one later")
    func lifetime() throws {
        let cache = VerificationCodeCache(limit: 10, lifetimeSeconds: 900)
        try cache.hold(code(), for: token(1), now: start)
        try cache.hold(code(), for: token(2), now: start + .seconds(10))
        let end = start + .seconds(900)
        #expect(cache.code(for: token(1), now: end - .nanoseconds(1)) != nil)
        #expect(cache.code(for: token(1), now: end) == nil)
        #expect(cache.code(for: token(2), now: end) != nil)
        #expect(cache.code(for: token(2), now: end + .seconds(10)) == nil)
    }

    @Test("A forgotten code is gone, and the others stay")
    func forgotten() throws {
        let cache = VerificationCodeCache(limit: 10, lifetimeSeconds: 900)
        for number: UInt64 in 1...3 { try cache.hold(code(), for: token(number), now: start) }
        cache.forget(token(2))
        cache.forget(token(9))
        #expect(cache.code(for: token(1), now: start) != nil)
        #expect(cache.code(for: token(2), now: start) == nil)
        #expect(cache.code(for: token(3), now: start) != nil)
    }

    @Test("One code more than the limit is refused, until one is forgotten or its time is up")
    func limit() throws {
        let cache = VerificationCodeCache(limit: 3, lifetimeSeconds: 900)
        for number: UInt64 in 1...3 { try cache.hold(code(), for: token(number), now: start) }
        #expect(throws: GatewayError.tooManyVerificationCodes) {
            try cache.hold(code(), for: token(4), now: start)
        }
        #expect(cache.code(for: token(4), now: start) == nil)
        cache.forget(token(2))
        try cache.hold(code(), for: token(4), now: start + .seconds(1))
        #expect(throws: GatewayError.tooManyVerificationCodes) {
            try cache.hold(code(), for: token(5), now: start + .seconds(899))
        }
        try cache.hold(code(), for: token(5), now: start + .seconds(900))
        #expect(cache.code(for: token(4), now: start + .seconds(900)) != nil)
    }

    @Test("Codes that come and go by the thousand leave the right ones behind")
    func many() throws {
        let cache = VerificationCodeCache(limit: 100, lifetimeSeconds: 900)
        for number: UInt64 in 0..<10_000 {
            try cache.hold(code(), for: token(number), now: start + .seconds(Int64(number)))
            if number % 100 != 0 { cache.forget(token(number)) }
        }
        let end = start + .seconds(9_999)
        for number: UInt64 in 0..<10_000 {
            let isHeld = number % 100 == 0 && number + 900 > 9_999
            #expect((cache.code(for: token(number), now: end) != nil) == isHeld, "\(number)")
        }
    }

    @Test("A code whose time has passed leaves the memory though nobody asks for anything")
    func expired() throws {
        let cache = VerificationCodeCache(limit: 10, lifetimeSeconds: 900)
        for number: UInt64 in 1...3 { try cache.hold(code(), for: token(number), now: start) }
        let end = start + .seconds(900)
        cache.expire(now: end - .nanoseconds(1))
        #expect(cache.count == 3)
        cache.expire(now: end)
        #expect(cache.count == 0)
    }

    @Test("The gateway's background work forgets codes whose time has passed")
    func background() async throws {
        let temporary = try TemporaryFolder()
        let folder = DataFolder(temporary.file("data"))
        try await GatewayApplication.initialize(folder, logger: GatewayFixture.logger)
        var configuration = GatewayConfiguration()
        configuration.verificationCodeSeconds = 0
        configuration.recoveryIntervalMilliseconds = 1
        let gateway = try await GatewayApplication.open(
            folder,
            configuration: configuration,
            logger: GatewayFixture.logger
        )
        _ = try await gateway.vault.tokenize(
            TestCard.number(TestCard.visa),
            expiry: TestCard.expiry,
            code: code(),
            tenant: gateway.tenant
        )
        #expect(gateway.vault.codes.count == 1)
        let work = Task { await gateway.work() }
        try await eventually("an empty memory") { gateway.vault.codes.count == 0 }
        work.cancel()
        await work.value
        await gateway.close()
    }
}
