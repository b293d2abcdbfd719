import NIOCore
import ProtobufC
import RemitAPI
import TTRPC

/// What keeps the table from being read.
struct InteropFailure: Error {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// One line of the table that run.sh makes of cases.txt.
struct InteropCase {
    let name: String
    /// "all", "remit" or "go".
    let server: String
    /// "direct", or the relay that is called instead of the server.
    let via: String
    let method: MethodDescriptor
    /// The message of the request and that of the reply.
    let message: InteropMessage
    let request: [UInt8]
    let metadata: Metadata
    /// On the wire; nil for none.
    let timeout: TimeAmount?
    let calls: Int
    let callers: Int
    let code: Int32
    /// The bytes of the reply or of the status; nil for any.
    let expected: [UInt8]?

    /// - Throws: `InteropFailure`.
    init(line: String) throws {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 12, let timeout = Int64(fields[7]), let calls = Int(fields[8]),
            let callers = Int(fields[9]), let code = Int32(fields[10])
        else { throw InteropFailure("not a case: \(fields[0])") }
        name = fields[0]
        server = fields[1]
        via = fields[2]
        method = MethodDescriptor(
            service: fields[3],
            method: fields[4],
            scope: "",
            idempotent: false,
            maxRequestBytes: 0
        )
        message = InteropMessage(method: fields[4])
        request = try Self.data(fields[5]) ?? []
        metadata = Metadata(
            fields[6].split(separator: " ").filter { $0 != "-" }.map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                return (key: parts[0], value: parts.count > 1 ? parts[1] : "")
            }
        )
        self.timeout = timeout == 0 ? nil : .milliseconds(timeout)
        self.calls = calls
        self.callers = callers
        self.code = code
        expected = try Self.data(fields[11])
    }

    /// "=" and hexadecimal digits, or "-" for nothing.
    private static func data(_ field: String) throws -> [UInt8]? {
        guard field.hasPrefix("=") else { return nil }
        let digits = Array(field.utf8.dropFirst())
        return try stride(from: 0, to: digits.count - 1, by: 2).map { start in
            let pair = String(decoding: digits[start..<start + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else {
                throw InteropFailure("not hexadecimal: \(pair)")
            }
            return byte
        }
    }
}

/// Which messages a method takes and gives.
enum InteropMessage {
    case health
    case inspect
    case fail
    case sleep
    /// The echo's, which stand for those of methods that are not there, too.
    case echo

    init(method: String) {
        switch method {
        case "Check": self = .health
        case "Inspect": self = .inspect
        case "Fail": self = .fail
        case "Sleep": self = .sleep
        default: self = .echo
        }
    }

    /// Makes the call as a generated client does.
    ///
    /// - Returns: the reply, encoded again.
    /// - Throws: `RPCError`, `WireError`.
    func send(
        _ test: InteropCase,
        _ client: RPCClient,
        _ options: CallOptions
    ) async throws -> [UInt8] {
        switch self {
        case .health:
            try await Exchange<GRPCHealthV1.HealthCheckRequest, GRPCHealthV1.HealthCheckResponse>
                .make(test, client, options)
        case .inspect:
            try await Exchange<DebugV1.InspectRequest, DebugV1.InspectReply>
                .make(test, client, options)
        case .fail:
            try await Exchange<GoogleRPC.Status, DebugV1.InspectReply>.make(test, client, options)
        case .sleep:
            try await Exchange<DebugV1.SleepMessage, DebugV1.SleepMessage>
                .make(test, client, options)
        case .echo:
            try await Exchange<DebugV1.EchoMessage, DebugV1.EchoMessage>
                .make(test, client, options)
        }
    }
}

/// A call of a method with these messages.
private enum Exchange<Request: WireMessage, Reply: WireMessage> {
    static func make(
        _ test: InteropCase,
        _ client: RPCClient,
        _ options: CallOptions
    ) async throws -> [UInt8] {
        let request = try Request(serialized: test.request)
        let reply: Reply = try await client.call(test.method, request, options: options)
        return try reply.serialized()
    }
}
