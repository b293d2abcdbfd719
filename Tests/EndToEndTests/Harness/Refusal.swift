import TTRPC
import Testing

/// Expects a refusal with its reason and the field at fault, and a sentence for people.
func expectRefusal(
    _ code: RPCCode,
    _ reason: String,
    field: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Sendable
) async {
    do {
        let value = try await body()
        Issue.record(
            "expected \(code.name) \(reason), got \(value)",
            sourceLocation: sourceLocation
        )
    } catch let error as RPCError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(error.reason == reason, "\(error)", sourceLocation: sourceLocation)
        if let field {
            #expect(error.field == field, "\(error)", sourceLocation: sourceLocation)
        }
        #expect(error.origin == .peer, "\(error)", sourceLocation: sourceLocation)
        #expect(error.message.contains(" "), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}
