import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import TTRPC
import Testing

/// A place of its own for a handler to go to and come back from.
private actor Elsewhere {
    private(set) var visits = 0

    func visit() -> Bool {
        visits += 1
        return MultiThreadedEventLoopGroup.currentEventLoop != nil
    }
}

@Suite("Handlers on the event loop", .timeLimit(testBound))
struct LoopExecutorTests {
    @Test("a handler starts on its connection's loop, and comes back to it from elsewhere")
    func staysOnLoop() async throws {
        let elsewhere = Elsewhere()
        let gate = Gate()
        let loops = NIOLockedValueBox<[Bool]>([])
        try await withServer(routes: { router in
            router.text(Probe.echo) { (text, _) async throws(RPCError) in
                let first = MultiThreadedEventLoopGroup.currentEventLoop
                func note() {
                    let now = MultiThreadedEventLoopGroup.currentEventLoop
                    loops.withLockedValue { $0.append(now != nil && now === first) }
                }
                note()
                await Task.yield()
                note()
                await gate.pass()
                note()
                _ = await elsewhere.visit()
                note()
                return text
            }
        }) { server in
            try await withClient(port: server.port) { client in
                async let reply = client.text(Probe.echo, "x")
                try await eventually("the handler waits") { gate.entered == 1 }
                gate.open()
                #expect(try await reply == "x")
            }
        }
        #expect(loops.withLockedValue { $0 } == [true, true, true, true])
        #expect(await elsewhere.visits == 1)
    }

    @Test("handlers that one event lets go at once are all answered")
    func resumedTogether() async throws {
        let gate = Gate()
        try await withServer(routes: { $0.hold(gate) }) { server in
            let peer = try await server.peer()
            let count = 500
            let frames = (0..<count).map { number in
                RawRequest(Probe.hold, payload: Probe.payload("\(number)"))
                    .frame(UInt32(2 * number + 1))
            }
            try await peer.send(frames.flatMap(\.bytes))
            try await eventually("all wait") { gate.entered == count }
            gate.open()
            var replies: [UInt32: [UInt8]] = [:]
            for _ in 0..<count {
                let frame = try await peer.nextFrame()
                replies[frame.streamID] = try RawResponse(decoding: frame.data).payload
            }
            for number in 0..<count {
                #expect(replies[UInt32(2 * number + 1)] == Probe.payload("\(number)"))
            }
            await peer.close()
        }
    }

    @Test("handlers that suspend many times, and start tasks of their own, come to an end")
    func manySuspensions() async throws {
        try await withServer(routes: { router in
            router.text(Probe.echo) { (text, _) async throws(RPCError) in
                for _ in 0..<20 { await Task.yield() }
                let sum = await withTaskGroup(of: Int.self) { group in
                    for number in 1...10 {
                        group.addTask {
                            await Task.yield()
                            return number
                        }
                    }
                    return await group.reduce(0, +)
                }
                return "\(text) \(sum)"
            }
        }) { server in
            try await withClient(port: server.port) { client in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            try await client.text(Probe.echo, "\(number)") == "\(number) 55"
                        }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
            }
        }
    }

    @Test("a handler that waits does not hold up the calls behind it")
    func overtaking() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.hold(gate)
        }) { server in
            let peer = try await server.peer()
            let held = RawRequest(Probe.hold, payload: Probe.payload("first"))
            let next = RawRequest(Probe.echo, payload: Probe.payload("second"))
            try await peer.send(held.frame(1).bytes + next.frame(3).bytes)
            #expect(try await peer.nextResponse(3).payload == Probe.payload("second"))
            gate.open()
            #expect(try await peer.nextResponse(1).payload == Probe.payload("first"))
            await peer.close()
        }
    }

    @Test("handlers that are resumed together do not run before all are")
    func gathered() async throws {
        let continuations = NIOLockedValueBox<[UnsafeContinuation<Void, Never>]>([])
        let resumed = Counter()
        try await withServer(routes: { router in
            router.text(Probe.hold) { (text, _) async throws(RPCError) in
                await withUnsafeContinuation { continuation in
                    continuations.withLockedValue { $0.append(continuation) }
                }
                resumed.add()
                return text
            }
        }) { server in
            let peer = try await server.peer()
            for streamID in [1, 3, 5] as [UInt32] {
                try await peer.send(RawRequest(Probe.hold).frame(streamID))
            }
            try await eventually("all wait") { continuations.withLockedValue { $0.count } == 3 }
            Resumptions.together {
                for continuation in continuations.withLockedValue({ $0 }) {
                    // One within another is part of it.
                    Resumptions.together { continuation.resume() }
                    usleep(20_000)
                    #expect(resumed.value == 0)
                }
            }
            for _ in 0..<3 { #expect(try await peer.nextFrame().kind == RawFrame.response) }
            #expect(resumed.value == 3)
            await peer.close()
        }
    }
}
