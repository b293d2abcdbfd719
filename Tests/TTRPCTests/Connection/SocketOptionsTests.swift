import Foundation
import Glibc
import NIOCore
import Testing

@testable import TTRPC

@Suite("The sockets' options", .timeLimit(testBound))
struct SocketOptionsTests {
    /// What the kernel says of one end of a connection.
    ///
    /// - Source: tcp(7).
    private struct Kernel: Equatable {
        var noDelay: CInt = 1
        var keepAlive: CInt = 1
        var userTimeoutMilliseconds: CInt
        var idleSeconds: CInt
        var intervalSeconds: CInt
        var probes: CInt
        var unsentBytes: CInt
    }

    /// One end of a connection to a port of this process.
    private enum End {
        case accepted
        case dialled
    }

    private typealias Name = (
        CInt, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?
    ) -> CInt

    /// The port that `getsockname` or `getpeername` gives; nil for what is no connection.
    private func port(_ descriptor: CInt, _ name: Name) -> Int? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                name(descriptor, $0, &size)
            }
        }
        guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private func option(_ descriptor: CInt, _ level: CInt, _ name: CInt) throws -> CInt {
        var value: CInt = -1
        var size = socklen_t(MemoryLayout<CInt>.size)
        try #require(getsockopt(descriptor, level, name, &value, &size) == 0)
        return value
    }

    /// Reads the options of one end of the only connection to a port.
    private func read(_ end: End, of port: Int) throws -> Kernel {
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { CInt($0) }
            .filter { descriptor in
                guard let here = self.port(descriptor, getsockname),
                    let there = self.port(descriptor, getpeername)
                else { return false }
                return end == .accepted ? here == port : there == port
            }
        try #require(descriptors.count == 1)
        let tcp = CInt(IPPROTO_TCP)
        return Kernel(
            noDelay: try option(descriptors[0], tcp, TCP_NODELAY),
            keepAlive: try option(descriptors[0], SOL_SOCKET, SO_KEEPALIVE),
            userTimeoutMilliseconds: try option(descriptors[0], tcp, TCP_USER_TIMEOUT),
            idleSeconds: try option(descriptors[0], tcp, TCP_KEEPIDLE),
            intervalSeconds: try option(descriptors[0], tcp, TCP_KEEPINTVL),
            probes: try option(descriptors[0], tcp, TCP_KEEPCNT),
            unsentBytes: try option(descriptors[0], tcp, TCP_NOTSENT_LOWAT)
        )
    }

    /// Reads both ends of a connection over which a call has gone.
    private func bothEnds(
        server: SocketSettings,
        client: SocketSettings
    ) async throws -> (accepted: Kernel, dialled: Kernel) {
        var found: (accepted: Kernel, dialled: Kernel)?
        try await withServer({ $0.socketSettings = server }) { running in
            try await withClient(port: running.port, { $0.socketSettings = client }) { caller in
                #expect(try await caller.text(Probe.echo, "x") == "x")
                found = (
                    try read(.accepted, of: running.port), try read(.dialled, of: running.port)
                )
            }
        }
        return try #require(found)
    }

    @Test("both ends are watched by the kernel as it is said in the limits")
    func defaults() async throws {
        let expected = Kernel(
            userTimeoutMilliseconds: 30_000,
            idleSeconds: 60,
            intervalSeconds: 10,
            probes: 3,
            unsentBytes: 131_072
        )
        let ends = try await bothEnds(server: SocketSettings(), client: SocketSettings())
        #expect(ends.accepted == expected)
        #expect(ends.dialled == expected)
    }

    @Test("each end takes what it was told, and less than a second as a second")
    func configured() async throws {
        var server = SocketSettings()
        server.unacknowledged = .milliseconds(7250)
        server.keepAliveIdle = .seconds(61)
        server.keepAliveInterval = .seconds(11)
        server.keepAliveProbes = 5
        server.unsentBytes = 65_536
        var client = SocketSettings()
        client.unacknowledged = .seconds(9)
        client.keepAliveIdle = .milliseconds(1)
        client.keepAliveInterval = .milliseconds(1)
        client.keepAliveProbes = 0
        client.unsentBytes = 0
        let ends = try await bothEnds(server: server, client: client)
        #expect(
            ends.accepted
                == Kernel(
                    userTimeoutMilliseconds: 7250,
                    idleSeconds: 61,
                    intervalSeconds: 11,
                    probes: 5,
                    unsentBytes: 65_536
                )
        )
        #expect(
            ends.dialled
                == Kernel(
                    userTimeoutMilliseconds: 9000,
                    idleSeconds: 1,
                    intervalSeconds: 1,
                    probes: 1,
                    unsentBytes: 1
                )
        )
    }
}
