import Payments
import ServiceKit

/// Mints request ids: one for each intention, kept for retries.
enum RequestID {
    private static let factory = IDFactory(clock: .system)

    /// A new ULID.
    static func new() -> String {
        factory.next(EventID.self).ulid.text
    }
}
