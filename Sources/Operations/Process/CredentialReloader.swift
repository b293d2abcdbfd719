package import Logging
import ServiceLifecycle
package import TTRPC
import UnixSignals

/// Watches the files of certificates, keys and grants, and has them read again when they change:
/// by their time and length every so often, and at once on SIGHUP.
package struct CredentialReloader: Service, CustomStringConvertible {
    private let tls: [(name: String, source: TLSSource)]
    private let access: AccessSource?
    private let interval: Duration
    private let logger: Logger

    package var description: String { "CredentialReloader" }

    /// - Parameters:
    ///   - tls: what is watched, with names for the log.
    ///   - access: the table of grants, if there is one.
    ///   - interval: how often the files are looked at.
    package init(
        tls: [(name: String, source: TLSSource)],
        access: AccessSource?,
        interval: Duration,
        logger: Logger
    ) {
        self.tls = tls
        self.access = access
        self.interval = interval
        self.logger = logger
    }

    /// Until graceful shutdown. SIGHUP never ends the process, watched files or none.
    package func run() async throws {
        let watch = Watch(tls: tls, access: access, logger: logger)
        await watch.begin()
        let interval = interval
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) {
                        await watch.look(force: true)
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: interval)
                        await watch.look(force: false)
                    }
                }
            }
        }
    }

    /// One look at a time.
    private actor Watch {
        private let tls: [(name: String, source: TLSSource)]
        private let access: AccessSource?
        private let logger: Logger

        init(
            tls: [(name: String, source: TLSSource)],
            access: AccessSource?,
            logger: Logger
        ) {
            self.tls = tls
            self.access = access
            self.logger = logger
        }

        func begin() {
            for (name, source) in tls {
                logger.info(
                    "certificates are read",
                    metadata: ["of": "\(name)", "expires": "\(source.expiry ?? "never")"]
                )
            }
        }

        func look(force: Bool) {
            for (name, source) in tls {
                switch source.reload(force: force) {
                case .none: break
                case .replaced(let expiry):
                    logger.info(
                        "certificates were read again",
                        metadata: ["of": "\(name)", "expires": "\(expiry ?? "never")"]
                    )
                case .refused(let error):
                    logger.error(
                        "new certificates cannot be used; the old ones stay",
                        metadata: ["of": "\(name)", "reason": "\(error)"]
                    )
                }
            }
            lookAtAccess(force: force)
        }

        private func lookAtAccess(force: Bool) {
            guard let access else { return }
            do throws(ConfigurationError) {
                guard try access.reload(force: force) else { return }
                logger.info("the access table was read again")
            } catch {
                logger.error(
                    "the new access table cannot be used; the old one stays",
                    metadata: ["reason": "\(error)"]
                )
            }
        }
    }
}
