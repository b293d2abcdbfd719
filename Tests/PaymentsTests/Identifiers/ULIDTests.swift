import Payments
import Testing

@Suite("ULID")
struct ULIDTests {
    @Test(
        "Known identifiers have known texts",
        arguments: [
            (0, 0, "00000000000000000000000000"),
            (0, 1, "00000000000000000000000001"),
            (0, 31, "0000000000000000000000000Z"),
            (0, 32, "00000000000000000000000010"),
            (.max, .max, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
            (0x0123_4567_89AB_CDEF, 0x0123_4567_89AB_CDEF, "014D2PF2DBSQQG28T5CY4TQKFF"),
            (1 << 63, 0, "40000000000000000000000000"),
        ] as [(UInt64, UInt64, String)]
    )
    func texts(high: UInt64, low: UInt64, text: String) {
        let ulid = ULID(high: high, low: low)
        #expect(ulid.text == text)
        #expect(ULID(text: text) == ulid)
        #expect(ULID(text: text.lowercased()) == ulid)
    }

    @Test(
        "What is not a ULID is refused",
        arguments: [
            "", "0", "0000000000000000000000000", "000000000000000000000000000",
            "80000000000000000000000000", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "0000000000000000000000000I", "0000000000000000000000000L",
            "0000000000000000000000000O", "0000000000000000000000000U",
            "0000000000000000000000000 ", "0000000000000000000000000-",
            "000000000000000000000000é",
        ]
    )
    func refused(text: String) {
        #expect(ULID(text: text) == nil)
    }

    @Test("Text and bytes round trip, and both sort as the identifier does")
    func roundTrips() throws {
        var random = SplitMix64(seed: 1)
        var made: [ULID] = []
        for _ in 0..<2_000 {
            let ulid = ULID(high: random.next(), low: random.next())
            #expect(ULID(text: ulid.text) == ulid)
            #expect(ULID(bytes: ulid.bytes) == ulid)
            #expect(ulid.bytes.count == 16)
            made.append(ulid)
        }
        let sorted = made.sorted()
        #expect(made.map(\.text).sorted() == sorted.map(\.text))
        let byBytes = made.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        #expect(byBytes == sorted)
    }

    @Test("Bytes are big-endian, sixteen of them")
    func bytes() {
        let ulid = ULID(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F)
        #expect(ulid.bytes == Array(0...15))
        #expect(ULID(bytes: [UInt8](repeating: 0, count: 15)) == nil)
        #expect(ULID(bytes: [UInt8](repeating: 0, count: 17)) == nil)
    }

    @Test("Time and chance stand where the specification puts them")
    func layout() {
        let ulid = ULID(milliseconds: 0x0123_4567_89AB, random: (0xCDEF, 42))
        #expect(ulid.high == 0x0123_4567_89AB_CDEF)
        #expect(ulid.low == 42)
        #expect(ulid.milliseconds == 0x0123_4567_89AB)
        #expect(ULID(milliseconds: 1 << 48, random: (0, 0)).milliseconds == 0)
    }

    @Test("A generator rises within a millisecond, and when the clock steps back")
    func generatorRises() {
        var random = SplitMix64(seed: 7)
        var generator = IDGenerator()
        var clock: UInt64 = 1_000_000
        var last: ULID?
        for _ in 0..<20_000 {
            let step = Int.random(in: -3...3, using: &random)
            clock = UInt64(Int(clock) + step)
            let chance = (UInt16.random(in: 0...3, using: &random), random.next())
            let next = generator.next(milliseconds: clock, random: chance)
            if let last { #expect(next > last) }
            last = next
        }
    }

    @Test("A generator that has run out of chance in its low half carries into the high half")
    func generatorCarries() {
        var generator = IDGenerator()
        let first = generator.next(milliseconds: 5, random: (3, .max))
        let second = generator.next(milliseconds: 5, random: (3, 0))
        #expect(first == ULID(milliseconds: 5, random: (3, .max)))
        #expect(second == ULID(milliseconds: 5, random: (4, 0)))
    }

    @Test("A generator takes fresh chance as soon as that rises by itself")
    func generatorFresh() {
        var generator = IDGenerator()
        _ = generator.next(milliseconds: 5, random: (0, 10))
        #expect(generator.next(milliseconds: 5, random: (0, 12)).low == 12)
        #expect(generator.next(milliseconds: 6, random: (0, 1)).milliseconds == 6)
    }
}
