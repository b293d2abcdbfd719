import Operations
import Testing

@Suite("Settings")
struct SettingsTests {
    @Test("the flag is stronger than the environment, which is stronger than the file")
    func precedence() async throws {
        let environment = ["REMIT_BILLING_SALE_TIMEOUT_SECONDS": "50"]
        try await Fixture.withFile(#"{"sale-timeout-seconds": 40}"#) { path in
            let file = try await Fixture.settings(["--config", path])
            #expect(try file.number("sale-timeout-seconds") == 40)
            let both = try await Fixture.settings(["--config", path], environment: environment)
            #expect(try both.number("sale-timeout-seconds") == 50)
            let all = try await Fixture.settings(
                ["--config", path, "--sale-timeout-seconds", "60"],
                environment: environment
            )
            #expect(try all.number("sale-timeout-seconds") == 60)
        }
    }

    @Test("what nobody gives is the standard, or missing by name")
    func standards() async throws {
        let settings = try await Fixture.settings()
        #expect(try settings.number("sale-timeout-seconds") == 30)
        #expect(try settings.text("log-level") == "info")
        #expect(try settings.toggle("allow-plaintext") == false)
        #expect(try settings.address("listen") == ListenAddress(host: "127.0.0.1", port: 7001))
        #expect(try settings.optionalText("debug-crash-point") == nil)
        let missing = ConfigurationError("--data is missing; REMIT_BILLING_DATA can give it too")
        #expect(throws: missing) { try settings.text("data") }
        #expect(throws: ConfigurationError.self) { try settings.address("gateway") }
    }

    @Test("flags are read as two arguments, with = and, for toggles, alone")
    func flagForms() async throws {
        let settings = try await Fixture.settings([
            "--data", "a b", "--gateway=[::1]:7002", "--log-level=a=b", "--allow-plaintext",
        ])
        #expect(try settings.text("data") == "a b")
        #expect(try settings.address("gateway") == ListenAddress(host: "::1", port: 7002))
        #expect(try settings.text("log-level") == "a=b")
        #expect(try settings.toggle("allow-plaintext"))
        let off = try await Fixture.settings(["--allow-plaintext=false"])
        #expect(try off.toggle("allow-plaintext") == false)
    }

    @Test(
        "each wrong flag is refused in one line that names it",
        arguments: [
            (["--dta", "x"], "unknown flag --dta"),
            (["--dta=x"], "unknown flag --dta"),
            (["x"], "unexpected argument 'x'"),
            (["--"], "unexpected argument '--'"),
            (["-d"], "unexpected argument '-d'"),
            (["--data"], "--data (flag) needs a value"),
            (["--data="], "--data (flag) needs a value"),
            (["--data", ""], "--data (flag) needs a value"),
            (["--data", "--allow-plaintext"], "--data (flag) needs a value"),
            (["--config"], "--config (flag) needs a value"),
            (["--allow-plaintext="], "--allow-plaintext (flag) needs a value"),
            (["--data", "x", "--data=y"], "--data is given twice"),
            (
                ["--sale-timeout-seconds=601"],
                "--sale-timeout-seconds (flag) is '601'; it must be a whole number, 1 to 600"
            ),
            (
                ["--sale-timeout-seconds", "1.5"],
                "--sale-timeout-seconds (flag) is '1.5'; it must be a whole number, 1 to 600"
            ),
            (
                ["--allow-plaintext=perhaps"],
                "--allow-plaintext (flag) is 'perhaps'; it must be true or false"
            ),
            (["--listen", "7001"], "--listen (flag) is '7001'; it must be HOST:PORT"),
        ]
    )
    func wrongFlags(_ arguments: [String], _ expected: String) async {
        #expect(await Fixture.complaint(arguments) == expected)
    }

    @Test("a wrong variable is refused by its name, even when nobody asks for the setting")
    func wrongVariable() async {
        let complaint = await Fixture.complaint(
            environment: ["REMIT_BILLING_SALE_TIMEOUT_SECONDS": "0"]
        )
        #expect(
            complaint == "--sale-timeout-seconds (environment REMIT_BILLING_SALE_TIMEOUT_SECONDS) "
                + "is '0'; it must be a whole number, 1 to 600"
        )
    }

    @Test("a wrong value is hidden by a stronger right one")
    func strongerWins() async throws {
        let settings = try await Fixture.settings(
            ["--sale-timeout-seconds=5"],
            environment: ["REMIT_BILLING_SALE_TIMEOUT_SECONDS": "never"]
        )
        #expect(try settings.number("sale-timeout-seconds") == 5)
    }

    @Test("empty variables count as not set, and foreign ones with our prefix are let pass")
    func harmlessVariables() async throws {
        let settings = try await Fixture.settings(environment: [
            "REMIT_BILLING_LISTEN": "", "REMIT_BILLING_CONFIG": "",
            "REMIT_BILLING_SERVICE_HOST": "10.0.0.1", "REMIT_GATEWAY_DATA": "elsewhere",
        ])
        #expect(try settings.address("listen").port == 7001)
        #expect(throws: ConfigurationError.self) { try settings.text("data") }
    }

    @Test("the usage text has every setting, its standard, and where else it is taken from")
    func usage() {
        let usage = Fixture.schema.usage("serve")
        for setting in Fixture.schema.settings { #expect(usage.contains("--\(setting.name)")) }
        for text in [
            "usage: remit-billing serve", "(127.0.0.1:7001)", "--config FILE", "HOST:PORT",
            "REMIT_BILLING_LOG_LEVEL",
        ] { #expect(usage.contains(text), "\(text) is not in the usage text") }
        #expect(usage.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
}
