import Foundation
import RemitAPI
import TTRPC
import Testing

/// Every call here is refused with its status, reason and field; afterwards the next call works,
/// no row of any database has changed, and the service has never taken 64 MiB more memory than at
/// the start.
@Suite("Bad input", .hostileBench, .serialized)
struct BadInputTests {
    @Test("an amount, currency or count that cannot be is refused", arguments: BadAmounts.cases)
    func amounts(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    @Test("an identifier that is none, or that nothing has, is refused", arguments: BadIDs.cases)
    func ids(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    @Test("a request id that is neither UUID nor ULID is refused", arguments: BadIDs.requestIDs)
    func requestIDs(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    @Test("a text that is too long, missing or malformed is refused", arguments: BadTexts.cases)
    func texts(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    @Test(
        "R19: a card that cannot be, or a token that is spent, is refused",
        arguments: BadCards.cases
    )
    func cards(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    @Test(
        "what is another's, deleted, used, missing or unknown is refused",
        arguments: BadStates.cases
    )
    func states(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    @Test("a page that cannot be is refused by every list", arguments: BadPages.cases)
    func pages(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    @Test("a decision that nobody can carry out is refused", arguments: BadReviews.cases)
    func reviews(_ input: BadInput) async throws {
        try await input.check(.shared)
    }

    private static let badTexts: [(String, [UInt8])] = [
        ("a stray byte", [0x61, 0xFF]), ("a cut sequence", [0x61, 0xE2, 0x82]),
        ("an overlong NUL", [0xC0, 0x80]), ("a surrogate", [0xED, 0xA0, 0x80]),
        ("beyond Unicode", [0xF4, 0x90, 0x80, 0x80]), ("a NUL", [0x61, 0, 0x62]),
        ("a NUL at the end", [0x61, 0]), ("nothing but a NUL", [0]),
    ]

    @Test(
        "text that is not UTF-8, or has a NUL inside, is refused in every text of every method",
        arguments: SchemaMethod.all
    )
    func badText(_ method: SchemaMethod) async throws {
        let hostile = try HostileBench.shared
        for (path, field) in method.texts {
            for (name, bytes) in Self.badTexts {
                try await hostile.leavingNoTrace {
                    let error = await refusal(hostile, method, HandEncoding.nested(path, bytes))
                    #expect(error?.code == .invalidArgument, "\(field), \(name)")
                    #expect(error?.reason == "BAD_TEXT", "\(field), \(name)")
                    // The last part of the path: a message knows nothing of who holds it.
                    #expect(error?.field?.split(separator: ".").last == Substring(field), "\(name)")
                }
            }
        }
    }

    /// What is no encoding of any message.
    private static let malformed: [(String, [UInt8])] = [
        ("a cut tag", [0x80]), ("a cut length", [0x0A]), ("a cut text", [0x0A, 5, 0x61]),
        ("a length without end", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        ("a group", [0x9B, 0x06, 0x9C, 0x06]), ("wire type 7", [0x9F, 0x06]),
        ("field 0", [0x00, 0x00]),
        ("a varint of twelve bytes", [0x98, 0x06] + [UInt8](repeating: 0xFF, count: 12)),
    ]

    @Test("bytes that are no message are refused by every method", arguments: SchemaMethod.all)
    func malformed(_ method: SchemaMethod) async throws {
        let hostile = try HostileBench.shared
        for (name, bytes) in Self.malformed {
            try await hostile.leavingNoTrace {
                let error = await refusal(hostile, method, bytes)
                #expect(error?.code == .invalidArgument, "\(name)")
                #expect(error?.reason == "MALFORMED_MESSAGE", "\(name)")
            }
        }
    }

    @Test(
        "a message over its method's limit is refused by every method",
        arguments: SchemaMethod.all
    )
    func tooLarge(_ method: SchemaMethod) async throws {
        let hostile = try HostileBench.shared
        // The one method with a limit above this takes as much as a frame does.
        let isLargest = method.method == "CreateDraft"
        let unknown = HandEncoding.data(
            100,
            [UInt8](repeating: 0, count: isLargest ? 65_600 : 16_500)
        )
        try await hostile.leavingNoTrace {
            let error = await refusal(hostile, method, unknown)
            #expect(error?.code == .resourceExhausted)
            #expect(error?.reason == "MESSAGE_TOO_LARGE")
        }
    }

    @Test("a service or method that is not there is refused")
    func unknownMethods() async throws {
        let hostile = try HostileBench.shared
        let methods = [
            ("remit.billing.v1.PaymentService", "pay", "UNKNOWN_METHOD"),
            ("remit.billing.v1.PaymentService", "", "UNKNOWN_METHOD"),
            (
                "remit.billing.v1.PaymentService", String(repeating: "x", count: 5000),
                "UNKNOWN_METHOD"
            ),
            ("remit.billing.v1.Nothing", "Pay", "UNKNOWN_SERVICE"),
            ("remit.billing.v1.", "Pay", "UNKNOWN_SERVICE"),
        ]
        for (service, name, reason) in methods {
            let method = SchemaMethod(service: service, method: name, fields: [])
            try await hostile.leavingNoTrace {
                let error = await refusal(hostile, method, [])
                #expect(error?.code == .unimplemented)
                #expect(error?.reason == reason)
            }
        }
    }

    private func refusal(
        _ hostile: HostileBench,
        _ method: SchemaMethod,
        _ bytes: [UInt8]
    ) async -> RPCError? {
        await #expect(throws: RPCError.self, "\(method.testDescription)") {
            try await hostile.call(method, bytes)
        }
    }

    @Test("the tests above know every service that the schema has")
    func completeSchema() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../proto/remit").standardized
        var services: Set<String> = []
        for group in ["billing", "gateway"] {
            let files = folder.appendingPathComponent(group + "/v1")
            for name in try FileManager.default.contentsOfDirectory(atPath: files.path) {
                let text = try String(
                    contentsOf: files.appendingPathComponent(name),
                    encoding: .utf8
                )
                for line in text.split(separator: "\n") where line.hasPrefix("service ") {
                    services.insert("remit.\(group).v1.\(line.split(separator: " ")[1])")
                }
            }
        }
        #expect(services == Set(SchemaMethod.all.map(\.service)))
    }

    @Test("the databases that are compared are all that the services have, and a change is seen")
    func comparison() async throws {
        let hostile = try HostileBench.shared
        #expect(
            hostile.reader.databaseNames == [
                "billing.sqlite", "card-keys.sqlite", "gateway.sqlite", "sandbox-bank.sqlite",
            ]
        )
        let before = try hostile.reader.snapshot()
        #expect(before.rowCount > 50)
        _ = try await hostile.bench.newAccount()
        _ = try await hostile.bench.tokenize(SandboxCard.visa)
        let after = try hostile.reader.snapshot()
        let tables = before.differences(to: after).map { String($0.prefix { $0 != ":" }) }
        for table in [
            "billing.sqlite.accounts", "card-keys.sqlite.card_keys", "gateway.sqlite.cards",
        ] {
            #expect(tables.contains(table), "\(tables)")
        }
    }
}
