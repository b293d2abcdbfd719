import TTRPC
import Testing

/// A call that must be refused, and how.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    let code: RPCCode
    let reason: String
    let field: String?
    let call: @Sendable (HostileBench) async throws -> any Sendable

    var testDescription: String { "\(name): \(code.name) \(reason) \(field ?? "")" }

    init(
        _ name: String,
        _ reason: String,
        _ field: String?,
        _ code: RPCCode = .invalidArgument,
        _ call: @escaping @Sendable (HostileBench) async throws -> any Sendable
    ) {
        self.name = name
        self.code = code
        self.reason = reason
        self.field = field
        self.call = call
    }

    /// Makes the call and expects the refusal, with its status, reason and field.
    func check(_ hostile: HostileBench) async throws {
        try await hostile.leavingNoTrace {
            do {
                let reply = try await call(hostile)
                Issue.record("answered with \(reply)")
            } catch let error as RPCError {
                #expect(error.code == code, "\(error)")
                #expect(error.reason == reason, "\(error)")
                #expect(error.field == field, "\(error)")
                #expect(error.origin == .peer, "\(error)")
                #expect(error.message.contains(" "), "\(error)")
            }
        }
    }
}

/// Texts that are no identifier of a kind.
struct BadID: Sendable {
    let name: String
    let text: String

    /// - Parameter prefix: of the kind: "acct".
    static func all(_ prefix: String) -> [BadID] {
        let body = "01J0000000000000000000000A"
        return [
            BadID(name: "empty", text: ""),
            BadID(name: "a word", text: "x"),
            BadID(name: "a bare prefix", text: prefix + "_"),
            BadID(name: "no prefix", text: body),
            BadID(name: "another prefix", text: "zzz_" + body),
            BadID(name: "an upper-case prefix", text: prefix.uppercased() + "_" + body),
            BadID(name: "too short", text: prefix + "_" + body.dropLast()),
            BadID(name: "too long", text: prefix + "_" + body + "A"),
            BadID(name: "a letter that is none", text: prefix + "_U" + body.dropFirst()),
            BadID(name: "more than 128 bits", text: prefix + "_8" + body.dropFirst()),
            BadID(name: "a space", text: prefix + "_" + body + " "),
            BadID(name: "SQL", text: prefix + "_' OR '1'='1"),
            BadID(name: "long", text: prefix + "_" + String(repeating: "A", count: 2000)),
        ]
    }

    /// A sound id that nothing has.
    static func unknown(_ prefix: String) -> String { prefix + "_01J0000000000000000000000A" }
}

/// The same bad values for one field of many methods.
struct FieldCases: Sendable {
    let method: String
    let field: String
    let prefix: String
    /// How an id that nothing has is refused; nil where it may be anything.
    let unknown: (code: RPCCode, reason: String)?
    let call: @Sendable (HostileBench, String) async throws -> any Sendable

    init(
        _ method: String,
        _ field: String,
        _ prefix: String,
        unknown: (code: RPCCode, reason: String)? = (.notFound, "NOT_FOUND"),
        _ call: @escaping @Sendable (HostileBench, String) async throws -> any Sendable
    ) {
        self.method = method
        self.field = field
        self.prefix = prefix
        self.unknown = unknown
        self.call = call
    }

    var cases: [BadInput] {
        let call = call
        var cases = BadID.all(prefix).map { bad in
            BadInput("\(method), \(field) \(bad.name)", "BAD_ID", field) {
                try await call($0, bad.text)
            }
        }
        if let unknown {
            let id = BadID.unknown(prefix)
            cases.append(
                BadInput("\(method), \(field) unknown", unknown.reason, field, unknown.code) {
                    try await call($0, id)
                }
            )
        }
        return cases
    }
}
