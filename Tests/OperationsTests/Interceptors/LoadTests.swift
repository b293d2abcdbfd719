import Logging
import Metrics
import MetricsTestKit
import NIOConcurrencyHelpers
import NIOCore
import Operations
import RemitAPI
import TTRPC
import Testing

@Suite("Load as operators see it")
struct LoadTests {
    private static let refusals = [
        RPCError(.resourceExhausted, "", reason: "OVERLOAD", retryAfterMilliseconds: 64),
        RPCError(.unauthenticated, "", reason: "CREDENTIAL_MISSING"),
        RPCError(.permissionDenied, "", reason: "SCOPE_MISSING"),
    ]
    private let context = ServerContext(method: DebugV1.EchoService.echo, peer: "127.0.0.1:5")

    @Test(
        "a flood of refusals has a few lines, and the next line counts the others",
        arguments: refusals
    )
    func flood(refusal: RPCError) {
        let recorder = Recorder()
        let now = NIOLockedValueBox(NIODeadline.uptimeNanoseconds(5_000_000_000))
        let log = AccessLogInterceptor(logger: recorder.logger(.info)) {
            now.withLockedValue { $0 }
        }
        for _ in 0..<1000 {
            log.end(context, error: refusal, replyBytes: 0, durationNanoseconds: 1)
        }
        let most = LineBudget.linesPerSecond
        #expect(recorder.lines.withLockedValue { $0.count } == most)
        now.withLockedValue { $0 = $0 + .seconds(1) }
        for _ in 0..<3 { log.end(context, error: refusal, replyBytes: 0, durationNanoseconds: 1) }
        let lines = recorder.lines.withLockedValue { $0 }
        #expect(lines.count == most + 3)
        #expect(lines[most].contains("refusals_not_logged=\(1000 - most)"))
        #expect(lines.filter { $0.contains("refusals_not_logged=") }.count == 1)
    }

    @Test("a flood of one kind of refusal takes no lines from another kind")
    func floodOfEach() {
        let recorder = Recorder()
        let log = AccessLogInterceptor(logger: recorder.logger(.info)) {
            .uptimeNanoseconds(5_000_000_000)
        }
        for refusal in Self.refusals {
            for _ in 0..<100 {
                log.end(context, error: refusal, replyBytes: 0, durationNanoseconds: 1)
            }
        }
        let most = LineBudget.linesPerSecond
        #expect(recorder.lines.withLockedValue { $0.count } == Self.refusals.count * most)
    }

    @Test(
        "other failures have a line each",
        arguments: [
            RPCError(.notFound, "", reason: "NOT_FOUND"),
            RPCError(.resourceExhausted, "", reason: "MESSAGE_TOO_LARGE"),
        ]
    )
    func others(error: RPCError) {
        let recorder = Recorder()
        let log = AccessLogInterceptor(logger: recorder.logger(.info))
        for _ in 0..<100 {
            log.end(
                context,
                error: error,
                replyBytes: 0,
                durationNanoseconds: 1
            )
        }
        #expect(recorder.lines.withLockedValue { $0.count } == 100)
    }

    @Test("a line tells the trace, the time left and the bytes")
    func line() throws {
        let recorder = Recorder()
        let log = AccessLogInterceptor(logger: recorder.logger(.debug))
        var context = ServerContext(
            method: DebugV1.EchoService.echo,
            deadline: .now() + .hours(1),
            peer: "127.0.0.1:5"
        )
        context.requestBytes = 12
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let incoming = try #require(TraceContext(parent))
        context.trace = CallTrace(incoming: incoming, outgoing: incoming.from(span: 255))
        log.end(context, error: nil, replyBytes: 34, durationNanoseconds: 1)
        let line = recorder.lines.withLockedValue { $0[0] }
        for part in [
            "trace_id=4bf92f3577b34da6a3ce929d0e0e4736", "span_id=00000000000000ff",
            "request_bytes=12", "reply_bytes=34", "deadline_left_us=3",
        ] {
            #expect(line.contains(part), "\(line)")
        }
    }

    @Test("gauges show what there is, and counters what was refused since the last look")
    func metrics() throws {
        let factory = TestMetrics()
        let statistics = NIOLockedValueBox(ServerStatistics())
        let metrics = LoadMetrics(factory: factory) { statistics.withLockedValue { $0 } }
        statistics.withLockedValue {
            $0.callsInService = 3
            $0.streamsInService = 2
            $0.bufferedBytes = 400
            $0.connections = 5
            $0.refused = [.concurrency: 7]
        }
        metrics.record()
        metrics.record()
        statistics.withLockedValue { $0.refused = [.concurrency: 9, .abandoned: 1] }
        metrics.record()
        let calls = try factory.expectGauge("rpc_server_calls_in_service")
        #expect(calls.lastValue == 3)
        #expect(try factory.expectGauge("rpc_server_streams_in_service").lastValue == 2)
        #expect(try factory.expectGauge("rpc_server_buffered_bytes").lastValue == 400)
        #expect(try factory.expectGauge("rpc_server_connections").lastValue == 5)
        func refused(_ limit: ServerLimit) throws -> Int64 {
            let dimensions = [("limit", limit.name)]
            return try factory.expectCounter("rpc_server_refused_total", dimensions).totalValue
        }
        #expect(try refused(.concurrency) == 9)
        #expect(try refused(.abandoned) == 1)
        #expect(try refused(.bufferedBytes) == 0)
    }
}
