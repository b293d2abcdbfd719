import Payments
import Testing

@Suite("RequestKey")
struct RequestKeyTests {
    @Test("A UUID and the ULID of the same bytes are the same key, in either case")
    func forms() throws {
        let bytes: [UInt8] = [
            0x01, 0x8F, 0x2A, 0x3B, 0x4C, 0x5D, 0x7E, 0x6F, 0x80, 0x91, 0xA2, 0xB3, 0xC4, 0xD5,
            0xE6, 0xF7,
        ]
        let ulid = try #require(ULID(bytes: bytes))
        let key = RequestKey(ulid)
        let uuid = "018f2a3b-4c5d-7e6f-8091-a2b3c4d5e6f7"
        for text in [uuid, uuid.uppercased(), ulid.text, ulid.text.lowercased()] {
            #expect(RequestKey(text: text) == key, "\(text)")
        }
        #expect(key.bytes == bytes)
        #expect(key.text == ulid.text)
    }

    @Test(
        "Anything else is no key",
        arguments: [
            "", "1", "018f2a3b4c5d7e6f8091a2b3c4d5e6f7", "{018f2a3b-4c5d-7e6f-8091-a2b3c4d5e6f7}",
            "018f2a3b-4c5d-7e6f-8091-a2b3c4d5e6f", "018f2a3b-4c5d-7e6f-8091-a2b3c4d5e6f70",
            "018f2a3b_4c5d-7e6f-8091-a2b3c4d5e6f7", "018f2a3-b4c5d-7e6f-8091-a2b3c4d5e6f7",
            "018f2a3g-4c5d-7e6f-8091-a2b3c4d5e6f7", "018f2a3b-4c5d-7e6f-8091--2b3c4d5e6f7",
            "pay_00000000000000000000000000", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "018f2a3b-4c5d-7e6f-8091-a2b3c4d5e6é",
        ]
    )
    func refused(text: String) {
        #expect(RequestKey(text: text) == nil)
    }

    @Test("Keys of random bytes survive both ways of writing them")
    func random() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<1_000 {
            let key = RequestKey(ULID(high: random.next(), low: random.next()))
            let hex = key.bytes.map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }
            let groups = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { hex[$0].joined() }
            #expect(RequestKey(text: groups.joined(separator: "-")) == key)
            #expect(RequestKey(text: key.text) == key)
        }
    }
}
