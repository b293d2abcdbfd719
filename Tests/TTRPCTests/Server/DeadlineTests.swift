import Foundation
import NIOCore
import TTRPC
import Testing

@Suite("Deadlines", .timeLimit(testBound))
struct DeadlineTests {
    @Test(
        "a deadline that has passed before is answered without the handler",
        arguments: [-1, Int64.min]
    )
    func expired(nanoseconds: Int64) async throws {
        let handled = Counter()
        try await withServer(routes: { router in
            router.text(Probe.echo) { (text, _) async throws(RPCError) in
                handled.add()
                return text
            }
        }) { server in
            let peer = try await server.peer()
            let request = RawRequest(Probe.echo, timeoutNanoseconds: nanoseconds)
            let error = try #require(try await peer.call(request, 1).error)
            #expect(error.code == .deadlineExceeded)
            #expect(handled.value == 0)
            #expect(try await peer.call(RawRequest(Probe.echo), 3).status == nil)
            #expect(handled.value == 1)
            await peer.close()
        }
    }

    @Test("a deadline that lies beyond all time is none", arguments: [Int64.max, Int64.max / 2])
    func farAway(nanoseconds: Int64) async throws {
        let gate = Gate()
        try await withServer(routes: { $0.hold(gate) }) { server in
            let peer = try await server.peer()
            let request = RawRequest(
                Probe.hold,
                payload: Probe.payload("x"),
                timeoutNanoseconds: nanoseconds
            )
            try await peer.send(request.frame(1))
            try await eventually("the handler runs") { gate.entered == 1 }
            gate.open()
            #expect(try await peer.nextResponse(1).payload == Probe.payload("x"))
            await peer.close()
        }
    }

    @Test("the time that a request waits here for room is its own")
    func waitsForRoom() throws {
        let handled = Counter()
        let server = try MemoryServer { router in
            router.text(Probe.hold) { (text, _) async throws(RPCError) in
                handled.add()
                return text
            }
        }
        server.setWritable(false, on: 0)
        for (streamID, nanoseconds) in [(UInt32(1), Int64(1_000_000)), (3, 3_600_000_000_000)] {
            let request = RawRequest(Probe.hold, timeoutNanoseconds: nanoseconds)
            try server.receive(request.frame(streamID), on: 0)
        }
        usleep(5000)
        server.setWritable(true, on: 0)
        server.run()
        var replies: [UInt8] = []
        while let reply = try server.sent(on: 0) { replies += reply.readableBytesView }
        var position = 0
        let late = try #require(RawFrame.take(replies, from: &position))
        #expect(late.streamID == 1)
        #expect(try RawResponse(decoding: late.data).error?.code == .deadlineExceeded)
        let inTime = try #require(RawFrame.take(replies, from: &position))
        #expect(inTime.streamID == 3)
        #expect(try RawResponse(decoding: inTime.data).error == nil)
        #expect(handled.value == 1)
        try server.close()
    }

    @Test("when a deadline passes the caller is told once, and the handler is cancelled")
    func passes() async throws {
        let gate = Gate()
        try await withServer(
            { $0.maxStreamsPerConnection = 1 },
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            let peer = try await server.peer()
            let request = RawRequest(Probe.hold, timeoutNanoseconds: 30_000_000)
            let error = try #require(try await peer.call(request, 1).error)
            #expect(error.code == .deadlineExceeded)
            try await eventually("the handler is cancelled") { gate.cancelled == 1 }
            try await eventually("the handler goes on") { gate.left == 1 }
            // The next frame is this call's: nothing came for the first one again, and its
            // place is free.
            let next = try await peer.call(RawRequest(Probe.echo, payload: Probe.payload("n")), 3)
            #expect(next.payload == Probe.payload("n"))
            await peer.close()
        }
    }

    @Test("a handler that does not mind its cancellation cannot answer after the deadline")
    func stubborn() async throws {
        let gate = Gate()
        let done = Counter()
        try await withServer(routes: { router in
            router.echo()
            router.text(Probe.hold) { (text, _) async throws(RPCError) in
                // A task of its own does not know that the call was cancelled.
                await Task { await gate.pass() }.value
                done.add()
                return text
            }
        }) { server in
            let peer = try await server.peer()
            let request = RawRequest(Probe.hold, timeoutNanoseconds: 10_000_000)
            #expect(try await peer.call(request, 1).error?.code == .deadlineExceeded)
            gate.open()
            try await eventually("the handler is done") { done.value == 1 }
            let next = try await peer.call(RawRequest(Probe.echo, payload: Probe.payload("n")), 3)
            #expect(next.payload == Probe.payload("n"))
            await peer.close()
        }
    }

    @Test("a call that is answered in time is not disturbed by its deadline")
    func inTime() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.hold(gate)
        }) { server in
            let peer = try await server.peer()
            // The second deadline passes after the first call was answered, and has one answer.
            let soon = RawRequest(Probe.echo, timeoutNanoseconds: 5_000_000_000)
            #expect(try await peer.call(soon, 1).status == nil)
            let later = RawRequest(Probe.hold, timeoutNanoseconds: 20_000_000)
            #expect(try await peer.call(later, 3).error?.code == .deadlineExceeded)
            await peer.close()
        }
    }
}
