import ArgumentParser
import NIOPosix
import Operations
import ProtobufC
import RemitAPI
import TTRPC

extension BenchCommand {
    struct Echo: AsyncParsableCommand {
        /// What calls go through.
        enum Path: String, ExpressibleByArgument, CaseIterable {
            /// One connection and nothing around it.
            case plain
            case pool
            /// The pool behind the interceptors that every command has.
            case interceptors
            /// Each of them in turn, several times.
            case compare
        }

        static let configuration = CommandConfiguration(
            abstract: "The RPC layer alone (a service with --debug-echo)."
        )
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var load: LoadOptions
        @Option(help: "Bytes of each message.") var bytes = 100
        @Option(help: "plain, pool, interceptors; compare measures all three in turn.")
        var through = Path.interceptors
        @Option(help: "How often compare measures each.") var rounds = 5

        func validate() throws {
            guard (0...60_000).contains(bytes), (1...100).contains(rounds) else {
                throw ValidationError("--bytes is 0 to 60000, --rounds 1 to 100")
            }
        }

        func run() async throws {
            try await Session.run(connection, connections: load.connections) { session in
                guard through == .compare else {
                    try await measure(through, session)
                    return
                }
                let paths: [Path] = [.plain, .pool, .interceptors]
                var rates: [Path: [Int]] = [:]
                // In turn, so that a machine that slows down slows all of them down.
                for _ in 0..<rounds {
                    for path in paths {
                        rates[path, default: []].append(try await measure(path, session))
                    }
                }
                let medians = paths.map { (rates[$0] ?? []).sorted()[rounds / 2] }
                for (path, median) in zip(paths, medians) {
                    let ratio = String(median * 1000 / max(1, medians[0]))
                    print("\(path.rawValue): median \(median)/s, \(ratio) ‰ of plain")
                }
            }
        }

        @discardableResult
        private func measure(_ path: Path, _ session: Session) async throws -> Int {
            switch path {
            case .pool: return try await measure(path, over: try session.pool(.billing))
            case .interceptors, .compare:
                return try await measure(path, over: try await session.caller(.billing))
            case .plain:
                let addresses = try connection.addresses(.billing)
                var configuration = ClientConfiguration(
                    host: addresses[0].host,
                    port: addresses[0].port
                )
                configuration.tls = try connection.tls(.billing, addresses)
                let client = await RPCClient(
                    configuration: configuration,
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                    logger: Session.logger
                )
                do {
                    let rate = try await measure(path, over: client)
                    await client.shutdown()
                    return rate
                } catch {
                    await client.shutdown()
                    throw error
                }
            }
        }

        private func measure(_ path: Path, over caller: any RPCCaller) async throws -> Int {
            let echo = DebugV1.EchoServiceClient(caller)
            let message = DebugV1.EchoMessage(payload: [UInt8](repeating: 7, count: bytes))
            let name = through == .compare ? "echoes, \(path.rawValue)" : "echoes"
            return try await Load(load.callers, load.count).run(name) { _ in
                try await echo.echo(message) == message
            }
        }
    }
}
