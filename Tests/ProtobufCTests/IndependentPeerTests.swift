import ProtobufC
import RemitAPI
import TTRPC
import Testing

@Suite("Messages against bytes made by hand")
struct IndependentPeerTests {
    private static func money(_ writer: inout HandWriter, _ units: Int64, _ currency: String) {
        writer.number(1, units)
        writer.text(2, currency)
    }

    private static let payment = BillingV1.Payment(
        paymentID: "pay_1",
        accountID: "acct_2",
        requestID: "3",
        state: .declined,
        amount: RemitType.Money(minorUnits: 12_345, currency: "CAD"),
        message: "Refusée.",
        declineCode: "do_not_honor",
        retryClass: "soft",
        failureReason: "f",
        attemptID: "att_4",
        paymentMethodID: "pm_5",
        cardSaving: .refusedNotApproved,
        cardBrand: "visa",
        cardLastFour: "4242",
        allocations: [
            BillingV1.PaymentAllocation(
                allocationID: "alc_1",
                invoiceID: "inv_1",
                invoiceNumber: "INV00000001",
                amount: RemitType.Money(minorUnits: 1, currency: "CAD")
            ),
            BillingV1.PaymentAllocation(),
        ],
        credited: RemitType.Money(minorUnits: -1, currency: "CAD"),
        createTime: GoogleProtobuf.Timestamp(seconds: 1_767_225_600, nanos: 5),
        settleTime: GoogleProtobuf.Timestamp(seconds: -1, nanos: 999_999_999)
    )

    private static let paymentBytes = HandWriter.write { writer in
        writer.text(1, "pay_1")
        writer.text(2, "acct_2")
        writer.text(3, "3")
        writer.number(4, 7)
        writer.message(5) { money(&$0, 12_345, "CAD") }
        writer.text(6, "Refusée.")
        writer.text(7, "do_not_honor")
        writer.text(8, "soft")
        writer.text(9, "f")
        writer.text(10, "att_4")
        writer.text(11, "pm_5")
        writer.number(12, 3)
        writer.text(13, "visa")
        writer.text(14, "4242")
        writer.message(15) { writer in
            writer.text(1, "alc_1")
            writer.text(2, "inv_1")
            writer.text(3, "INV00000001")
            writer.message(4) { money(&$0, 1, "CAD") }
        }
        writer.message(15) { _ in }
        writer.message(16) { money(&$0, -1, "CAD") }
        writer.message(17) {
            $0.number(1, 1_767_225_600)
            $0.number(2, 5)
        }
        writer.message(18) {
            $0.number(1, -1)
            $0.number(2, 999_999_999)
        }
    }

    @Test("A payment with every field is written as the schema says")
    func encoding() throws {
        #expect(try Self.payment.serialized() == Self.paymentBytes)
    }

    @Test("A payment with every field is read as the schema says")
    func decoding() throws {
        #expect(try BillingV1.Payment(serialized: Self.paymentBytes) == Self.payment)
    }

    @Test("A request to pay is written as the schema says, from either source")
    func oneof() throws {
        let saved = BillingV1.PayRequest(
            requestID: "r",
            source: .paymentMethodID("pm_1"),
            balanceVersion: 300,
            acceptCredit: true
        )
        let savedBytes = HandWriter.write {
            $0.text(1, "r")
            $0.text(4, "pm_1")
            $0.number(6, 300)
            $0.number(7, 1)
        }
        #expect(try saved.serialized() == savedBytes)
        #expect(try BillingV1.PayRequest(serialized: savedBytes) == saved)
        let new = BillingV1.PayRequest(
            source: .newCard(BillingV1.NewCard(token: "tok_1", save: true))
        )
        let newBytes = HandWriter.write { writer in
            writer.message(5) {
                $0.text(1, "tok_1")
                $0.number(4, 1)
            }
        }
        #expect(try new.serialized() == newBytes)
        #expect(try BillingV1.PayRequest(serialized: newBytes) == new)
    }

    @Test("Of two sources the last on the wire counts, and of a text given twice the last")
    func lastWins() throws {
        let bytes = HandWriter.write { writer in
            writer.text(1, "first")
            writer.message(5) { $0.text(1, "tok_1") }
            writer.text(4, "pm_1")
            writer.text(1, "second")
        }
        let request = try BillingV1.PayRequest(serialized: bytes)
        #expect(request.source == .paymentMethodID("pm_1"))
        #expect(request.requestID == "second")
    }

    /// The encoding asks for the pieces to be put together. libprotobuf-c 1.4.1 does that for
    /// texts and not for numbers without presence, so an amount can become zero, and is refused as
    /// that; it never becomes another one.
    @Test("Of a submessage in two pieces the last piece's numbers count, and the texts of both")
    func merged() throws {
        let bytes = HandWriter.write { writer in
            writer.message(3) { $0.number(1, 5) }
            writer.message(3) { $0.text(2, "CAD") }
        }
        let request = try BillingV1.PayRequest(serialized: bytes)
        #expect(request.amount == RemitType.Money(minorUnits: 0, currency: "CAD"))
    }

    @Test("Fields in any order are the same message")
    func order() throws {
        let bytes = HandWriter.write {
            $0.text(2, "CAD")
            $0.number(1, 5)
        }
        let money = try RemitType.Money(serialized: bytes)
        #expect(money == RemitType.Money(minorUnits: 5, currency: "CAD"))
    }

    @Test("Fields that this version does not know are skipped, of every wire type")
    func unknownFields() throws {
        let bytes = HandWriter.write { writer in
            writer.number(99, -1)
            writer.number(1, 5)
            writer.fixed32(100, 7)
            writer.fixed64(101, 8)
            writer.text(102, "later")
            writer.message(2047) { $0.text(1, "\u{0}") }
            writer.text(2, "CAD")
        }
        let money = try RemitType.Money(serialized: bytes)
        #expect(money == RemitType.Money(minorUnits: 5, currency: "CAD"))
    }

    @Test(
        "An enum's number without a name is kept",
        arguments: [10, 99, -1, .max, .min] as [Int32]
    )
    func unknownEnumValues(number: Int32) throws {
        let bytes = HandWriter.write { $0.number(4, Int64(number)) }
        let payment = try BillingV1.Payment(serialized: bytes)
        #expect(payment.state == .unrecognized(number))
        #expect(payment.state.rawValue == number)
        #expect(payment.state.name == "\(number)")
        #expect(try payment.serialized() == bytes)
    }
}
