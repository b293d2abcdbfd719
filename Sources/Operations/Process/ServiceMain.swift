import Glibc
package import Logging
import NIOCore
package import ServiceLifecycle
package import TTRPC
import UnixSignals

/// What keeps a service from starting, for which the operator must do something: exit status 2.
package struct StartupRefusal: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Runs a binary by the contract that scripts rely on: one line on standard output when it is
/// ready, one line on standard error when it cannot start, and the exit status.
package enum ServiceMain {
    /// A wrong configuration.
    package static let configurationStatus: Int32 = 2
    /// Anything else that keeps a service from running.
    package static let failureStatus: Int32 = 1
    /// Start it again, as it is: EX_IOERR of sysexits.h.
    package static let restartStatus: Int32 = 74

    /// Runs `body` and ends the process.
    ///
    /// - Parameters:
    ///   - program: named in the line on standard error.
    ///   - body: returns when the service has drained.
    package static func run(
        _ program: String,
        _ body: () async throws -> Void
    ) async -> Never {
        // From here on SIGHUP ends nothing: `CredentialReloader` listens to it a moment after the
        // service does, and the files were read just before.
        signal(SIGHUP, SIG_IGN)
        do {
            try await body()
            exit(0)
        } catch let error as ConfigurationError {
            fail(program, error.description, configurationStatus)
        } catch let error as StartupRefusal {
            fail(program, error.description, configurationStatus)
        } catch {
            fail(program, "\(error)", failureStatus)
        }
    }

    private static func fail(_ program: String, _ message: String, _ status: Int32) -> Never {
        StandardStream.error.write("\(program): \(message.onOneLine)\n")
        exit(status)
    }

    /// Ends a running service at once, as a crash would, so that whatever supervises it starts it
    /// again: what memory says can no longer be trusted, and what the disk says can.
    ///
    /// Nothing is drained and nothing is closed. Whoever waits loses the connection and knows that
    /// the outcome is unknown, which is true.
    ///
    /// - Parameters:
    ///   - program: named in the line on standard error.
    ///   - reason: for operators.
    package static func endForRestart(_ program: String, _ reason: String) -> Never {
        StandardStream.error.write(
            "\(program): \(reason.onOneLine); ended at once, to be started again\n"
        )
        _exit(restartStatus)
    }

    /// Refuses plain text where others could listen in.
    ///
    /// - Throws: `ConfigurationError`.
    package static func checkPlaintext(
        _ address: ListenAddress,
        isAllowed: Bool
    ) throws(ConfigurationError) {
        guard address.isLoopback || isAllowed else {
            throw ConfigurationError(
                "--listen \(address) is not a loopback address and calls are plain text; "
                    + "add --tls-certificate and --tls-key, or --allow-plaintext if the network "
                    + "is trusted"
            )
        }
    }

    /// Binds the server, says so, and serves until SIGTERM or SIGINT.
    ///
    /// - Parameters:
    ///   - server: not started yet.
    ///   - services: background work, stopped after the server has drained.
    ///   - logger: for the life cycle.
    /// - Throws: `ConfigurationError` when the address cannot be bound; what a service threw.
    package static func serve(
        _ server: RPCServer,
        beside services: [any Service],
        logger: Logger
    ) async throws {
        let address: SocketAddress
        do {
            address = try await server.start()
        } catch {
            throw ConfigurationError("--listen cannot be bound: \(error)")
        }
        let host = address.ipAddress ?? "?"
        let shown = ListenAddress(host: host, port: address.port ?? 0)
        // Shut down in reverse order: the server drains while the rest still works.
        let group = ServiceGroup(
            services: [ReadyLine(address: shown, logger: logger)] + services + [server],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await group.run()
        logger.info("drained")
    }
}

/// Says that the service is ready. A service itself, because the group watches for signals before
/// it runs any: whoever has read the line may end the process by one, and it drains.
private struct ReadyLine: Service, CustomStringConvertible {
    let address: ListenAddress
    let logger: Logger

    var description: String { "ReadyLine" }

    func run() async throws {
        StandardStream.output.write("listening \(address)\n")
        logger.info("listening", metadata: ["address": "\(address)"])
        try await gracefulShutdown()
    }
}
