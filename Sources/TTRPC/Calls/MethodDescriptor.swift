import Synchronization

/// Counts the methods of the process.
private let methodCount = Atomic<Int>(0)

/// One method of a service, as its `.proto` declares it. A class: it is made once for each method
/// and passed along with each call.
package final class MethodDescriptor: Sendable {
    /// The full name of the service: "remit.billing.v1.PaymentService".
    package let service: String
    /// The method: "Pay".
    package let method: String
    /// What an identity must be granted to call it; empty for what everyone may call.
    package let scope: String
    /// Whether a call may be repeated without a second effect.
    package let idempotent: Bool
    /// Different for each descriptor of the process, and small: what is kept for each method is
    /// looked up by it, without a hash.
    package let number: Int
    /// The longest request, in bytes; 0 leaves it to the server's frame limit.
    package let maxRequestBytes: Int
    /// Which sides send a stream. `maxRequestBytes` holds for each message then.
    package let kind: MethodKind

    package init(
        service: String,
        method: String,
        scope: String,
        idempotent: Bool,
        maxRequestBytes: Int,
        kind: MethodKind = .unary
    ) {
        number = methodCount.add(1, ordering: .relaxed).oldValue
        self.service = service
        self.method = method
        self.scope = scope
        self.idempotent = idempotent
        self.maxRequestBytes = maxRequestBytes
        self.kind = kind
    }

    /// "remit.billing.v1.PaymentService/Pay".
    package var fullName: String { service + "/" + method }
}
