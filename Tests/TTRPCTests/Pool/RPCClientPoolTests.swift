import NIOConcurrencyHelpers
import NIOCore
import TTRPC
import Testing

@Suite("Pool: connections", .timeLimit(testBound))
struct RPCClientPoolTests {
    @Test("calls are spread over the connections to an address")
    func spread() async throws {
        let peers = NIOLockedValueBox<[String: Int]>([:])
        let server = try await startServer { router in
            router.text(Probe.echo) { (text, context) async throws(RPCError) in
                peers.withLockedValue { $0[context.peer, default: 0] += 1 }
                return text
            }
        }
        try await withPool([server.port], { $0.maxConnectionsPerAddress = 3 }) { pool in
            #expect(try await pool.say(Probe.echo, "first") == "first")
            try await eventually("all are connected") { pool.statistics.connected == 3 }
            for number in 0..<60 {
                #expect(try await pool.say(Probe.echo, "\(number)") == "\(number)")
            }
            #expect(peers.withLockedValue { $0.count } == 3)
            #expect(pool.statistics.retries == 0)
        }
        await server.server.shutdown()
    }

    @Test("of several addresses one is dead: no call notices")
    func oneDead() async throws {
        let executions = Executions()
        let server = try await startServer { $0.counted(executions) }
        let dead = try await unusedPort()
        try await withPool([dead, server.port]) { pool in
            for number in 0..<100 {
                let reply = try await pool.say(Probe.charge, "\(number)")
                #expect(reply == "\(number)")
            }
            #expect(executions.total == 100)
            #expect(pool.statistics.addresses == 2)
        }
        await server.server.shutdown()
    }

    @Test("a server that dies and comes back is found again")
    func comesBack() async throws {
        let executions = Executions()
        var server = try await startServer { $0.counted(executions) }
        let port = server.port
        try await withPool([port], { $0.maxConnectionsPerAddress = 1 }) { pool in
            for round in 0..<3 {
                #expect(try await pool.say(Probe.charge, "\(round)") == "\(round)")
                await server.server.shutdown()
                server = try await startServer(port: port) { $0.counted(executions) }
                // What was in the dead connection is lost, if anything was; later calls are not.
                let _: Bool = try await eventually("an answer") {
                    await pool.refusal(Probe.echo, "again") == nil ? true : nil
                }
            }
            #expect(executions.repeated == ["again"])
        }
        await server.server.shutdown()
    }

    @Test("calls wait for a server that is not there yet, and one too many is refused")
    func notThereYet() async throws {
        let port = try await unusedPort()
        let executions = Executions()
        try await withPool([port], { $0.maxWaitingCalls = 2 }) { pool in
            async let first = pool.say(Probe.charge, "first")
            async let second = pool.say(Probe.charge, "second")
            try await eventually("both wait") { pool.statistics.waiting == 2 }
            let error = try #require(await pool.refusal(Probe.charge, "third"))
            #expect(error.code == .resourceExhausted && error.origin == .notSent)
            #expect(error.reason == "OVERLOAD")
            let server = try await startServer(port: port) { $0.counted(executions) }
            #expect(try await first == "first")
            #expect(try await second == "second")
            #expect(executions.total == 2)
            await server.server.shutdown()
        }
    }

    @Test("a call that waits ends with its deadline, its caller, or the pool's patience: not sent")
    func waits() async throws {
        let port = try await unusedPort()
        try await withPool([port]) { pool in
            let options = CallOptions(timeout: .milliseconds(30))
            let late = try #require(await pool.refusal(Probe.echo, options: options))
            #expect(late.code == .deadlineExceeded && late.origin == .notSent)
            let task = Task { await pool.refusal(Probe.echo) }
            try await eventually("it waits") { pool.statistics.waiting == 1 }
            task.cancel()
            let cancelled = try #require(await task.value)
            #expect(cancelled.code == .cancelled && cancelled.origin == .notSent)
        }
        try await withPool([port], { $0.connectPatience = .milliseconds(30) }) { pool in
            let error = try #require(await pool.refusal(Probe.echo))
            #expect(error.code == .unavailable && error.origin == .notSent)
            #expect(error.reason == "UNREACHABLE")
            #expect(error.message == "127.0.0.1:\(port) cannot be reached.")
            #expect(pool.statistics.waiting == 0)
        }
    }

    @Test("an address where connecting hangs costs the others nothing, and alone it times out")
    func deaf() async throws {
        let deaf = try await RawListener.deaf()
        let server = try await startServer { $0.echo() }
        try await withPool([deaf.port, server.port]) { pool in
            for _ in 0..<20 {
                let reply = try await pool.say(Probe.echo, "x")
                #expect(reply == "x")
            }
        }
        try await withPool(
            [deaf.port],
            {
                $0.connectTimeout = .milliseconds(50)
                $0.connectPatience = .milliseconds(10)
            }
        ) { pool in
            let error = try #require(await pool.refusal(Probe.echo))
            #expect(error.reason == "UNREACHABLE" && error.origin == .notSent)
        }
        await server.server.shutdown()
        await deaf.close()
    }

    @Test("a pool that is shut down refuses calls, and those that wait")
    func shutDown() async throws {
        let port = try await unusedPort()
        try await withPool([port]) { pool in
            async let waiting = pool.refusal(Probe.echo)
            try await eventually("it waits") { pool.statistics.waiting == 1 }
            await pool.shutdown()
            let first = try #require(await waiting)
            #expect(first.code == .unavailable && first.origin == .notSent)
            let later = try #require(await pool.refusal(Probe.echo))
            #expect(later.code == .unavailable && later.origin == .notSent)
        }
    }

    @Test("a name is looked up again when its server is gone, and calls follow it")
    func movedAway() async throws {
        let old = try await startServer(host: "127.0.0.1") { $0.echo() }
        let new = try await startServer(host: "127.0.0.2", port: old.port) { $0.echo() }
        let known = NIOLockedValueBox(["127.0.0.1"])
        let resolver = NameResolver { _ in known.withLockedValue { $0 } }
        try await withPool(
            [old.port],
            resolver: resolver,
            host: "gateway.test",
            { $0.minResolveInterval = .nanoseconds(0) }
        ) { pool in
            #expect(try await pool.say(Probe.echo, "old") == "old")
            known.withLockedValue { $0 = ["127.0.0.2"] }
            await old.server.shutdown()
            let _: Bool = try await eventually("an answer") {
                await pool.refusal(Probe.echo, "new") == nil ? true : nil
            }
            try await eventually("the old one is left") { pool.statistics.addresses == 1 }
        }
        await new.server.shutdown()
    }

    @Test("a name that stands for several addresses is spread over them; one nobody knows is not")
    func names() async throws {
        let first = Executions()
        let second = Executions()
        let one = try await startServer(host: "127.0.0.1") { $0.counted(first) }
        let two = try await startServer(host: "127.0.0.2", port: one.port) { $0.counted(second) }
        let resolver = NameResolver { endpoint in
            endpoint.host == "gateway.test" ? ["127.0.0.1", "127.0.0.2"] : []
        }
        try await withPool([one.port], resolver: resolver, host: "gateway.test") { pool in
            _ = try await pool.say(Probe.charge, "x")
            try await eventually("all are connected") { pool.statistics.connected == 4 }
            for number in 0..<100 { _ = try await pool.say(Probe.charge, "\(number)") }
            #expect(first.total > 20 && second.total > 20)
        }
        try await withPool(
            [one.port],
            resolver: resolver,
            host: "nobody.test",
            { $0.connectPatience = .milliseconds(20) }
        ) { pool in
            #expect(await pool.refusal(Probe.echo)?.reason == "UNREACHABLE")
        }
        await one.server.shutdown()
        await two.server.shutdown()
    }

    @Test("the system's resolver knows this machine by its name")
    func systemResolver() async {
        let endpoint = PoolEndpoint(host: "localhost", port: 7)
        let found = await NameResolver.system.resolve([endpoint])
        #expect(!found.isEmpty)
        for address in found {
            #expect(["127.0.0.1", "::1"].contains(address.host))
            #expect(address.port == 7 && address.name == "localhost")
        }
        #expect(Set(found).count == found.count)
        let impossible = PoolEndpoint(host: String(repeating: "a", count: 300), port: 7)
        #expect(await NameResolver.system.resolve([impossible]) == [])
    }
}
