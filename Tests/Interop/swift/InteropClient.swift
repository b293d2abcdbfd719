import Foundation
import Logging
import NIOCore
import NIOPosix
import ProtobufC
import RemitAPI
import TTRPC

/// Runs the table of cases that run.sh makes against a server, by this package's client.
///
///     InteropClient CASES SERVER VIA=HOST:PORT …
@main
struct InteropClient {
    private let ways: [String: (host: String, port: Int)]

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 3 else {
            fatalError("usage: InteropClient CASES SERVER VIA=HOST:PORT …")
        }
        let list = Array(arguments)
        let cases = try String(contentsOfFile: list[0], encoding: .utf8)
            .split(separator: "\n")
            .map { try InteropCase(line: String($0)) }
        let client = try InteropClient(list.dropFirst(2))
        try await client.run(cases.filter { $0.server == "all" || $0.server == list[1] })
        if list[1] == "remit" { try await client.runStreams() }
    }

    private init(_ arguments: ArraySlice<String>) throws {
        var ways: [String: (host: String, port: Int)] = [:]
        for argument in arguments {
            let parts = argument.split(whereSeparator: { "=:".contains($0) }).map(String.init)
            guard parts.count == 3, let port = Int(parts[2]) else {
                throw InteropFailure("\(argument) is not VIA=HOST:PORT")
            }
            ways[parts[0]] = (parts[1], port)
        }
        self.ways = ways
    }

    private func run(_ cases: [InteropCase]) async throws {
        let shared = try await client("direct")
        for test in cases {
            let client = test.via == "direct" ? shared : try await client(test.via)
            let begin = ContinuousClock.now
            let failure = await failure(test, client)
            tell(test.name, failure, (ContinuousClock.now - begin) / test.calls)
            if test.via != "direct" { await client.shutdown() }
        }
        await shared.shutdown()
    }

    private func runStreams() async throws {
        let client = try await client("direct")
        let echo = DebugV1.EchoServiceClient(client)
        for test in StreamCases.all {
            let begin = ContinuousClock.now
            let failure: String?
            do {
                failure = try await test.run(echo)
            } catch {
                failure = "\(error)"
            }
            tell(test.name, failure, ContinuousClock.now - begin)
        }
        await client.shutdown()
    }

    /// Prints a line of results: microseconds a call.
    private func tell(_ name: String, _ failure: String?, _ took: Duration) {
        let microseconds = took.components.attoseconds / 1_000_000_000_000
        let total = took.components.seconds * 1_000_000 + microseconds
        print("\(name)\t\(failure == nil ? "pass" : "fail")\t\(total)\t\(failure ?? "")")
    }

    private func client(_ way: String) async throws -> RPCClient {
        guard let address = ways[way] else { throw InteropFailure("no way \(way)") }
        var configuration = ClientConfiguration(host: address.host, port: address.port)
        // The server is to refuse what is too large, not the client.
        configuration.maxRequestBytes = 8 << 20
        return await RPCClient(
            configuration: configuration,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "interop", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Why a case fails; nil when it passes.
    private func failure(_ test: InteropCase, _ client: RPCClient) async -> String? {
        test.calls == 1 ? await single(test, client) : await many(test, client)
    }

    private func single(_ test: InteropCase, _ client: RPCClient) async -> String? {
        do {
            let (code, bytes) = try await call(test, client)
            guard code == test.code else { return "\(code), not \(test.code): \(bytes)" }
            if let expected = test.expected, expected != bytes {
                return "got \(bytes), not \(expected)"
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// A call's code, and the bytes of its reply or of its status.
    private func call(_ test: InteropCase, _ client: RPCClient) async throws -> (Int32, [UInt8]) {
        let options = CallOptions(timeout: test.timeout, metadata: test.metadata)
        do {
            let reply = try await test.message.send(test, client, options)
            return (0, reply)
        } catch let error as RPCError {
            return (error.code.rawValue, try GoogleRPC.Status(error).serialized())
        }
    }

    private func many(_ test: InteropCase, _ client: RPCClient) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            for caller in 0..<test.callers {
                group.addTask {
                    for number in stride(from: caller, to: test.calls, by: test.callers) {
                        let message = DebugV1.EchoMessage(payload: Array("\(number)".utf8))
                        do throws(RPCError) {
                            let reply = try await DebugV1.EchoServiceClient(client).echo(
                                message,
                                options: CallOptions(timeout: .seconds(20))
                            )
                            guard reply == message else { return "call \(number): \(reply)" }
                        } catch {
                            return "call \(number): \(error)"
                        }
                    }
                    return nil
                }
            }
            return await group.first { $0 != nil } ?? nil
        }
    }
}
