import NIOCore
import ProtobufC
import RemitAPI
import TTRPC
import Testing

@Suite("Bytes that are no message")
struct HostileBytesTests {
    private static let invalidUTF8: [[UInt8]] = [
        [0xFF], [0x61, 0x80], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE2, 0x82],
    ]

    @Test("Text that is not UTF-8 is refused, and the field named", arguments: invalidUTF8)
    func invalidText(text: [UInt8]) {
        let bytes = HandWriter.write { $0.data(6, text) }
        #expect(
            throws: WireError.invalidText(message: "remit.billing.v1.Payment", field: "message")
        ) {
            try BillingV1.Payment(serialized: bytes)
        }
    }

    @Test("A field deep inside is named with its own message")
    func invalidTextInside() {
        let bytes = HandWriter.write { writer in
            writer.message(15) { writer in
                writer.message(4) { $0.data(2, [0xFF]) }
            }
        }
        #expect(throws: WireError.invalidText(message: "remit.type.Money", field: "currency")) {
            try BillingV1.Payment(serialized: bytes)
        }
    }

    @Test(
        "A NUL inside a text is refused, wherever it is",
        arguments: [[0], [0x61, 0], [0, 0x61], [0x61, 0, 0x62]] as [[UInt8]]
    )
    func embeddedNUL(text: [UInt8]) {
        let invalid = WireError.invalidText(
            message: "remit.billing.v1.PayRequest",
            field: "payment_method_id"
        )
        let bytes = HandWriter.write { $0.data(4, text) }
        #expect(throws: invalid) { try BillingV1.PayRequest(serialized: bytes) }
        let request = BillingV1.PayRequest(
            source: .paymentMethodID(String(decoding: text, as: UTF8.self))
        )
        #expect(throws: invalid) { try request.serialized() }
    }

    @Test("What fails to encode leaves the buffer and the arena as they were")
    func failedEncoding() throws {
        let arena = Arena(capacity: 4096)
        var buffer = ByteBuffer(string: "before")
        let bad = BillingV1.Payment(paymentID: "pay_1", message: "a\u{0}b")
        #expect(throws: WireError.self) { try bad.encode(into: &buffer, in: arena) { _, _ in } }
        #expect(buffer == ByteBuffer(string: "before"))
        #expect(arena.used == 0)
    }

    @Test("A NUL in bytes is data like any other")
    func nulInBytes() throws {
        let entry = RemitType.LedgerEntry(hash: [0, 1, 0], previousHash: [0])
        #expect(try RemitType.LedgerEntry(serialized: try entry.serialized()) == entry)
    }

    @Test("A message cut short anywhere is read up to a field's end or refused, and never crashes")
    func truncated() throws {
        var refused = 0
        for seed in 0..<40 as Range<UInt64> {
            var messages = RandomMessages(seed: seed)
            let bytes = try messages.invoice().serialized()
            for count in 0..<bytes.count {
                do throws(WireError) {
                    _ = try BillingV1.Invoice(serialized: Array(bytes[..<count]))
                } catch {
                    refused += 1
                    #expect(error == .malformed(message: "remit.billing.v1.Invoice"))
                }
            }
        }
        #expect(refused > 0)
    }

    @Test(
        "What is not an encoding is refused",
        arguments: [
            [0x0A], [0x0A, 0x05, 0x61], [0x08], [0x08, 0xFF], [0x00, 0x00], [0x0B, 0x00],
            [0x0F], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x12, 0x03, 0x61],
        ] as [[UInt8]]
    )
    func malformed(bytes: [UInt8]) {
        #expect(throws: WireError.malformed(message: "remit.type.Money")) {
            try RemitType.Money(serialized: bytes)
        }
    }

    @Test("A field of another wire type than the schema's is refused")
    func wrongWireType() {
        let bytes = HandWriter.write { $0.text(1, "five") }
        #expect(throws: WireError.malformed(message: "remit.type.Money")) {
            try RemitType.Money(serialized: bytes)
        }
    }

    @Test("A message that needs more memory than its arena has is too large, and so is its answer")
    func arenaOverflow() throws {
        let many = BillingV1.Payment(
            allocations: [BillingV1.PaymentAllocation](
                repeating: BillingV1.PaymentAllocation(amount: RemitType.Money()),
                count: 200
            )
        )
        let tooLarge = WireError.tooLarge(message: "remit.billing.v1.Payment")
        let bytes = try many.serialized()
        let arena = Arena(capacity: 2048)
        #expect(throws: tooLarge) {
            try bytes.withUnsafeBytes { try BillingV1.Payment.decode($0, in: arena) }
        }
        #expect(arena.overflowed)
        arena.reset()
        var buffer = ByteBuffer()
        #expect(throws: WireError.self) { try many.encode(into: &buffer, in: arena) { _, _ in } }
        #expect(buffer.readableBytes == 0)
        arena.reset()
        let small = try BillingV1.Payment(paymentID: "pay_1").serialized()
        let decoded = try small.withUnsafeBytes { try BillingV1.Payment.decode($0, in: arena) }
        #expect(decoded.paymentID == "pay_1")
    }

    @Test("An encoding that did not fit is not blamed on the next message")
    func overflowIsForgotten() {
        let arena = Arena(capacity: 1024)
        var buffer = ByteBuffer()
        let large = BillingV1.Payment(message: String(repeating: "x", count: 2000))
        #expect(throws: WireError.tooLarge(message: "remit.billing.v1.Payment")) {
            try large.encode(into: &buffer, in: arena) { _, _ in }
        }
        #expect(throws: WireError.malformed(message: "remit.type.Money")) {
            try [UInt8]([0x0A]).withUnsafeBytes { try RemitType.Money.decode($0, in: arena) }
        }
    }

    @Test("The arena that is sized for a frame is enough for the densest frame of known fields")
    func densestFrame() throws {
        var bytes: [UInt8] = []
        while bytes.count < 64 << 10 { bytes += [0x7A, 0x00] }
        let arena = Arena(capacity: Arena.capacity(forFrameBytes: bytes.count))
        let payment = try bytes.withUnsafeBytes { try BillingV1.Payment.decode($0, in: arena) }
        #expect(payment.allocations.count == bytes.count / 2)
    }

    @Test("Random bytes are a message or refused, and never crash")
    func randomBytes() throws {
        let arena = Arena(capacity: 1 << 16)
        var outcomes = [0, 0]
        for seed in 0..<10_000 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let count = Int.random(in: 0...64, using: &random)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            for isGood in probe(bytes, arena) { outcomes[isGood ? 1 : 0] += 1 }
        }
        #expect(outcomes[0] > 0 && outcomes[1] > 0)
    }

    @Test("Sound messages with bytes changed are a message or refused, and never crash")
    func mutated() throws {
        let arena = Arena(capacity: 1 << 20)
        var outcomes = [0, 0]
        for seed in 0..<3_000 as Range<UInt64> {
            var messages = RandomMessages(seed: seed)
            var random = SplitMix64(seed: ~seed)
            var bytes = try messages.payment().serialized()
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8(truncatingIfNeeded: random.next())
            }
            for isGood in probe(bytes, arena) { outcomes[isGood ? 1 : 0] += 1 }
        }
        #expect(outcomes[0] > 0 && outcomes[1] > 0)
    }

    /// Reads bytes as several messages, and what is one is written and read again.
    private func probe(_ bytes: [UInt8], _ arena: Arena) -> [Bool] {
        [
            probe(BillingV1.Payment.self, bytes, arena),
            probe(BillingV1.PayRequest.self, bytes, arena),
            probe(RemitType.LedgerEntry.self, bytes, arena),
            probe(GoogleRPC.Status.self, bytes, arena),
        ]
    }

    private func probe<Message: WireMessage>(
        _ type: Message.Type,
        _ bytes: [UInt8],
        _ arena: Arena
    ) -> Bool {
        defer { arena.reset() }
        guard let message = try? bytes.withUnsafeBytes({ try Message.decode($0, in: arena) }) else {
            return false
        }
        let again = try? Message(serialized: message.serialized())
        #expect(again == message, "\(bytes)")
        return true
    }
}
