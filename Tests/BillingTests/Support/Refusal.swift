import NIOCore
import RemitAPI
import TTRPC
import Testing

@testable import Billing

/// A request that a handler refuses, and how.
struct Refusal<Request: Sendable>: Sendable, CustomTestStringConvertible {
    let name: String
    let code: RPCCode
    let reason: String
    let field: String
    let change: @Sendable (inout Request) -> Void

    init(
        _ name: String,
        _ reason: String,
        _ field: String,
        code: RPCCode = .invalidArgument,
        _ change: @escaping @Sendable (inout Request) -> Void
    ) {
        self.name = name
        self.code = code
        self.reason = reason
        self.field = field
        self.change = change
    }

    var testDescription: String { name }
}

/// Expects a refusal with its status, its reason, the field at fault, and a sentence.
func expectRefusal(
    _ code: RPCCode,
    _ reason: String?,
    _ field: String?,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Sendable
) async {
    do {
        let value = try await body()
        Issue.record(
            "expected \(reason ?? code.name), got \(value)",
            sourceLocation: sourceLocation
        )
    } catch let error as RPCError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(error.reason == reason, "\(error)", sourceLocation: sourceLocation)
        #expect(error.field == field, "\(error)", sourceLocation: sourceLocation)
        #expect(error.message.contains(" "), "\(error)", sourceLocation: sourceLocation)
        #expect(error.message.hasSuffix("."), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}

extension ServerContext {
    /// A call by a caller that waits as long as it takes, or so long.
    static func call(_ method: MethodDescriptor, timeout: TimeAmount? = nil) -> ServerContext {
        ServerContext(method: method, deadline: timeout.map { .now() + $0 })
    }
}

extension RemitType.Money {
    static func cad(_ minorUnits: Int64) -> RemitType.Money {
        RemitType.Money(minorUnits: minorUnits, currency: "CAD")
    }
}
