import ProtobufC
import TTRPC
import Testing

@Suite("Errors on the wire")
struct StatusTests {
    private static let errors = [
        RPCError(.unavailable, ""),
        RPCError(.notFound, "There is no such payment."),
        RPCError(.invalidArgument, "Zero.", reason: "AMOUNT_ZERO", field: "amount.minor_units"),
        RPCError(.aborted, "Fenced.", reason: "KEY_FENCED"),
        RPCError(.invalidArgument, "é漢🙂", field: "name"),
        RPCError(.resourceExhausted, "Wait.", reason: "OVERLOAD", retryAfterMilliseconds: 100),
        RPCError(.resourceExhausted, "Wait.", retryAfterMilliseconds: 0),
        RPCError(.unavailable, "Wait.", retryAfterMilliseconds: 86_400_001),
        RPCError(
            .failedPrecondition,
            "All of it.",
            reason: "R",
            field: "f",
            retryAfterMilliseconds: 1999
        ),
    ]

    @Test("an error comes back the same", arguments: errors)
    func roundTrip(error: RPCError) throws {
        let bytes = try GoogleRPC.Status(error).serialized()
        #expect(RPCError(try GoogleRPC.Status(serialized: bytes)) == error)
    }

    @Test("every code but OK comes back the same", arguments: RPCCode.allCases.filter { $0 != .ok })
    func codes(code: RPCCode) {
        let status = GoogleRPC.Status(RPCError(code, "x"))
        #expect(status.code == code.rawValue)
        #expect(status.details.isEmpty)
        #expect(RPCError(status).code == code)
    }

    @Test("reason, field and delay are google.rpc details, each with its type's URL")
    func details() throws {
        let error = RPCError(
            .invalidArgument,
            "Zero.",
            reason: "AMOUNT_ZERO",
            field: "amount",
            retryAfterMilliseconds: 1250
        )
        let details = GoogleRPC.Status(error).details
        #expect(
            details.map(\.typeURL) == [
                "type.googleapis.com/google.rpc.ErrorInfo",
                "type.googleapis.com/google.rpc.BadRequest",
                "type.googleapis.com/google.rpc.RetryInfo",
            ]
        )
        #expect(
            details.map(\.value) == [
                HandWriter.write { writer in
                    writer.text(1, "AMOUNT_ZERO")
                    writer.text(2, "remit")
                },
                HandWriter.write { writer in
                    writer.message(1) { inner in
                        inner.text(1, "amount")
                        inner.text(2, "Zero.")
                    }
                },
                HandWriter.write { writer in
                    writer.message(1) { inner in
                        inner.number(1, 1)
                        inner.number(2, 250_000_000)
                    }
                },
            ]
        )
    }

    @Test("a code that has no name is UNKNOWN, and keeps its message", arguments: [-1, 17, .max])
    func unknownCode(code: Int32) {
        let error = RPCError(GoogleRPC.Status(code: code, message: "odd"))
        #expect(error == RPCError(.unknown, "odd"))
    }

    @Test("details that cannot be read, or are of another type, are left out")
    func foreignDetails() {
        let prefix = "type.googleapis.com/"
        let status = GoogleRPC.Status(
            code: 5,
            message: "m",
            details: [
                GoogleProtobuf.AnyMessage(
                    typeURL: prefix + "google.rpc.ErrorInfo",
                    value: [0x0A, 9, 1]
                ),
                GoogleProtobuf.AnyMessage(typeURL: prefix + "google.rpc.Help", value: [1, 2, 3]),
                GoogleProtobuf.AnyMessage(typeURL: "", value: []),
                GoogleProtobuf.AnyMessage(typeURL: prefix + "google.rpc.BadRequest", value: []),
                GoogleProtobuf.AnyMessage(typeURL: prefix + "google.rpc.RetryInfo", value: []),
            ]
        )
        #expect(RPCError(status) == RPCError(.notFound, "m"))
    }

    @Test(
        "a delay that milliseconds cannot hold is left out, never a wrapped number",
        arguments: [
            GoogleProtobuf.Duration(seconds: .max, nanos: 0),
            GoogleProtobuf.Duration(seconds: .min, nanos: 0),
            GoogleProtobuf.Duration(seconds: .max / 1000, nanos: 999_999_999),
        ]
    )
    func hugeDelays(delay: GoogleProtobuf.Duration) throws {
        let info = GoogleRPC.RetryInfo(retryDelay: delay)
        let detail = GoogleProtobuf.AnyMessage(
            typeURL: "type.googleapis.com/google.rpc.RetryInfo",
            value: try info.serialized()
        )
        let error = RPCError(GoogleRPC.Status(code: 14, message: "", details: [detail]))
        #expect(error.retryAfterMilliseconds == nil)
    }

    @Test("a request that cannot be decoded says why")
    func wireErrors() {
        let malformed = RPCError(WireError.malformed(message: "a.B"))
        #expect(malformed.code == .invalidArgument)
        #expect(malformed.reason == "MALFORMED_MESSAGE")
        let large = RPCError(WireError.tooLarge(message: "a.B"))
        #expect(large.code == .resourceExhausted)
        #expect(large.reason == "MESSAGE_TOO_LARGE")
        let text = RPCError(WireError.invalidText(message: "a.B", field: "name"))
        #expect(text.code == .invalidArgument)
        #expect(text.reason == "BAD_TEXT")
        #expect(text.field == "name")
        #expect([malformed, large, text].allSatisfy { $0.origin == .peer })
    }
}
