import Glibc
import NIOCore
import NIOPosix

/// Finds the addresses that endpoints stand for.
package struct NameResolver: Sendable {
    private let lookUp: @Sendable (PoolEndpoint) async -> [String]

    /// - Parameter lookUp: the numeric addresses of a host; none when it is not known.
    package init(_ lookUp: @escaping @Sendable (PoolEndpoint) async -> [String]) {
        self.lookUp = lookUp
    }

    /// The system's, on threads that may block.
    package static let system = NameResolver { endpoint in
        let found = try? await NIOThreadPool.singleton.runIfActive { addresses(endpoint.host) }
        return found ?? []
    }

    /// Every address of the endpoints, in their order; none when nothing is known.
    package func resolve(_ endpoints: [PoolEndpoint]) async -> [PoolAddress] {
        var found: [PoolAddress] = []
        for endpoint in endpoints {
            if let address = Self.numeric(endpoint) {
                found.append(address)
                continue
            }
            for host in await lookUp(endpoint) {
                found.append(PoolAddress(host: host, port: endpoint.port, name: endpoint.host))
            }
        }
        return found
    }

    /// The address of an endpoint that needs no look-up; nil for a name.
    package static func numeric(_ endpoint: PoolEndpoint) -> PoolAddress? {
        guard (try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port)) != nil
        else { return nil }
        return PoolAddress(host: endpoint.host, port: endpoint.port, name: endpoint.host)
    }

    private static func addresses(_ host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var found: [String] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let status = getnameinfo(
                entry.ai_addr,
                entry.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            guard status == 0 else { continue }
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            found.append(String(decoding: bytes, as: UTF8.self))
        }
        return found
    }
}
