import Foundation
import Operations
import Testing

@Suite("Settings file")
struct SettingsFileTests {
    @Test("its keys are the settings' names, with - or with _")
    func keys() async throws {
        let json = #"{"data": "D", "sale_timeout_seconds": 7, "allow-plaintext": true}"#
        try await Fixture.withFile(json) { path in
            let settings = try await Fixture.settings(["--config=\(path)"])
            #expect(try settings.text("data") == "D")
            #expect(try settings.number("sale-timeout-seconds") == 7)
            #expect(try settings.toggle("allow-plaintext"))
        }
    }

    @Test("the environment may name it")
    func fromEnvironment() async throws {
        try await Fixture.withFile(#"{"data": "D"}"#) { path in
            let settings = try await Fixture.settings(environment: ["REMIT_BILLING_CONFIG": path])
            #expect(try settings.text("data") == "D")
        }
    }

    @Test(
        "each wrong file is refused in one line that names it",
        arguments: [
            ("", "the configuration file FILE is no JSON object"),
            ("[]", "the configuration file FILE is no JSON object"),
            (#"{"data": "#, "the configuration file FILE is no JSON object"),
            (#"{"dta": 1}"#, "the configuration file FILE has an unknown key 'dta'"),
            (#"{"config": "x"}"#, "the configuration file FILE has an unknown key 'config'"),
            (
                #"{"log-level": "info", "log_level": "info"}"#,
                "the configuration file FILE has 'log-level' twice"
            ),
            (#"{"data": null}"#, "--data (file FILE) must be a text that is not empty"),
            (#"{"data": 5}"#, "--data (file FILE) must be a text that is not empty"),
            (#"{"data": ""}"#, "--data (file FILE) is ''; it must be a text that is not empty"),
            (#"{"listen": {"port": 1}}"#, "--listen (file FILE) must be HOST:PORT"),
            (#"{"listen": "x"}"#, "--listen (file FILE) is 'x'; it must be HOST:PORT"),
            (#"{"allow-plaintext": 1}"#, "--allow-plaintext (file FILE) must be true or false"),
            (
                #"{"sale-timeout-seconds": true}"#,
                "--sale-timeout-seconds (file FILE) must be a whole number, 1 to 600"
            ),
            (
                #"{"sale-timeout-seconds": 1.5}"#,
                "--sale-timeout-seconds (file FILE) must be a whole number, 1 to 600"
            ),
            (
                #"{"sale-timeout-seconds": 601}"#,
                "--sale-timeout-seconds (file FILE) is '601'; it must be a whole number, 1 to 600"
            ),
        ]
    )
    func wrongFiles(_ json: String, _ expected: String) async throws {
        try await Fixture.withFile(json) { path in
            let complaint = await Fixture.complaint(["--config", path])
            #expect(complaint == expected.replacing("FILE", with: path))
        }
    }

    @Test("one that is not there, or is a folder, is refused with the reason")
    func unreadable() async {
        let missing = "/nonexistent/settings.json"
        #expect(
            await Fixture.complaint(["--config", missing])
                == "the configuration file \(missing) cannot be read: No such file or directory"
        )
        #expect(
            await Fixture.complaint(["--config", "/"])
                == "the configuration file / cannot be read: Is a directory"
        )
    }

    @Test("one longer than a mebibyte is refused, and an endless one as well")
    func tooLong() async {
        #expect(
            await Fixture.complaint(["--config", "/dev/zero"])
                == "the configuration file /dev/zero is longer than 1048576 bytes"
        )
    }

    @Test("it may be a pipe")
    func pipe() async throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data(#"{"data": "D"}"#.utf8))
        try pipe.fileHandleForWriting.close()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        let settings = try await Fixture.settings(["--config", path])
        #expect(try settings.text("data") == "D")
    }
}
