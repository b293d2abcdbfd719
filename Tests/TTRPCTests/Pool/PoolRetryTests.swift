import NIOConcurrencyHelpers
import NIOCore
import TTRPC
import Testing

@Suite("Pool: repeated calls", .timeLimit(testBound))
struct PoolRetryTests {
    /// Takes a request and breaks the connection instead of answering.
    private func breakOff(_ listener: RawListener) async throws -> String {
        let peer = try await listener.accept()
        let request = try RawRequest(decoding: try await peer.nextFrame().data)
        await peer.close()
        return request.method
    }

    /// A pool whose first frame is its first call's.
    private func withPlainPool(
        _ listener: RawListener,
        _ configure: (inout PoolConfiguration) -> Void,
        _ body: (RPCClientPool) async throws -> Void
    ) async throws {
        try await withPool(
            [listener.port],
            {
                $0.connection.saysHello = false
                configure(&$0)
            },
            body
        )
    }

    @Test("a call that may have been executed is not made again unless its method allows it")
    func lost() async throws {
        let listener = try await RawListener.listen()
        try await withPlainPool(listener, { $0.maxConnectionsPerAddress = 1 }) { pool in
            async let charge = pool.refusal(Probe.charge, "1")
            #expect(try await breakOff(listener) == "Charge")
            let lost = try #require(await charge)
            #expect(lost.code == .unavailable && lost.origin == .lost)
            #expect(lost.reason == "CONNECTION_LOST")

            async let echo = pool.say(Probe.echo, "2")
            #expect(try await breakOff(listener) == "Echo")
            let peer = try await listener.accept()
            let frame = try await peer.nextFrame()
            #expect(try RawRequest(decoding: frame.data).method == "Echo", "Charge came once only")
            try await peer.send(
                RawResponse.success(frame.streamID, payload: Probe.payload("second"))
            )
            #expect(try await echo == "second")
            #expect(pool.statistics.retries == 1)
        }
        await listener.close()
    }

    @Test("a caller can forbid what its method allows")
    func forbidden() async throws {
        let listener = try await RawListener.listen()
        try await withPlainPool(listener, { $0.maxConnectionsPerAddress = 1 }) { pool in
            let options = CallOptions(timeout: .seconds(waitSeconds), repeats: .ifNothingBegan)
            async let echo = pool.refusal(Probe.echo, "1", options: options)
            _ = try await breakOff(listener)
            #expect(await echo?.origin == .lost)
            #expect(pool.statistics.retries == 0)
        }
        await listener.close()
    }

    @Test("after a loss the outcome stays unknown when nobody can be reached any more")
    func staysUnknown() async throws {
        let listener = try await RawListener.listen()
        try await withPlainPool(listener, { $0.connectPatience = .milliseconds(50) }) { pool in
            async let echo = pool.refusal(Probe.echo, "1")
            let peer = try await listener.accept()
            let other = try await listener.accept()
            await listener.close()
            try await eventually("the request") {
                peer.arrivedFrame() != nil || other.arrivedFrame() != nil
            }
            await peer.close()
            await other.close()
            let error = try #require(await echo)
            #expect(error.code == .unavailable && error.origin == .lost)
        }
    }

    @Test("what a draining server refuses is done by another, once, whatever the method")
    func draining() async throws {
        let gate = Gate()
        let executions = Executions()
        let routes: (inout Router) -> Void = { router in
            router.counted(executions)
            router.hold(gate)
        }
        let one = try await startServer(routes: routes)
        let two = try await startServer(routes: routes)
        try await withPool([one.port, two.port]) { pool in
            _ = try await pool.say(Probe.charge, "first")
            try await eventually("all are connected") { pool.statistics.connected == 4 }
            // Each connection has calls, so that it stays open while its server drains.
            let holds = (0..<40).map { number in
                Task { try await pool.say(Probe.hold, "\(number)") }
            }
            try await eventually("all are held") { gate.entered == 40 }
            let shutdown = Task { await one.server.shutdown() }
            try await eventually("the port is closed") { one.server.boundAddress == nil }
            let _: Bool = try await eventually("it refuses") {
                _ = try await pool.say(Probe.charge, "probe \(executions.total)")
                return pool.statistics.retries > 0 ? true : nil
            }
            for number in 0..<50 {
                #expect(try await pool.say(Probe.charge, "\(number)") == "\(number)")
            }
            #expect(executions.repeated == [])
            gate.open()
            for hold in holds { _ = try await hold.value }
            await shutdown.value
        }
        await two.server.shutdown()
    }

    @Test("a server that hangs is ejected, and no later call goes there")
    func hangs() async throws {
        let gate = Gate()
        let seen = Executions()
        let hanging = try await startServer { router in
            router.text(Probe.charge) { (text, _) async throws(RPCError) in
                seen.note(text)
                await gate.pass()
                return text
            }
        }
        let executions = Executions()
        let server = try await startServer { $0.counted(executions) }
        let ports = [hanging.port, server.port]
        try await withPool(
            ports,
            {
                $0.maxConnectionsPerAddress = 1
                $0.maxConsecutiveFailures = 3
                $0.ejectionTime = .hours(1)
                $0.maxEjectionTime = .hours(1)
            }
        ) { pool in
            // So long that only the server that hangs lets it pass.
            let options = CallOptions(timeout: .seconds(1))
            _ = await pool.refusal(Probe.charge, options: options)
            try await eventually("both are connected") { pool.statistics.connected == 2 }
            let _: Bool = try await eventually("it is ejected") {
                _ = await pool.refusal(Probe.charge, options: options)
                return pool.statistics.ejected == 1 ? true : nil
            }
            for number in 0..<50 {
                #expect(try await pool.say(Probe.charge, "\(number)") == "\(number)")
                #expect(seen.count("\(number)") == 0)
            }
            #expect(pool.statistics.retries == 0, "a deadline that passed is not tried again")
        }
        gate.open()
        await hanging.server.shutdown()
        await server.server.shutdown()
    }

    @Test("a server that fails gets at most a tenth more calls, beside the floor")
    func budget() async throws {
        let executions = Executions()
        let calls = 1000
        let floor = 5
        let server = try await startServer { router in
            router.text(Probe.echo) { (text, _) async throws(RPCError) in
                executions.note(text)
                throw RPCError(.unavailable, "Not now.", reason: "STORAGE")
            }
        }
        try await withPool([server.port], { $0.retryBudgetFloor = floor }) { pool in
            await withTaskGroup(of: Void.self) { group in
                for caller in 0..<10 {
                    group.addTask {
                        for number in 0..<calls / 10 {
                            let error = await pool.refusal(Probe.echo, "\(caller) \(number)")
                            #expect(error?.code == .unavailable && error?.origin == .peer)
                        }
                    }
                }
            }
            #expect(executions.total <= calls + calls / 10 + floor)
            #expect(executions.total > calls + calls / 20, "the budget is used")
            #expect(executions.total == calls + Int(pool.statistics.retries))
        }
        await server.server.shutdown()
    }

    @Test("whatever servers do, no charge is executed twice, and origins tell the truth")
    func once() async throws {
        let executions = Executions()
        let outcomes = NIOLockedValueBox<[String: RPCError.Origin?]>([:])
        let routes: (inout Router) -> Void = { $0.counted(executions) }
        var servers = [
            try await startServer(drainTimeout: .zero, routes: routes),
            try await startServer(drainTimeout: .zero, routes: routes),
        ]
        let ports = servers.map(\.port)
        try await withPool(ports) { pool in
            let isOver = NIOLockedValueBox(false)
            // Also when this fails: the callers would keep every other test from running.
            defer { isOver.withLockedValue { $0 = true } }
            let load = Task {
                await withTaskGroup(of: Void.self) { group in
                    for caller in 0..<16 {
                        group.addTask {
                            var number = 0
                            while !isOver.withLockedValue({ $0 }) {
                                let name = "\(caller) \(number)"
                                let error = await pool.refusal(Probe.charge, name)
                                outcomes.withLockedValue { $0[name] = .some(error?.origin) }
                                number += 1
                            }
                        }
                    }
                }
            }
            for round in 0..<12 {
                let before = outcomes.withLockedValue { $0.count }
                try await eventually("calls went through") {
                    outcomes.withLockedValue { $0.count } > before + 200
                }
                let index = round % 2
                await servers[index].server.shutdown()
                servers[index] = try await startServer(
                    port: ports[index],
                    drainTimeout: .zero,
                    routes: routes
                )
            }
            isOver.withLockedValue { $0 = true }
            await load.value
        }
        #expect(executions.repeated == [])
        let ended = outcomes.withLockedValue { $0 }
        for (name, origin) in ended {
            switch origin {
            case nil: #expect(executions.count(name) == 1, "\(name) succeeded")
            case .notSent: #expect(executions.count(name) == 0, "\(name) was not sent")
            case .lost, .peer: break
            }
        }
        #expect(ended.values.count { $0 == nil } > ended.count / 2)
        for server in servers { await server.server.shutdown() }
    }
}
