import TTRPC
import Testing

@Suite("Trace context")
struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    @Test("a traceparent is read and written", arguments: ["00", "01"])
    func roundTrip(flags: String) throws {
        let text = "00-\(Self.trace)-\(Self.parent)-\(flags)"
        let context = try #require(TraceContext(text))
        #expect(context.traceID == Self.trace)
        #expect(context.parentID == 0x00F0_67AA_0BA9_02B7)
        #expect(context.flags == (flags == "01" ? 1 : 0))
        #expect(context.text == text)
    }

    @Test("flags that version 00 does not define are not passed on")
    func unknownFlags() throws {
        let context = try #require(TraceContext("00-\(Self.trace)-\(Self.parent)-ff"))
        #expect(context.text.hasSuffix("-01"))
        let other = try #require(TraceContext("00-\(Self.trace)-\(Self.parent)-fe"))
        #expect(other.text.hasSuffix("-00"))
    }

    @Test(
        "a later version is read as far as it is known",
        arguments: [
            "cc-TRACE-PARENT-01", "01-TRACE-PARENT-01-what-comes-later", "fe-TRACE-PARENT-01-",
        ]
    )
    func later(pattern: String) throws {
        let context = try #require(TraceContext(Self.filled(pattern)))
        #expect(context.text == "00-\(Self.trace)-\(Self.parent)-01")
    }

    @Test(
        "what is no traceparent is none",
        arguments: [
            "", "00", "00-TRACE-PARENT", "00-TRACE-PARENT-", "00-TRACE-PARENT-1",
            "00-TRACE-PARENT-01-", "00-TRACE-PARENT-01-more", "00-TRACE-PARENT-011",
            "01-TRACE-PARENT-01.more", "01-TRACE-PARENT-011", "ff-TRACE-PARENT-01",
            "0-TRACE-PARENT-001", "00_TRACE-PARENT-01", "00-TRACE_PARENT-01", "00-TRACE-PARENT_01",
            " 00-TRACE-PARENT-01", "00-TRACE-PARENT-0g", "0G-TRACE-PARENT-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-PARENT-01",
            "00-TRACE-00F067AA0BA902B7-01",
            "00-00000000000000000000000000000000-PARENT-01",
            "00-TRACE-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-PARENT-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-PARENT-001",
        ]
    )
    func none(pattern: String) {
        #expect(TraceContext(Self.filled(pattern)) == nil)
    }

    @Test("one half of a trace's id may be zero, both may not")
    func halfZero() {
        let low = "00-0000000000000000a3ce929d0e0e4736-\(Self.parent)-00"
        #expect(TraceContext(low)?.text == low)
        let high = "00-4bf92f3577b34da60000000000000000-\(Self.parent)-00"
        #expect(TraceContext(high)?.text == high)
    }

    @Test("another span of the trace has the trace's id and flags")
    func child() throws {
        let context = try #require(TraceContext("00-\(Self.trace)-\(Self.parent)-01"))
        #expect(context.from(span: 255).text == "00-\(Self.trace)-00000000000000ff-01")
    }

    @Test("what is written is read again", arguments: 1...200)
    func anyContext(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let context = TraceContext(
            traceIDHigh: random.next(),
            traceIDLow: random.next(),
            parentID: random.next(),
            flags: UInt8(random.next() & 1)
        )
        #expect(TraceContext(context.text) == context)
        // A byte changed is read as something else, or not at all; never as the same.
        var bytes = Array(context.text.utf8)
        let index = Int.random(in: bytes.indices, using: &random)
        bytes[index] ^= UInt8.random(in: 1...127, using: &random)
        #expect(TraceContext(String(decoding: bytes, as: UTF8.self))?.text != context.text)
    }

    @Test("a call made on behalf of another takes its name and its trace along")
    func propagated() throws {
        var context = ServerContext(
            method: Probe.echo,
            metadata: Metadata([("request-id", "r1"), ("authorization", "secret")])
        )
        let incoming = try #require(TraceContext("00-\(Self.trace)-\(Self.parent)-01"))
        context.trace = CallTrace(incoming: incoming, outgoing: incoming.from(span: 1))
        context.mintedRequestID = 0xAB
        var options = CallOptions()
        try ServerContext.$current.withValue(context) {
            try ClientRequestIDInterceptor().begin(Probe.echo, &options)
            try ClientTracingInterceptor().begin(Probe.echo, &options)
        }
        #expect(options.metadata["request-id"] == "00000000000000ab")
        #expect(options.metadata["authorization"] == nil)
        let told = try #require(options.metadata["traceparent"].flatMap { TraceContext($0) })
        #expect(told.traceID == Self.trace)
        #expect(told.flags == 1)
        // A span of its own: neither the caller's nor the one that serves.
        #expect(told.parentID != 1 && told.parentID != incoming.parentID)
    }

    private static func filled(_ pattern: String) -> String {
        pattern.replacing("TRACE", with: trace).replacing("PARENT", with: parent)
    }
}
