import Operations
import TTRPC
import Testing

@Suite("Address list")
struct AddressListTests {
    @Test("one address, or several with commas between, are read in their order")
    func reads() throws {
        let one = ListenAddress(host: "10.0.0.1", port: 7002)
        #expect(try ListenAddress.list("10.0.0.1:7002", setting: "gateway") == [one])
        let text = "10.0.0.1:7002,gateway.internal:7002,[::1]:7003"
        let addresses = try ListenAddress.list(text, setting: "gateway")
        #expect(addresses.map(\.description).joined(separator: ",") == text)
        let pool = PoolConfiguration(addresses)
        #expect(pool.endpoints.map(\.host) == ["10.0.0.1", "gateway.internal", "::1"])
        #expect(pool.endpoints.map(\.port) == [7002, 7002, 7003])
    }

    @Test(
        "a list with anything else in it is refused, and says which",
        arguments: [
            ("", ""), ("a:1,", ""), (",a:1", ""), ("a:1,,b:2", ""), ("a:1, b:2", " b:2"),
            ("a:1;b:2", "a:1;b:2"), ("a:1,b", "b"),
        ]
    )
    func refuses(_ text: String, _ part: String) {
        let expected = ConfigurationError("--gateway is '\(part)'; it must be HOST:PORT")
        #expect(throws: expected) { try ListenAddress.list(text, setting: "gateway") }
    }

    @Test("an address twice, or more than are used, are refused")
    func limits() throws {
        #expect(throws: ConfigurationError("--gateway names a:1 twice")) {
            try ListenAddress.list("a:1,b:1,a:1", setting: "gateway")
        }
        let most = (1...16).map { "a:\($0)" }
        let text = most.joined(separator: ",")
        #expect(try ListenAddress.list(text, setting: "gateway").count == 16)
        #expect(throws: ConfigurationError("--gateway names 17 servers; 16 is the most")) {
            try ListenAddress.list(text + ",a:17", setting: "gateway")
        }
    }
}
