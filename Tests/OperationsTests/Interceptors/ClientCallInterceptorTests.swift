import Logging
import MetricsTestKit
import NIOConcurrencyHelpers
import Operations
import RemitAPI
import TTRPC
import Testing

@Suite("Client interceptors: metrics and log")
struct ClientCallInterceptorTests {
    private let method = DebugV1.EchoService.echo
    private let lost = RPCError(
        .unavailable,
        "a message that may hold a payload",
        reason: "CONNECTION_LOST",
        origin: .lost
    )

    @Test("calls are counted by method and code, timed by method, and others are left out")
    func metrics() throws {
        let factory = TestMetrics()
        let metrics = ClientMetricsInterceptor(methods: [method], factory: factory)
        let instruments = factory.counters.count + factory.timers.count
        let options = CallOptions()
        metrics.end(method, options, error: nil, durationNanoseconds: 10)
        metrics.end(method, options, error: lost, durationNanoseconds: 20)
        let other = GatewayV1.VaultService.getCard
        metrics.end(other, options, error: nil, durationNanoseconds: 30)
        func count(_ code: String) throws -> Int64 {
            let dimensions = [("method", method.fullName), ("code", code)]
            return try factory.expectCounter("rpc_client_calls_total", dimensions).totalValue
        }
        #expect(try count("OK") == 1)
        #expect(try count("UNAVAILABLE") == 1)
        let timer = try factory.expectTimer(
            "rpc_client_duration",
            [("method", method.fullName)]
        )
        #expect(timer.values == [10, 20])
        #expect(factory.counters.count + factory.timers.count == instruments)
    }

    @Test("what succeeded is logged at debug, what did not at info with what is known of it")
    func log() {
        let recorder = Recorder()
        let log = ClientLogInterceptor(logger: recorder.logger(.debug))
        let options = CallOptions(
            metadata: Metadata([
                ("request-id", "r1"), ("authorization", "secret"),
                ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ])
        )
        log.end(method, options, error: nil, durationNanoseconds: 1_234_567)
        log.end(method, options, error: lost, durationNanoseconds: 999)
        let name = "remit.debug.v1.EchoService/Echo"
        let ids = "request_id=r1 trace_id=4bf92f3577b34da6a3ce929d0e0e4736"
        #expect(
            recorder.lines.withLockedValue { $0 } == [
                "debug code=OK duration_us=1234 method=\(name) \(ids)",
                "info code=UNAVAILABLE duration_us=0 method=\(name) origin=lost "
                    + "reason=CONNECTION_LOST \(ids)",
            ]
        )
        let quiet = Recorder()
        ClientLogInterceptor(logger: quiet.logger(.info))
            .end(method, options, error: nil, durationNanoseconds: 1)
        #expect(quiet.lines.withLockedValue { $0.isEmpty })
    }
}
