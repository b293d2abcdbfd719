import NIOCore
import TTRPC
import Testing

@Suite("What calls are made of")
struct CallTests {
    @Test("metadata keeps its order, lowers keys and gives the first value of a key")
    func metadata() {
        var metadata = Metadata([("B", "1"), ("a", "2")])
        metadata.append("b", "3")
        #expect(metadata.pairs.map(\.key) == ["b", "a", "b"])
        #expect(metadata.pairs.map(\.value) == ["1", "2", "3"])
        #expect(metadata["b"] == "1")
        #expect(metadata["c"] == nil)
        #expect(metadata == Metadata([("b", "1"), ("A", "2"), ("B", "3")]))
        #expect(metadata != Metadata([("a", "2"), ("b", "1"), ("b", "3")]))
        #expect(Metadata() == Metadata([]))
    }

    @Test("codes have gRPC's numbers and names")
    func codes() {
        let expected: [(Int32, String)] = [
            (0, "OK"), (1, "CANCELLED"), (2, "UNKNOWN"), (3, "INVALID_ARGUMENT"),
            (4, "DEADLINE_EXCEEDED"), (5, "NOT_FOUND"), (6, "ALREADY_EXISTS"),
            (7, "PERMISSION_DENIED"), (8, "RESOURCE_EXHAUSTED"), (9, "FAILED_PRECONDITION"),
            (10, "ABORTED"), (11, "OUT_OF_RANGE"), (12, "UNIMPLEMENTED"), (13, "INTERNAL"),
            (14, "UNAVAILABLE"), (15, "DATA_LOSS"), (16, "UNAUTHENTICATED"),
        ]
        #expect(RPCCode.allCases.map(\.rawValue) == expected.map(\.0))
        #expect(RPCCode.allCases.map(\.name) == expected.map(\.1))
    }

    @Test("an error is written with its code, reason, message and field")
    func description() {
        let full = RPCError(.invalidArgument, "Zero.", reason: "AMOUNT_ZERO", field: "amount")
        #expect("\(full)" == "INVALID_ARGUMENT AMOUNT_ZERO: Zero. (amount)")
        #expect("\(RPCError(.notFound, "Gone."))" == "NOT_FOUND: Gone.")
    }

    @Test("a context tells what is left until the deadline, and never less than nothing")
    func context() throws {
        let past = ServerContext(method: Probe.echo, deadline: .now() - .seconds(1))
        #expect(past.timeRemaining == .zero)
        let later = ServerContext(
            method: Probe.echo,
            metadata: Metadata([("Request-ID", "r1")]),
            deadline: .now() + .hours(1)
        )
        let left = try #require(later.timeRemaining)
        #expect(left > .zero && left <= .hours(1))
        #expect(later.requestID == "r1")
        #expect(ServerContext(method: Probe.echo).timeRemaining == nil)
        #expect(Probe.echo.fullName == "test.v1.Probe/Echo")
    }
}
