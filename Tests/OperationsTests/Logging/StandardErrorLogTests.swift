import Glibc
import Logging
import Operations
import Testing

@Suite("Standard error log")
struct StandardErrorLogTests {
    @Test("a process logs JSON lines to what is no terminal, from the level of its setting up")
    func bootstrap() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(0),
            observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let settings = try await Fixture.settings(["--log-level=warning"])
            var logger = try LogLevel.bootstrap(settings, label: "remit-billing")
            logger[metadataKey: "service"] = "S"
            logger.info("too little")
            logger.warning("enough", metadata: ["k": "v"])
            exit(0)
        }
        let lines = String(decoding: result.standardErrorContent, as: UTF8.self)
            .split(separator: "\n").filter { $0.hasPrefix("{") }
        #expect(lines.count == 1)
        let end =
            #""level":"warning","label":"remit-billing","message":"enough","#
            + #""metadata":{"k":"v","service":"S"}}"#
        #expect(lines.first?.hasSuffix(end) == true)
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        #expect(!output.contains("enough"))
    }

    @Test("a level that there is not is refused by its source")
    func unknownLevel() async throws {
        let settings = try await Fixture.settings(environment: ["REMIT_BILLING_LOG_LEVEL": "loud"])
        let expected = ConfigurationError(
            "--log-level (environment REMIT_BILLING_LOG_LEVEL) is 'loud'; it must be one of "
                + "trace, debug, info, notice, warning, error, critical"
        )
        #expect(throws: expected) { try LogLevel.bootstrap(settings, label: "x") }
    }
}
