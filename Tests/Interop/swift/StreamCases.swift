import NIOCore
import RemitAPI
import TTRPC

/// What streams must do between this package's client and server: the other libraries of the suite
/// have none.
struct StreamCases {
    typealias Case = @Sendable (DebugV1.EchoServiceClient) async throws -> String?

    /// Each says what is wrong, or nothing.
    static let all: [(name: String, run: Case)] = [
        ("stream from the server", fromServer),
        ("stream to the server", toServer),
        ("stream both ways", bothWays),
        ("stream half-closed", halfClosed),
        ("stream with no message", empty),
        ("error in mid-stream", errorInMidStream),
        ("deadline in mid-stream", deadlineInMidStream),
        ("stream given up", givenUp),
        ("stream with a slow reader", slowReader),
        ("many streams at once", many),
    ]

    private static let options = CallOptions(timeout: .seconds(20))

    private static func message(_ text: String) -> DebugV1.EchoMessage {
        DebugV1.EchoMessage(payload: Array(text.utf8))
    }

    @Sendable
    private static func fromServer(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        let request = DebugV1.ExpandRequest(payload: Array("x".utf8), count: 1000)
        var count = 0
        for try await reply in try await echo.expand(request, options: options) {
            guard reply == message("x") else { return "message \(count) is \(reply)" }
            count += 1
        }
        return count == 1000 ? nil : "\(count) messages"
    }

    @Sendable
    private static func toServer(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        let stream = try await echo.collect(options: options)
        for number in 0..<1000 { try await stream.requests.write(message("\(number % 10)")) }
        let reply = try await stream.reply()
        return reply.messages == 1000 && reply.bytes == 1000 ? nil : "\(reply)"
    }

    @Sendable
    private static func bothWays(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        let stream = try await echo.echoStream(options: options)
        for number in 0..<200 {
            try await stream.requests.write(message("\(number)"))
            let reply = try await stream.replies.next()
            guard reply == message("\(number)") else { return "\(number): \(reply as Any)" }
        }
        stream.finish()
        return try await stream.replies.next() == nil ? nil : "one message too many"
    }

    @Sendable
    private static func halfClosed(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        let stream = try await echo.echoStream(options: options)
        for number in 0..<100 { try await stream.requests.write(message("\(number)")) }
        stream.finish()
        for number in 0..<100 {
            let reply = try await stream.replies.next()
            guard reply == message("\(number)") else { return "\(number): \(reply as Any)" }
        }
        return try await stream.replies.next() == nil ? nil : "one message too many"
    }

    @Sendable
    private static func empty(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        let stream = try await echo.echoStream(options: options)
        stream.finish()
        guard try await stream.replies.next() == nil else { return "a message came back" }
        let reply = try await echo.collect(options: options).reply()
        return reply == DebugV1.CollectReply() ? nil : "\(reply)"
    }

    @Sendable
    private static func errorInMidStream(
        _ echo: DebugV1.EchoServiceClient
    ) async throws -> String? {
        let code = RPCCode.failedPrecondition
        let request = DebugV1.ExpandRequest(
            payload: Array("x".utf8),
            count: 50,
            failCode: code.rawValue
        )
        let replies = try await echo.expand(request, options: options)
        for number in 0..<50 where try await replies.next() == nil { return "ended at \(number)" }
        return await ends(replies, with: code)
    }

    @Sendable
    private static func deadlineInMidStream(
        _ echo: DebugV1.EchoServiceClient
    ) async throws -> String? {
        let stream = try await echo.echoStream(options: CallOptions(timeout: .milliseconds(200)))
        try await stream.requests.write(message("a"))
        guard try await stream.replies.next() == message("a") else { return "no message first" }
        return await ends(stream.replies, with: .deadlineExceeded)
    }

    @Sendable
    private static func givenUp(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        let stream = try await echo.echoStream(options: options)
        try await stream.requests.write(message("a"))
        guard try await stream.replies.next() == message("a") else { return "no message first" }
        stream.cancel()
        if let failure = await ends(stream.replies, with: .cancelled) { return failure }
        return try await echo.echo(message("b"), options: options) == message("b")
            ? nil : "the connection is not as it was"
    }

    /// 64 MiB for a reader who lets them wait: the server must wait too, and answer other calls of
    /// the connection meanwhile.
    @Sendable
    private static func slowReader(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        let request = DebugV1.ExpandRequest(
            payload: [UInt8](repeating: 0x78, count: 32 << 10),
            count: 2048
        )
        let replies = try await echo.expand(request, options: options)
        var count = 0
        while let reply = try await replies.next() {
            guard reply.payload.count == request.payload.count else { return "a short message" }
            count += 1
            guard count % 512 == 1 else { continue }
            try await Task.sleep(for: .milliseconds(100))
            let meanwhile = try await echo.echo(message("b"), options: options)
            guard meanwhile == message("b") else { return "a call meanwhile: \(meanwhile)" }
        }
        return count == 2048 ? nil : "\(count) messages"
    }

    @Sendable
    private static func many(_ echo: DebugV1.EchoServiceClient) async throws -> String? {
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<32 { group.addTask { try await halfClosed(echo) } }
            return try await group.first { $0 != nil } ?? nil
        }
    }

    /// Reads a stream that must end with an error.
    private static func ends(
        _ replies: RPCMessages<DebugV1.EchoMessage>,
        with code: RPCCode
    ) async -> String? {
        do throws(RPCError) {
            let reply = try await replies.next()
            return "\(reply as Any) in place of an error"
        } catch {
            return error.code == code ? nil : "\(error)"
        }
    }
}
