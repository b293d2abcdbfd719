import Foundation
import RemitAPI
import TTRPC
import Testing

@testable import Operations

@Suite("The table of grants")
struct AccessTableTests {
    private static let scopes: Set = ["charge", "tokenize"]
    private static let hash = BearerToken.hexadecimalHash("a token")

    private func table(_ json: String) throws(ConfigurationError) -> AccessTable {
        let json = json.replacing("HASH", with: Self.hash)
        return try AccessTable(json: Data(json.utf8), name: "FILE", scopes: Self.scopes)
    }

    @Test("identities and tokens have the scopes and the tenant that it gives them")
    func reads() throws {
        let table = try table(
            """
            {"identities": [{"uri": "remit://a", "tenant": "one", "scopes": ["charge"]},
                            {"uri": "remit://b", "tenant": "two", "scopes": ["charge", "tokenize"]}],
             "tokens": [{"name": "report", "sha256": "HASH", "tenant": "one",
                         "scopes": ["tokenize"], "expires": "2027-01-31T00:00:00Z"}]}
            """
        )
        #expect(table.grant(identity: "remit://a")?.scopes == ["charge"])
        #expect(table.grant(identity: "remit://a")?.caller.tenant == "one")
        #expect(table.grant(identity: "remit://a")?.caller.name == "remit://a")
        #expect(table.grant(identity: "remit://b")?.scopes == ["charge", "tokenize"])
        #expect(table.grant(identity: "remit://c") == nil)
        let token = try #require(table.tokens.first)
        #expect(token.expiry == 1_801_353_600_000)
        #expect(token.grant.scopes == ["tokenize"])
        #expect(token.grant.caller.name == "token report")
    }

    @Test("a token is taken until the moment it expires, and never another")
    func expiry() throws {
        let table = try table(
            """
            {"tokens": [{"name": "x", "sha256": "HASH", "tenant": "one", "scopes": ["charge"],
                         "expires": "2027-01-31T00:00:00Z"}]}
            """
        )
        let hash = BearerToken.hash("a token")
        let end: Int64 = 1_801_353_600_000
        func finding(_ hash: [UInt8], _ now: Int64) -> String {
            switch table.find(hash, now: now) {
            case .none: "none"
            case .expired: "expired"
            case .granted: "granted"
            }
        }
        #expect(finding(hash, 0) == "granted")
        #expect(finding(hash, end - 1) == "granted")
        #expect(finding(hash, end) == "expired")
        #expect(finding(BearerToken.hash("another"), 0) == "none")
        #expect(finding([], 0) == "none")
    }

    @Test("of many tokens each is found by its own hash")
    func many() throws {
        let tokens = (0..<200).map { number in
            """
            {"name": "t\(number)", "sha256": "\(BearerToken.hexadecimalHash("secret \(number)"))",
             "tenant": "one", "scopes": ["charge"], "expires": "2027-01-31T00:00:00Z"}
            """
        }
        let table = try table("{\"tokens\": [\(tokens.joined(separator: ","))]}")
        for number in 0..<200 {
            let found = table.find(BearerToken.hash("secret \(number)"), now: 0)
            guard case .granted(let grant) = found else {
                Issue.record("\(number) is not found")
                return
            }
            #expect(grant.caller.name == "token t\(number)")
        }
    }

    @Test("an empty table grants nothing")
    func empty() throws {
        let table = try table("{}")
        #expect(table.identities.isEmpty)
        #expect(table.tokens.isEmpty)
    }

    private static let identity =
        #"{"identities": [{"uri": "remit://a", "tenant": "t", "scopes": ["charge"]}"#
    private static let token =
        #""sha256": "HASH", "tenant": "t", "scopes": ["charge"], "expires": "2027-01-31T00:00:00Z""#

    static let wrong: [(String, String)] = [
        ("", "FILE is no JSON object"),
        ("[]", "FILE is no JSON object"),
        (#"{"identites": []}"#, "the table: there is no key 'identites'"),
        (#"{"identities": {}}"#, "identities: it must be a list of objects"),
        (#"{"identities": [1]}"#, "identities: it must be a list of objects"),
        (#"{"identities": [{}]}"#, #"identities[0]: "uri" must be a text"#),
        (
            #"{"identities": [{"uri": "a", "tenant": "t", "scopes": ["charge"]}]}"#,
            #"identities[0]: "uri" is 'a'; it must be a URI"#
        ),
        (
            #"{"identities": [{"uri": "a://b", "scopes": ["charge"]}]}"#,
            #"identities[0]: "tenant" must be a text"#
        ),
        (
            #"{"identities": [{"uri": "a://b", "tenant": "t"}]}"#,
            #"identities[0]: "scopes" must be a list of texts"#
        ),
        (
            #"{"identities": [{"uri": "a://b", "tenant": "t", "scopes": []}]}"#,
            #"identities[0]: "scopes" must be a list of texts"#
        ),
        (
            #"{"identities": [{"uri": "a://b", "tenant": "t", "scopes": ["charge", "x"]}]}"#,
            "identities[0]: there is no scope 'x'; there are charge, tokenize"
        ),
        (
            #"{"identities": [{"uri": "a://b", "tenant": "t", "scopes": ["*"]}]}"#,
            "identities[0]: there is no scope '*'"
        ),
        (
            #"{"identities": [{"uri": "a://b", "tenant": "t", "scopes": ["charge"], "x": 1}]}"#,
            "identities[0]: there is no key 'x'"
        ),
        (
            identity + #", {"uri": "remit://a", "tenant": "u", "scopes": ["charge"]}]}"#,
            "identities[1]: 'remit://a' is there twice"
        ),
        (#"{"tokens": [{\#(token)}]}"#, #"tokens[0]: "name" must be a text"#),
        (
            #"{"tokens": [{"name": "n", "sha256": "12", "tenant": "t"}]}"#,
            #"tokens[0]: "sha256" must be 64 hexadecimal digits"#
        ),
        (
            #"{"tokens": [{"name": "n", "sha256": "HASH", "tenant": "t", "scopes": ["charge"]}]}"#,
            #"tokens[0]: "expires" must be a text"#
        ),
        (
            #"{"tokens": [{"name": "n", "sha256": "HASH", "expires": "soon"}]}"#,
            #"tokens[0]: "expires" is 'soon'; it must be like 2027-01-31T00:00:00Z"#
        ),
        (
            #"{"tokens": [{"name": "n", \#(token)}, {"name": "m", \#(token)}]}"#,
            "tokens[1]: this token is there twice"
        ),
    ]

    @Test("each wrong table is refused in one line that names the entry", arguments: wrong)
    func refused(_ json: String, _ expected: String) {
        let error = #expect(throws: ConfigurationError.self) { try table(json) }
        let text = "\(error?.description ?? "")"
        #expect(text.contains(expected), "\(text)")
        #expect(text.hasPrefix("the access table FILE"))
        #expect(!text.contains("\n"))
    }

    @Test("the example in deploy is a table of the gateway")
    func example() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appendingPathComponent("deploy/access.json").path
        let table = try AccessTable(path: path, scopes: Set(GatewayV1.methods.map(\.scope)))
        #expect(table.grant(identity: "remit://portal")?.scopes == ["tokenize"])
        #expect(table.tokens.count == 1)
    }

    @Test("more entries than its bound are refused")
    func tooMany() {
        let entry = #"{"uri": "a://b", "tenant": "t", "scopes": ["charge"]}"#
        let list = Array(repeating: entry, count: AccessTable.maxEntries + 1)
        let error = #expect(throws: ConfigurationError.self) {
            try table("{\"identities\": [\(list.joined(separator: ","))]}")
        }
        #expect(error?.description.contains("there are more than 1000") == true)
    }

    @Test("a file that cannot be read is refused with the reason")
    func unreadable() {
        let error = #expect(throws: ConfigurationError.self) {
            try AccessTable(path: "/nonexistent/table", scopes: [])
        }
        #expect(
            error?.description
                == "the access table /nonexistent/table cannot be read: No such file or directory"
        )
    }
}
