import NIOConcurrencyHelpers
import TTRPC
import Testing

/// Writes down its stage, and what the stages before it noted.
private final class Stage: ServerInterceptor {
    let stage: CallStage
    let seen: NIOLockedValueBox<[String]>

    init(stage: CallStage, seen: NIOLockedValueBox<[String]>) {
        self.stage = stage
        self.seen = seen
    }

    func begin(_ context: inout ServerContext) throws(RPCError) {
        let noted = context.mintedRequestID ?? 0
        context.mintedRequestID = noted + 1
        seen.withLockedValue { $0.append("begin \(stage) \(noted)") }
    }

    func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {
        let noted = context.mintedRequestID ?? 0
        seen.withLockedValue {
            $0.append("end \(stage) \(noted) \(context.requestBytes) \(replyBytes > 0)")
        }
    }
}

@Suite("Stages of a call", .timeLimit(testBound))
struct CallStageTests {
    @Test("interceptors take their turns by stage, however they are given")
    func order() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        let stages: [CallStage] = [.accessLog, .metrics, .requestID, .tracing]
        try await withServer(interceptors: stages.map { Stage(stage: $0, seen: seen) }) { server in
            let peer = try await server.peer()
            let payload = Probe.payload("12345678")
            #expect(try await peer.call(RawRequest(Probe.echo, payload: payload), 1).status == nil)
            await peer.close()
        }
        #expect(
            seen.withLockedValue { $0 } == [
                "begin requestID 0", "begin tracing 1", "begin metrics 2", "begin accessLog 3",
                "end requestID 4 10 true", "end tracing 4 10 true", "end metrics 4 10 true",
                "end accessLog 4 10 true",
            ]
        )
    }

    @Test("what the limits refuse reaches no interceptor's beginning, and every end")
    func refused() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        let gate = Gate()
        try await withServer(
            { $0.maxCallsInService = 1 },
            interceptors: [Stage(stage: .accessLog, seen: seen)],
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await eventually("a call runs") { gate.entered == 1 }
            _ = try await peer.call(RawRequest(Probe.echo), 3)
            #expect(
                seen.withLockedValue { $0 } == ["begin accessLog 0", "end accessLog 0 0 true"]
            )
            gate.open()
            await peer.close()
        }
    }
}
