import Testing

extension TestBench {
    /// Starts a service that has ended, on the port of its last run, with a library preloaded.
    ///
    /// The process is not the bench's: end it, and start the service anew, before the bench is
    /// closed.
    func startPreloaded(
        _ program: Program,
        _ library: FaultLibrary,
        environment: [String: String],
        billingOptions: [String] = TestBench.billingOptions
    ) async throws -> ServiceProcess {
        let arguments =
            switch program {
            case .gateway: ["--listen", gatewayAddress, "--data", gatewayFolder]
            case .billing, .client:
                ["--listen", billingAddress, "--data", billingFolder, "--gateway", gatewayAddress]
                    + billingOptions
            }
        let process = try run(
            program,
            ["serve"] + arguments,
            environment: environment.merging(["LD_PRELOAD": try await library.path()]) { $1 }
        )
        _ = try await process.listeningPort()
        return process
    }

    /// Drains a service of the bench.
    func stop(_ program: Program) async throws {
        switch program {
        case .gateway: try await stopGateway()
        case .billing, .client: try await stopBilling()
        }
    }

    /// Starts a service of the bench.
    func start(_ program: Program) async throws {
        switch program {
        case .gateway: try await startGateway()
        case .billing, .client: try await startBilling()
        }
    }

    /// The data folder of a service.
    func folder(of program: Program) -> String {
        switch program {
        case .gateway: gatewayFolder
        case .billing, .client: billingFolder
        }
    }
}
