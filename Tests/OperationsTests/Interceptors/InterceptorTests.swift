import Logging
import Metrics
import MetricsTestKit
import NIOConcurrencyHelpers
import Operations
import RemitAPI
import TTRPC
import Testing

@Suite("Interceptors")
struct InterceptorTests {
    private let method = DebugV1.EchoService.echo
    private let refusal = RPCError(
        .invalidArgument,
        "a message that may hold a payload",
        reason: "AMOUNT_ZERO",
        field: "amount.minor_units"
    )

    private func context(_ requestID: String) -> ServerContext {
        ServerContext(
            method: method,
            metadata: Metadata([("request-id", requestID), ("authorization", "secret")]),
            peer: "127.0.0.1:5"
        )
    }

    @Test("what succeeded is logged at debug, what did not at info with its reason")
    func accessLog() {
        let recorder = Recorder()
        let log = AccessLogInterceptor(logger: recorder.logger(.debug))
        log.end(context("r1"), error: nil, replyBytes: 0, durationNanoseconds: 1_234_567)
        log.end(context("r2"), error: refusal, replyBytes: 0, durationNanoseconds: 999)
        let name = "remit.debug.v1.EchoService/Echo"
        #expect(
            recorder.lines.withLockedValue { $0 } == [
                "debug code=OK duration_us=1234 method=\(name) peer=127.0.0.1:5 reply_bytes=0 "
                    + "request_bytes=0 request_id=r1",
                "info code=INVALID_ARGUMENT duration_us=0 field=amount.minor_units "
                    + "method=\(name) peer=127.0.0.1:5 reason=AMOUNT_ZERO reply_bytes=0 "
                    + "request_bytes=0 request_id=r2",
            ]
        )
    }

    @Test("at level info the calls that succeeded leave no line")
    func accessLogAtInfo() {
        let recorder = Recorder()
        let log = AccessLogInterceptor(logger: recorder.logger(.info))
        log.end(context("r1"), error: nil, replyBytes: 0, durationNanoseconds: 1)
        #expect(recorder.lines.withLockedValue { $0.isEmpty })
        log.end(context("r2"), error: refusal, replyBytes: 0, durationNanoseconds: 1)
        #expect(recorder.lines.withLockedValue { $0.count } == 1)
    }

    @Test("a caller's request id is cut to 100 characters")
    func longRequestID() {
        let recorder = Recorder()
        let log = AccessLogInterceptor(logger: recorder.logger(.debug))
        log.end(
            context(String(repeating: "x", count: 5000)),
            error: nil,
            replyBytes: 0,
            durationNanoseconds: 1
        )
        let line = recorder.lines.withLockedValue { $0[0] }
        #expect(line.hasSuffix(" request_id=" + String(repeating: "x", count: 100)))
    }

    @Test("calls are counted by method and code, and timed by method")
    func metrics() throws {
        let factory = TestMetrics()
        let metrics = MetricsInterceptor(methods: [method], factory: factory)
        let instruments = factory.counters.count + factory.timers.count
        var sized = context("s")
        sized.requestBytes = 40
        metrics.end(sized, error: nil, replyBytes: 50, durationNanoseconds: 5)
        for (label, bytes) in [("rpc_server_request_bytes", 40.0), ("rpc_server_reply_bytes", 50)] {
            let recorder = try factory.expectRecorder(label, [("method", method.fullName)])
            #expect(recorder.values == [bytes])
        }
        metrics.end(context("a"), error: nil, replyBytes: 0, durationNanoseconds: 10)
        metrics.end(context("b"), error: nil, replyBytes: 0, durationNanoseconds: 20)
        metrics.end(context("c"), error: refusal, replyBytes: 0, durationNanoseconds: 30)
        func count(_ code: String) throws -> Int64 {
            let dimensions = [("method", method.fullName), ("code", code)]
            return try factory.expectCounter("rpc_server_calls_total", dimensions).totalValue
        }
        #expect(try count("OK") == 3)
        #expect(try count("INVALID_ARGUMENT") == 1)
        #expect(try count("INTERNAL") == 0)
        let timer = try factory.expectTimer(
            "rpc_server_duration",
            [("method", method.fullName)]
        )
        #expect(timer.values == [5, 10, 20, 30])
        #expect(factory.counters.count + factory.timers.count == instruments)
    }

    @Test("the echo handler answers with its request")
    func echo() async throws {
        let message = DebugV1.EchoMessage(payload: [0, 255, 7])
        let reply = try await EchoHandler().echo(message, context: context("e"))
        #expect(reply.payload == [0, 255, 7])
    }
}
