import NIOCore
import ProtobufC
import RemitAPI
import TTRPC
import Testing

@Suite("Round trips of generated messages")
struct RoundTripTests {
    private static let seeds: Range<UInt64> = 0..<500

    /// Encodes and decodes, in one arena that is used again and again as a connection does.
    private func check<Message: WireMessage>(
        _ arena: Arena,
        _ message: Message,
        seed: UInt64
    ) throws {
        var buffer = ByteBuffer()
        var announced = -1
        let before = arena.used
        try message.encode(into: &buffer, in: arena) { buffer, size in
            announced = size
            #expect(buffer.readableBytes == 0)
        }
        #expect(arena.used == before)
        #expect(buffer.readableBytes == announced)
        let decoded = try buffer.withUnsafeReadableBytes { try Message.decode($0, in: arena) }
        arena.reset()
        #expect(decoded == message, "seed \(seed)")
        let again = try Message(serialized: try decoded.serialized())
        #expect(again == message, "seed \(seed)")
    }

    @Test("Payments come back as they were")
    func payments() throws {
        let arena = Arena(capacity: 1 << 20)
        for seed in Self.seeds {
            var messages = RandomMessages(seed: seed)
            try check(arena, messages.payment(), seed: seed)
        }
    }

    @Test("Requests to pay come back as they were, from either source or none")
    func payRequests() throws {
        let arena = Arena(capacity: 1 << 20)
        var sources = Set<String>()
        for seed in Self.seeds {
            var messages = RandomMessages(seed: seed)
            let request = messages.payRequest()
            switch request.source {
            case .paymentMethodID: sources.insert("saved")
            case .newCard: sources.insert("new")
            case nil: sources.insert("none")
            }
            try check(arena, request, seed: seed)
        }
        #expect(sources.count == 3)
    }

    @Test("Invoices come back as they were")
    func invoices() throws {
        let arena = Arena(capacity: 1 << 20)
        for seed in Self.seeds {
            var messages = RandomMessages(seed: seed)
            try check(arena, messages.invoice(), seed: seed)
        }
    }

    @Test("Ledger entries come back as they were")
    func ledgerEntries() throws {
        let arena = Arena(capacity: 1 << 20)
        for seed in Self.seeds {
            var messages = RandomMessages(seed: seed)
            try check(arena, messages.ledgerEntry(), seed: seed)
        }
    }

    @Test("Operations come back as they were")
    func operations() throws {
        let arena = Arena(capacity: 1 << 20)
        for seed in Self.seeds {
            var messages = RandomMessages(seed: seed)
            try check(arena, messages.operation(), seed: seed)
        }
    }

    @Test("A message of defaults alone is no bytes, and no bytes are such a message")
    func defaults() throws {
        #expect(try BillingV1.Payment().serialized() == [])
        #expect(try BillingV1.Payment(serialized: []) == BillingV1.Payment())
        #expect(try RemitType.LedgerEntry(serialized: []) == RemitType.LedgerEntry())
    }

    @Test("A field that is there and empty is not one that is absent")
    func presence() throws {
        let empty = BillingV1.Payment(amount: RemitType.Money())
        let bytes = try empty.serialized()
        #expect(bytes == [0x2A, 0x00])
        #expect(try BillingV1.Payment(serialized: bytes).amount == RemitType.Money())
        let request = BillingV1.PayRequest(source: .paymentMethodID(""))
        let decoded = try BillingV1.PayRequest(serialized: try request.serialized())
        #expect(decoded.source == .paymentMethodID(""))
    }

    @Test("Encoding appends, whatever stands in the buffer already")
    func appending() throws {
        var messages = RandomMessages(seed: 42)
        let payment = messages.payment()
        var buffer = ByteBuffer(bytes: [1, 2, 3])
        let arena = Arena(capacity: 1 << 20)
        try payment.encode(into: &buffer, in: arena) { buffer, _ in buffer.writeInteger(UInt8(4)) }
        #expect(Array(buffer.readableBytesView) == [1, 2, 3, 4] + (try payment.serialized()))
    }
}
