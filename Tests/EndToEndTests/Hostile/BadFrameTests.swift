import RemitAPI
import TTRPC
import Testing

/// After everything here the next call on another connection works, no row has changed, and the
/// service has never taken 64 MiB more memory than at the start.
@Suite("Bad frames", .hostileBench, .serialized)
struct BadFrameTests {
    /// Does something to each service, and checks what must hold after anything.
    private func expectUnharmed(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (_ address: String, _ isBilling: Bool) async throws -> Void
    ) async throws {
        let hostile = try HostileBench.shared
        let bench = hostile.bench
        try await hostile.leavingNoTrace(sourceLocation: sourceLocation) {
            try await body(bench.billingAddress, true)
            try await body(bench.gatewayAddress, false)
        }
    }

    @Test(
        "a frame that is wrong as a frame harms its own connection alone",
        arguments: BadFrame.frames
    )
    func frames(_ bad: BadFrame) async throws {
        try await expectUnharmed { address, _ in try await bad.check(address) }
    }

    @Test(
        "a stream or kind that is not for clients is refused or dropped",
        arguments: BadFrame.streams
    )
    func streams(_ bad: BadFrame) async throws {
        try await expectUnharmed { address, _ in try await bad.check(address) }
    }

    @Test("an envelope that does not decode is refused", arguments: BadFrame.envelopes)
    func envelopes(_ bad: BadFrame) async throws {
        try await expectUnharmed { address, _ in try await bad.check(address) }
    }

    @Test("thousands of metadata pairs are decoded, and the call is answered")
    func metadata() async throws {
        let pair = HandEncoding.data(5, [])
        let bytes = HandEncoding.health + [[UInt8]](repeating: pair, count: 32_000).flatMap { $0 }
        try await expectUnharmed { address, _ in
            let connection = try await RawConnection.open(address)
            await connection.send(HandEncoding.frame(bytes))
            #expect(try await connection.next().error == nil)
            #expect(try await connection.isServing(streamID: 3))
            await connection.close()
        }
    }

    @Test("messages that cost much to decode are answered, whatever method they are for")
    func bombs() async throws {
        try await expectUnharmed { address, isBilling in
            let connection = try await RawConnection.open(address)
            var streamID: UInt32 = 1
            for method in SchemaMethod.all
            where method.isBilling == isBilling && !method.streamsReplies {
                for bomb in ProtobufBomb.all(method) {
                    let request = HandEncoding.request(method.service, method.method, bomb.payload)
                    await connection.send(HandEncoding.frame(request, streamID: streamID))
                    let reply = try await connection.next()
                    #expect(reply.streamID == streamID)
                    let code = reply.error?.code
                    // DATA_LOSS: it names an event of another store.
                    #expect(
                        [nil, .invalidArgument, .resourceExhausted, .notFound, .dataLoss]
                            .contains(code),
                        "\(method.testDescription), \(bomb.name): \(String(describing: reply.error))"
                    )
                    streamID += 2
                }
            }
            #expect(try await connection.isServing(streamID: streamID))
            await connection.close()
        }
    }

    @Test("messages that cost much to decode are answered by streams too")
    func bombsOfStreams() async throws {
        try await expectUnharmed { address, isBilling in
            let methods = SchemaMethod.all.filter {
                $0.isBilling == isBilling && $0.streamsReplies
            }
            #expect(!methods.isEmpty)
            for method in methods {
                for bomb in ProtobufBomb.all(method) {
                    let request = HandEncoding.request(method.service, method.method, bomb.payload)
                    // A stream may go on for ever: it has a connection of its own, which ends it.
                    let connection = try await RawConnection.open(address)
                    await connection.send(HandEncoding.frame(request))
                    let reply = try await connection.next()
                    #expect(reply.streamID == 1, "\(method.testDescription), \(bomb.name)")
                    await connection.close()
                }
            }
        }
    }

    @Test("random bytes harm their own connection alone")
    func randomBytes() async throws {
        try await expectUnharmed { address, _ in
            for seed in 0..<200 as Range<UInt64> {
                var random = SeededNumbers(seed: seed)
                let count = Int.random(in: 1...4096, using: &random)
                let connection = try await RawConnection.open(address)
                let bytes = Self.bytes(count, &random)
                await connection.send(bytes)
                // No frame is as long as a first byte that is not 0 says.
                if bytes[0] != 0 { try await connection.end() }
                await connection.close()
            }
        }
    }

    @Test("random data in sound frames is answered or refused, and the connection goes on")
    func randomData() async throws {
        try await expectUnharmed { address, _ in
            let connection = try await RawConnection.open(address)
            for seed in 0..<300 as Range<UInt64> {
                var random = SeededNumbers(seed: seed)
                let count = Int.random(in: 0...512, using: &random)
                let streamID = UInt32(seed) * 2 + 1
                let data = Self.bytes(count, &random)
                await connection.send(HandEncoding.frame(data, streamID: streamID))
                let reply = try await connection.next()
                #expect(reply.streamID == streamID)
                #expect(reply.error != nil || data.isEmpty, "seed \(seed)")
            }
            #expect(try await connection.isServing(streamID: 10_001))
            await connection.close()
        }
    }

    @Test("sound requests with bytes changed are answered or refused, and change nothing")
    func mutated() async throws {
        let hostile = try HostileBench.shared
        // A method that only reads, so that what is still sound may be answered.
        let billing = HandEncoding.request(
            BillingV1.AccountService.name,
            "Get",
            HandEncoding.data(1, Array(hostile.account.utf8))
        )
        let gateway = HandEncoding.request(
            GatewayV1.VaultService.name,
            "GetCard",
            HandEncoding.data(1, Array(hostile.token.utf8))
        )
        try await expectUnharmed { address, isBilling in
            let sound = isBilling ? billing : gateway
            for seed in 0..<300 as Range<UInt64> {
                var random = SeededNumbers(seed: seed)
                var frame = HandEncoding.frame(sound)
                // The header's length stays: another one is waited for, not answered.
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let index = Int.random(in: 10..<frame.count, using: &random)
                    frame[index] = UInt8.random(in: 0...255, using: &random)
                }
                let connection = try await RawConnection.open(address)
                await connection.send(frame)
                #expect(try await connection.next().streamID == 1, "seed \(seed)")
                await connection.close()
            }
        }
    }

    private static func bytes(_ count: Int, _ random: inout SeededNumbers) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test("a request that comes one byte at a time is answered")
    func slowly() async throws {
        try await expectUnharmed { address, _ in
            let connection = try await RawConnection.open(address)
            for byte in HandEncoding.frame(HandEncoding.health) { await connection.send([byte]) }
            #expect(try await connection.next().error == nil)
            #expect(try await connection.isServing(streamID: 3))
            await connection.close()
        }
    }

    @Test("a hundred connections that each hold all but a byte of the largest frame cost little")
    func heldBack() async throws {
        let almost = HandEncoding.frame([UInt8](repeating: 0, count: 65_536)).dropLast()
        try await expectUnharmed { address, _ in
            var connections: [RawConnection] = []
            for _ in 0..<100 {
                let connection = try await RawConnection.open(address)
                await connection.send(Array(almost))
                connections.append(connection)
            }
            try await HostileBench.shared.expectServing()
            for connection in connections {
                await connection.send([0])
                #expect(try await connection.next().error?.reason == "MALFORMED_MESSAGE")
                await connection.close()
            }
        }
    }

    @Test("a header with nothing after it is given up, and nobody else waits for it")
    func headerAlone() async throws {
        try await expectUnharmed { address, _ in
            let connection = try await RawConnection.open(address)
            await connection.send(HandEncoding.header(length: 1000))
            try await HostileBench.shared.expectServing()
            #expect(!connection.isClosed)
            try await connection.end()
        }
    }

    @Test("the highest memory since the start is known")
    func peak() async throws {
        for memory in try await HostileBench.shared.memories() {
            let peak = try memory.peak
            print("\(memory.name): \(memory.start) KiB at the start, \(peak) KiB at the peak")
            // The kernel's mark is at work: it is never below what was resident.
            #expect(peak >= memory.start)
        }
    }
}

/// Numbers that a seed gives again: SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
