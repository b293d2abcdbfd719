import Payments
import Testing

@testable import Billing

@Suite("Histories with decisions")
struct ReviewHistoryTests {
    @Test("Whatever is paid, contradicted and decided, the books stay sound", arguments: 0..<40)
    func anything(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed ^ 0x5EED)
        let books = try Books()
        let account = try await books.account()
        var payments: [PaymentRecord] = []
        var version: Int64 = 10
        for _ in 0..<40 {
            version += 1
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                try await books.invoice(account, Int64.random(in: 1...900, using: &random))
            case 1, 2:
                guard try await books.store.read({ try $0.livePayment(of: account) }) == nil
                else { continue }
                let amount = Int64.random(in: 1...900, using: &random)
                payments.append(
                    random.chance(30)
                        ? try await books.inReview(account, amount)
                        : try await books.paid(account, amount)
                )
            case 3:
                guard let payment = payments.randomElement(using: &random),
                    let proof = OperationState.allCases.randomElement(using: &random)
                else { continue }
                try await books.settle(payment, proof, version: version)
            default:
                let items = try await books.store.openReviewItems(after: nil, limit: 100)
                guard let item = items.randomElement(using: &random),
                    let decision = ReviewDecision.allCases.filter({
                        $0.isOfReview == (item.key.gatewayVersion == 0)
                    }).randomElement(using: &random)
                else { continue }
                let name = random.chance(50) ? "ann" : "bob"
                do {
                    try await books.vote(item.key, decision, by: name)
                } catch BillingError.decisionDiffers {
                } catch BillingError.decisionDoesNotFit {}
            }
            try await books.expectSound()
        }
        // The books say of each payment what was decided last.
        let clearing = try await books.clearing()
        for payment in payments {
            let (standing, amount) = try await books.store.read { tables in
                let payment = try tables.payment(payment.id)
                return (try tables.standing(of: payment), payment.amount.minorUnits)
            }
            let expected = standing == .succeeded ? amount : 0
            #expect(clearing[payment.attempt.text] ?? 0 == expected, "seed \(seed)")
        }
    }
}
