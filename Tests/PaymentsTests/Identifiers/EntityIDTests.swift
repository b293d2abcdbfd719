import Payments
import Testing

@Suite("EntityID")
struct EntityIDTests {
    private static let ulid = ULID(high: 0x0123_4567_89AB_CDEF, low: 77)

    private static let kinds: [any EntityID.Type] = [
        AccountID.self, UserID.self, InvoiceID.self, PaymentID.self, AttemptID.self,
        AllocationID.self, CreditID.self, PaymentMethodID.self, EventID.self, JournalID.self,
        TokenID.self, OperationID.self,
    ]

    private func check<ID: EntityID>(_ kind: ID.Type) {
        let id = ID(Self.ulid)
        #expect(id.text == ID.prefix + "_" + Self.ulid.text)
        #expect("\(id)" == id.text)
        #expect(ID(text: id.text) == id)
        #expect(ID(bytes: id.bytes) == id)
        #expect(ID(bytes: Array(id.bytes.dropLast())) == nil)
        let wrong = [
            "", ID.prefix, ID.prefix + "_", Self.ulid.text, "_" + Self.ulid.text,
            ID.prefix + Self.ulid.text, ID.prefix.uppercased() + "_" + Self.ulid.text,
            id.text + "0", String(id.text.dropLast()), " " + id.text,
        ]
        for text in wrong { #expect(ID(text: text) == nil, "\(text)") }
        #expect(id < ID(ULID(high: Self.ulid.high, low: 78)))
    }

    @Test("Every kind has a text of its own, and reads no other")
    func kinds() {
        for kind in Self.kinds { check(kind) }
    }

    @Test("The prefixes are those that people know, each once")
    func prefixes() {
        let prefixes = Self.kinds.map { $0.prefix }
        #expect(
            prefixes == [
                "acct", "usr", "inv", "pay", "att", "alc", "crd", "pm", "evt", "jrn", "tok", "opn",
            ]
        )
        #expect(PaymentID(text: AttemptID(Self.ulid).text) == nil)
    }
}
