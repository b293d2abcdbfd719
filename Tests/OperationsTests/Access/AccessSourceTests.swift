import Foundation
import RemitAPI
import TTRPC
import Testing

@testable import Operations

@Suite("Access: a table that changes")
struct AccessSourceTests {
    private let method = GatewayV1.VaultService.tokenize

    private func table(_ identity: String) -> String {
        """
        {"identities": [{"uri": "\(identity)", "tenant": "ours", "scopes": ["tokenize"]}],
         "tokens": []}
        """
    }

    private func isGranted(_ source: AccessSource) -> Bool {
        var context = ServerContext(
            method: method,
            identity: PeerIdentity("remit://a", expiry: .max)
        )
        return (try? source.control.authorize(&context)) != nil
    }

    @Test("it is read when it has changed since it was last read, and not otherwise")
    func changes() throws {
        let path = NSTemporaryDirectory() + "remit-access-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        }
        try write(table("remit://a"))
        let source = try AccessSource(path, methods: [method], tenant: "ours", now: { 0 })
        #expect(isGranted(source))
        #expect(try !source.reload(force: false))
        // However long it is until somebody looks.
        try write(table("remit://b"))
        #expect(isGranted(source))
        #expect(try source.reload(force: false))
        #expect(!isGranted(source))
        #expect(try !source.reload(force: false))
        #expect(try source.reload(force: true))
        try write(table("remit://a"))
        #expect(try source.reload(force: false))
        #expect(isGranted(source))
        try write("nonsense")
        #expect(throws: ConfigurationError.self) { try source.reload(force: false) }
        #expect(try !source.reload(force: false), "told once")
        #expect(isGranted(source), "the old one goes on deciding")
    }
}
