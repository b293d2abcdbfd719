import NIOCore
package import RemitAPI
package import TTRPC

/// `remit.debug.v1.EchoService`: measures the RPC layer alone, and calls of a known cost.
package struct EchoHandler: DebugV1.EchoServiceHandler {
    /// The longest stream that `Expand` answers with, in messages.
    package static let maxExpandCount: UInt32 = 1_000_000
    /// The longest time that `Work` keeps its loop busy, in microseconds.
    package static let maxBusyMicroseconds: UInt32 = 1_000_000
    /// The most commits that `Work` waits for.
    package static let maxCommits: UInt32 = 16

    /// The most hand-offs that `Work` waits for.
    package static let maxHandoffs: UInt32 = 16

    /// Makes something durable, together with all that is committed at the same time.
    package typealias Commit = @Sendable () async throws -> Void

    private let commit: Commit?
    private let handoff = GroupHandoff()

    /// - Parameter commit: what `Work` waits for; nil where there is no store.
    package init(commit: Commit? = nil) {
        self.commit = commit
    }

    package func echo(
        _ request: DebugV1.EchoMessage,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.EchoMessage {
        request
    }

    package func echoStream(
        _ requests: RPCMessages<DebugV1.EchoMessage>,
        responses: RPCWriter<DebugV1.EchoMessage>,
        context: ServerContext
    ) async throws(RPCError) {
        while let request = try await requests.next() {
            try await responses.write(request)
        }
    }

    package func expand(
        _ request: DebugV1.ExpandRequest,
        responses: RPCWriter<DebugV1.EchoMessage>,
        context: ServerContext
    ) async throws(RPCError) {
        try Self.check(
            request.count,
            atMost: Self.maxExpandCount,
            "At most \(Self.maxExpandCount) messages can be asked for.",
            field: "count"
        )
        let message = DebugV1.EchoMessage(payload: request.payload)
        for _ in 0..<request.count { try await responses.write(message) }
        if let code = RPCCode(rawValue: request.failCode), code != .ok {
            throw RPCError(code, "The stream fails, as it was asked to.")
        }
    }

    package func collect(
        _ requests: RPCMessages<DebugV1.EchoMessage>,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.CollectReply {
        var reply = DebugV1.CollectReply()
        while let request = try await requests.next() {
            reply.messages += 1
            reply.bytes += UInt64(request.payload.count)
        }
        return reply
    }

    package func work(
        _ request: DebugV1.WorkRequest,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.EchoMessage {
        try Self.check(
            request.busyMicroseconds,
            atMost: Self.maxBusyMicroseconds,
            "A call keeps its loop busy for at most \(Self.maxBusyMicroseconds) microseconds.",
            reason: "BAD_TIME",
            field: "busy_microseconds"
        )
        try Self.check(
            request.commits,
            atMost: Self.maxCommits,
            "A call waits for at most \(Self.maxCommits) commits.",
            field: "commits"
        )
        try Self.check(
            request.handoffs,
            atMost: Self.maxHandoffs,
            "A call waits for at most \(Self.maxHandoffs) hand-offs.",
            field: "handoffs"
        )
        let end = NIODeadline.now() + .microseconds(Int64(request.busyMicroseconds))
        while NIODeadline.now() < end {}
        for _ in 0..<request.handoffs { await handoff.wait() }
        for _ in 0..<request.commits { try await commitOnce() }
        return DebugV1.EchoMessage(payload: request.payload)
    }

    private static func check(
        _ value: UInt32,
        atMost most: UInt32,
        _ message: @autoclosure () -> String,
        reason: String = "BAD_COUNT",
        field: String
    ) throws(RPCError) {
        guard value <= most else {
            throw RPCError(.invalidArgument, message(), reason: reason, field: field)
        }
    }

    private func commitOnce() async throws(RPCError) {
        guard let commit else {
            throw RPCError(
                .invalidArgument,
                "There is no store to commit to.",
                reason: "BAD_COUNT",
                field: "commits"
            )
        }
        do {
            try await commit()
        } catch {
            throw error as? RPCError ?? RPCError(.internal, "The commit failed: \(error)")
        }
    }
}
