import Operations
import Testing

@Suite("Listen address")
struct ListenAddressTests {
    @Test(
        "HOST:PORT is read, and shown as it was",
        arguments: [
            ("127.0.0.1:0", "127.0.0.1", 0), ("localhost:65535", "localhost", 65535),
            ("[::1]:0", "::1", 0), ("[2001:db8::7]:7001", "2001:db8::7", 7001),
            ("gateway-1.internal:7002", "gateway-1.internal", 7002),
        ]
    )
    func reads(_ text: String, _ host: String, _ port: Int) throws {
        let address = try ListenAddress(text, setting: "listen")
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", ":", "7001", "127.0.0.1", "127.0.0.1:", ":7001", "127.0.0.1:65536",
            "127.0.0.1:-1", "127.0.0.1:+80", "127.0.0.1: 80", "::1:7001", "[::1]", "[::1]7001",
            "[]:1", "[localhost]:1", "[127.0.0.1]:1", "a b:1", "a/b:1", "[::1]:1:2", "a:1:2",
            "127.0.0.1:8\u{301}", "é:1", "h\0:1",
        ]
    )
    func refuses(_ text: String) {
        let expected = ConfigurationError("--listen is '\(text)'; it must be HOST:PORT")
        #expect(throws: expected) { try ListenAddress(text, setting: "listen") }
    }

    @Test(
        "loopback is 127/8, ::1 and localhost",
        arguments: [
            "127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1",
            "[::ffff:127.0.0.1]:1", "localhost:1", "LocalHost:1",
        ]
    )
    func loopback(_ text: String) throws {
        #expect(try ListenAddress(text, setting: "listen").isLoopback)
    }

    @Test(
        "an address of a network, or a name that only looks local, is not loopback",
        arguments: [
            "0.0.0.0:1", "10.0.0.1:1", "128.0.0.1:1", "[::]:1", "[::2]:1", "[fe80::1]:1",
            "[::ffff:10.0.0.1]:1", "127.0.0.1.example.com:1", "127.example.com:1",
            "localhost.example.com:1",
        ]
    )
    func notLoopback(_ text: String) throws {
        #expect(try !ListenAddress(text, setting: "listen").isLoopback)
    }
}
