import Glibc

/// HOST:PORT, with brackets around an IPv6 address: "127.0.0.1:0", "[::1]:7001".
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    package let host: String
    /// 0 to 65535; 0 lets the system choose.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Parameters:
    ///   - text: HOST:PORT.
    ///   - setting: named in the error.
    /// - Throws: `ConfigurationError`.
    package init(_ text: String, setting: String) throws(ConfigurationError) {
        guard let address = ListenAddress(parsing: text) else {
            throw ConfigurationError("--\(setting) is '\(text)'; it must be HOST:PORT")
        }
        self = address
    }

    /// The addresses in a list.
    ///
    /// - Parameters:
    ///   - text: HOST:PORT, or several with commas between; 1 to `maxListed`, each once.
    ///   - setting: named in the error.
    /// - Throws: `ConfigurationError`.
    package static func list(
        _ text: String,
        setting: String
    ) throws(ConfigurationError) -> [ListenAddress] {
        let texts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard texts.count <= maxListed else {
            throw ConfigurationError(
                "--\(setting) names \(texts.count) servers; \(maxListed) is the most"
            )
        }
        var addresses: [ListenAddress] = []
        for text in texts {
            let address = try ListenAddress(String(text), setting: setting)
            guard !addresses.contains(address) else {
                throw ConfigurationError("--\(setting) names \(address) twice")
            }
            addresses.append(address)
        }
        return addresses
    }

    /// Addresses in one list.
    package static let maxListed = 16

    /// Nil when the text is not HOST:PORT.
    package init?(parsing text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits)
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = String(host.dropFirst().dropLast())
            guard Self.bytesOfIPv6(inner) != nil else { return nil }
            self.init(host: inner, port: Int(port))
        } else {
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else { return nil }
            self.init(host: String(host), port: Int(port))
        }
    }

    /// Whether only processes of this machine reach it. A name other than "localhost" may stand
    /// for any address, so it is none, and neither is "127.0.0.1.example.com".
    package var isLoopback: Bool {
        if host.lowercased() == "localhost" { return true }
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 {
            return UInt32(bigEndian: four.s_addr) >> 24 == 127
        }
        guard let bytes = Self.bytesOfIPv6(host) else { return false }
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF, 127]
        return bytes == Array(repeating: 0, count: 15) + [1] || bytes.starts(with: mapped)
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The 16 bytes of an IPv6 address; nil when the text is none.
    private static func bytesOfIPv6(_ text: String) -> [UInt8]? {
        var six = in6_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        return withUnsafeBytes(of: six) { Array($0) }
    }
}
