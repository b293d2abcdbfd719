import TTRPC
import Testing

/// A service of a bench with inject.so preloaded, started anew whenever it has ended.
final class FaultyService {
    let bench: TestBench
    let program: Program
    let control: FaultControl
    private(set) var process: ServiceProcess

    init(_ bench: TestBench, _ program: Program) async throws {
        self.bench = bench
        self.program = program
        control = try FaultControl(path: "\(bench.folder)/control-\(program.rawValue)")
        try await bench.stop(program)
        process = try await Self.start(bench, program, control)
    }

    private static func start(
        _ bench: TestBench,
        _ program: Program,
        _ control: FaultControl
    ) async throws -> ServiceProcess {
        try await bench.startPreloaded(
            program,
            .inject,
            environment: ["FAULTS_CONTROL": control.path],
            // The feed is not read meanwhile: only the payment's own calls are counted.
            billingOptions: [
                "--recovery-interval-milliseconds", "100", "--feed-interval-milliseconds", "60000",
                "--feed-by-pages",
            ]
        )
    }

    /// Whether a commit failed with an unknown outcome: the service ends by itself then.
    var hasStoppedWriting: Bool {
        process.log.contains("no more writes until a restart")
    }

    func restart() async throws {
        await process.kill()
        process = try await Self.start(bench, program, control)
    }

    /// Gives the service back to the bench.
    func end() async throws {
        await process.kill()
        try await bench.start(program)
    }
}
