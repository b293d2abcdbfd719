import RemitAPI
import TTRPC

/// Makes values of every shape that the schema allows, the same for the same seed.
struct RandomMessages {
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    private mutating func chance(_ one: Int) -> Bool {
        Int.random(in: 0..<one, using: &random) == 0
    }

    private mutating func number() -> Int64 {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: 0
        case 1: .min
        case 2: .max
        default: Int64(bitPattern: random.next()) >> Int64.random(in: 0..<63, using: &random)
        }
    }

    private mutating func small() -> Int32 {
        Int32(truncatingIfNeeded: number())
    }

    private mutating func text() -> String {
        let alphabet: [Character] = [
            "a", "Z", "0", "_", " ", "é", "ß", "€", "日", "𝄞", "👩‍👩‍👧", "\u{7F}", "\u{1}",
        ]
        return String(
            (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
        )
    }

    private mutating func data() -> [UInt8] {
        (0..<Int.random(in: 0...40, using: &random)).map { _ in
            UInt8(truncatingIfNeeded: random.next())
        }
    }

    private mutating func maybe<Value>(_ make: (inout RandomMessages) -> Value) -> Value? {
        chance(3) ? nil : make(&self)
    }

    private mutating func list<Value>(_ make: (inout RandomMessages) -> Value) -> [Value] {
        (0..<Int.random(in: 0...4, using: &random)).map { _ in make(&self) }
    }

    mutating func money() -> RemitType.Money {
        RemitType.Money(minorUnits: number(), currency: text())
    }

    private mutating func time() -> GoogleProtobuf.Timestamp {
        GoogleProtobuf.Timestamp(seconds: number(), nanos: small())
    }

    private mutating func address() -> RemitType.BillingAddress {
        RemitType.BillingAddress(
            line1: text(),
            line2: text(),
            city: text(),
            region: text(),
            postalCode: text(),
            country: text()
        )
    }

    mutating func payRequest() -> BillingV1.PayRequest {
        let source: BillingV1.PayRequest.Source? =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: nil
            case 1: .paymentMethodID(text())
            default:
                .newCard(
                    BillingV1.NewCard(
                        token: text(),
                        billingAddress: maybe { $0.address() },
                        billingEmail: text(),
                        save: chance(2)
                    )
                )
            }
        return BillingV1.PayRequest(
            requestID: text(),
            accountID: text(),
            amount: maybe { $0.money() },
            source: source,
            balanceVersion: number(),
            acceptCredit: chance(2)
        )
    }

    mutating func payment() -> BillingV1.Payment {
        BillingV1.Payment(
            paymentID: text(),
            accountID: text(),
            requestID: text(),
            state: BillingV1.PaymentState(rawValue: small()),
            amount: maybe { $0.money() },
            message: text(),
            declineCode: text(),
            retryClass: text(),
            failureReason: text(),
            attemptID: text(),
            paymentMethodID: text(),
            cardSaving: BillingV1.CardSaving(rawValue: Int32.random(in: 0...3, using: &random)),
            cardBrand: text(),
            cardLastFour: text(),
            allocations: list {
                BillingV1.PaymentAllocation(
                    allocationID: $0.text(),
                    invoiceID: $0.text(),
                    invoiceNumber: $0.text(),
                    amount: $0.maybe { $0.money() }
                )
            },
            credited: maybe { $0.money() },
            createTime: maybe { $0.time() },
            settleTime: maybe { $0.time() }
        )
    }

    mutating func invoice() -> BillingV1.Invoice {
        BillingV1.Invoice(
            invoiceID: text(),
            invoiceNumber: text(),
            accountID: text(),
            accountNumber: text(),
            state: BillingV1.InvoiceState(rawValue: Int32.random(in: 0...5, using: &random)),
            lines: list {
                BillingV1.InvoiceLine(
                    description: $0.text(),
                    quantity: $0.number(),
                    unitPrice: $0.maybe { $0.money() },
                    amount: $0.maybe { $0.money() },
                    periodStartTime: $0.maybe { $0.time() },
                    periodEndTime: $0.maybe { $0.time() },
                    recurring: $0.chance(2)
                )
            },
            taxes: list {
                BillingV1.InvoiceTax(
                    name: $0.text(),
                    rateMicros: $0.number(),
                    amount: $0.maybe { $0.money() }
                )
            },
            total: maybe { $0.money() },
            amountDue: maybe { $0.money() },
            balanceForward: maybe { $0.money() },
            createTime: maybe { $0.time() },
            postTime: maybe { $0.time() },
            dueTime: maybe { $0.time() },
            allocations: list {
                BillingV1.InvoiceAllocation(
                    allocationID: $0.text(),
                    source: $0.maybe {
                        $0.chance(2) ? .paymentID($0.text()) : .creditID($0.text())
                    },
                    amount: $0.maybe { $0.money() },
                    createTime: $0.maybe { $0.time() }
                )
            }
        )
    }

    mutating func ledgerEntry() -> RemitType.LedgerEntry {
        RemitType.LedgerEntry(
            sequence: number(),
            entryID: text(),
            kind: text(),
            reference: text(),
            recordTimeMilliseconds: number(),
            postings: list {
                RemitType.LedgerPosting(account: $0.text(), amount: $0.maybe { $0.money() })
            },
            hash: data(),
            previousHash: data()
        )
    }

    mutating func operation() -> GatewayV1.Operation {
        GatewayV1.Operation(
            operationID: text(),
            key: text(),
            version: number(),
            state: GatewayV1.OperationState(rawValue: Int32.random(in: -1...13, using: &random)),
            amount: maybe { $0.money() },
            token: text(),
            declineCode: text(),
            retryClass: text(),
            responseCode: text(),
            approvalCode: text(),
            avsResult: text(),
            cvcResult: text(),
            retention: GatewayV1.CardRetention(rawValue: small()),
            createTime: maybe { $0.time() },
            updateTime: maybe { $0.time() },
            cardBrand: text(),
            cardLastFour: text(),
            cardExpiryMonth: small(),
            cardExpiryYear: small(),
            cardFingerprint: text()
        )
    }
}
