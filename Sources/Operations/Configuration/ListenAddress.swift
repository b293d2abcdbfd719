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
        let parsed: (host: Substring, port: Substring)?
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let rest = text[text.index(after: end)...]
            let host = text[text.index(after: text.startIndex)..<end]
            parsed = rest.hasPrefix(":") ? (host, rest.dropFirst()) : nil
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            parsed = parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        guard let parsed, !parsed.host.isEmpty, let port = UInt16(parsed.port) else {
            throw ConfigurationError("--\(setting) is '\(text)'; it must be HOST:PORT")
        }
        self.init(host: String(parsed.host), port: Int(port))
    }

    /// Whether only processes of this machine reach it.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
