import NIOConcurrencyHelpers
import NIOCore
import ProtobufC
import TTRPC
import Testing

/// A caller whose every call waits at a gate, and then fails.
private struct GatedCaller: RPCCaller {
    let gate: Gate

    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        await gate.pass()
        throw RPCError(.unavailable, "The gate answers nothing.")
    }

    func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        throw RPCError(.unimplemented, "There are no streams.")
    }
}

@Suite("Calls that wait for somebody else", .timeLimit(testBound))
struct WaitingMethodTests {
    /// One call of a method at a time.
    private static func one(_ configuration: inout ServerConfiguration) {
        configuration.concurrency.minimum = 1
        configuration.concurrency.initial = 1
        configuration.concurrency.maximum = 1
        configuration.waitingMethods = [Probe.hold.fullName]
    }

    /// How a handler tells that it waits.
    enum Telling: CaseIterable, Sendable {
        case scope
        case taskOfItsOwn
        case twiceAtOnce
        case callOfAnother

        func wait(_ gate: Gate) async {
            switch self {
            case .scope:
                await ServerContext.elsewhere { await gate.pass() }
            case .taskOfItsOwn:
                // On no loop.
                await Task { await ServerContext.elsewhere { await gate.pass() } }.value
            case .twiceAtOnce:
                async let other: Void = ServerContext.elsewhere {}
                await ServerContext.elsewhere {
                    await ServerContext.elsewhere { await gate.pass() }
                }
                await other
            case .callOfAnother:
                let caller = InterceptedCaller(GatedCaller(gate: gate), [ClientWaitInterceptor()])
                let _: Note? = try? await caller.call(Probe.echo, Note(), options: CallOptions())
            }
        }
    }

    @Test(
        "such a call takes no place of its method's limit, until it goes on",
        arguments: Telling.allCases
    )
    func place(_ telling: Telling) async throws {
        let bank = Gate()
        let own = Gate()
        try await withServer(
            Self.one,
            routes: { router in
                router.text(Probe.hold) { (text, _) async throws(RPCError) in
                    await telling.wait(bank)
                    if text == "waits" { await own.pass() }
                    return text
                }
            }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.hold, payload: Probe.payload("waits")).frame(1))
            try await eventually("the first waits") { bank.entered == 1 }
            for waiting in 2...3 {
                // What other threads have told the loop is known to it after another call.
                let streamID = UInt32(4 * waiting - 5)
                let unknown = try await peer.call(RawRequest(Probe.method("None")), streamID)
                #expect(unknown.error?.code == .unimplemented)
                try await peer.send(RawRequest(Probe.hold).frame(streamID + 2))
                try await eventually("it is let in") { bank.entered == waiting }
            }
            try await eventually("all are in service") {
                server.server.statistics.callsInService == 3
            }
            bank.open()
            try await eventually("the first goes on") { own.entered == 1 }
            for _ in 0..<2 { #expect(try await peer.nextFrame().kind == RawFrame.response) }
            let refused = try await peer.call(RawRequest(Probe.hold), 11)
            #expect(refused.error?.reason == "OVERLOAD")
            own.open()
            #expect(try await peer.nextResponse(1).status == nil)
            #expect(try await peer.call(RawRequest(Probe.hold), 13).status == nil)
            #expect(server.server.statistics.callsInService == 0)
            await peer.close()
        }
    }

    @Test("of other methods nothing is left out")
    func notWaiting() async throws {
        let bank = Gate()
        try await withServer(
            {
                Self.one(&$0)
                $0.waitingMethods = []
            },
            routes: { router in
                router.text(Probe.hold) { (text, _) async throws(RPCError) in
                    await ServerContext.elsewhere { await bank.pass() }
                    return text
                }
            }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await eventually("it waits") { bank.entered == 1 }
            let refused = try await peer.call(RawRequest(Probe.hold), 3)
            #expect(refused.error?.reason == "OVERLOAD")
            bank.open()
            #expect(try await peer.nextResponse(1).status == nil)
            await peer.close()
        }
    }

    @Test("that time is no part of how long calls take", arguments: [true, false])
    func latency(isElsewhere: Bool) async throws {
        let own = Gate()
        try await withServer(
            {
                Self.one(&$0)
                $0.concurrency.initial = 64
                $0.concurrency.maximum = 64
                $0.concurrency.minimum = 64
            },
            routes: { router in
                router.text(Probe.hold) { (text, _) async throws(RPCError) in
                    if text == "fills" {
                        await own.pass()
                    } else if isElsewhere {
                        await ServerContext.elsewhere { try? await Task.sleep(for: .seconds(1)) }
                    } else {
                        try? await Task.sleep(for: .seconds(1))
                    }
                    return text
                }
            }
        ) { server in
            let peer = try await server.peer()
            // Two windows of samples.
            for round in 0..<2 {
                for call in 0..<32 {
                    let streamID = UInt32(round * 64 + 2 * call + 1)
                    try await peer.send(RawRequest(Probe.hold).frame(streamID))
                }
                for _ in 0..<32 { #expect(try await peer.nextFrame().kind == RawFrame.response) }
            }
            for call in 64..<128 {
                let fills = RawRequest(Probe.hold, payload: Probe.payload("fills"))
                try await peer.send(fills.frame(UInt32(2 * call + 1)))
            }
            try await eventually("it is full") { own.entered == 64 }
            // When to come back is twice what calls take, and at least 64 ms.
            let refused = try await peer.call(RawRequest(Probe.hold), 301)
            let delay = try #require(refused.error?.retryAfterMilliseconds)
            #expect(isElsewhere ? delay < 1024 : delay >= 2048)
            own.open()
            await peer.close()
        }
    }

    @Test("a handler that does not mind its deadline keeps its place of its method's limit")
    func stubborn() async throws {
        let gate = Gate()
        try await withServer(
            {
                Self.one(&$0)
                $0.waitingMethods = []
            },
            routes: { router in
                router.text(Probe.hold) { (text, _) async throws(RPCError) in
                    await Task { await gate.pass() }.value
                    return text
                }
            }
        ) { server in
            let peer = try await server.peer()
            let hurried = RawRequest(Probe.hold, timeoutNanoseconds: 10_000_000)
            #expect(try await peer.call(hurried, 1).error?.code == .deadlineExceeded)
            let refused = try await peer.call(RawRequest(Probe.hold), 3)
            #expect(refused.error?.reason == "OVERLOAD")
            gate.open()
            try await eventually("the place is free") {
                server.server.statistics.callsInService == 0
            }
            #expect(try await peer.call(RawRequest(Probe.hold), 5).status == nil)
            await peer.close()
        }
    }
}
