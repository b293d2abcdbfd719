import Operations
import RemitAPI
import TTRPC
import Testing

@Suite("Request ids")
struct RequestIDTests {
    private func context(_ requestID: String?) -> ServerContext {
        let pairs = requestID.map { [("request-id", $0)] } ?? []
        return ServerContext(method: DebugV1.EchoService.echo, metadata: Metadata(pairs))
    }

    @Test("a caller's name is kept", arguments: ["r1", "01M88VDZW1VDA3GCFCCBK4QXNA", "~", "!"])
    func kept(name: String) throws {
        var context = context(name)
        try RequestIDInterceptor().begin(&context)
        #expect(context.requestID == name)
    }

    @Test(
        "a name that cannot stand in a log is replaced",
        arguments: [
            nil, "", " ", "two words", "line\nbreak", "é", "\u{7F}",
            String(repeating: "x", count: RequestIDInterceptor.maxLength + 1),
        ]
    )
    func replaced(name: String?) throws {
        var context = context(name)
        try RequestIDInterceptor(source: RandomIDSource(seed: 7)).begin(&context)
        let made = try #require(context.requestID)
        #expect(made != name)
        #expect(made.count == 16)
        #expect(made.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test("no two requests have one name", arguments: [0, 1, UInt64.max - 500])
    func different(seed: UInt64) throws {
        let interceptor = RequestIDInterceptor(source: RandomIDSource(seed: seed))
        var names: Set<String> = []
        for _ in 0..<1000 {
            var context = context(nil)
            try interceptor.begin(&context)
            names.insert(context.requestID ?? "")
        }
        #expect(names.count == 1000)
    }
}
