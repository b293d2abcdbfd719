import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("One gateway key, one charge")
    struct GatewayKeyTests {
        private func sale(
            _ key: String,
            _ token: String,
            _ minorUnits: Int64 = 900
        ) -> GatewayV1.SaleRequest {
            GatewayV1.SaleRequest(
                key: key,
                token: token,
                amount: money(minorUnits),
                billingAddress: .home
            )
        }

        @Test("a fence that comes first refuses the sale for ever, and nothing is charged")
        func fenceFirst() async throws {
            let bench = try TestBench.shared
            let key = newAttempt()
            await expectRefusal(.notFound, "OPERATION_NOT_FOUND", field: "key") {
                try await bench.recovery.getOperation(GatewayV1.GetOperationRequest(key: key))
            }
            for _ in 0..<2 {
                let fenced = try await bench.recovery.fence(GatewayV1.FenceRequest(key: key))
                #expect(fenced.operation?.state == .fenced)
            }
            let token = try await bench.tokenize(SandboxCard.visa)
            for _ in 0..<2 {
                await expectRefusal(.aborted, "KEY_FENCED", field: "key") {
                    try await bench.authorizations.sale(sale(key, token))
                }
            }
            #expect(try await bench.charges(key) == [])
            // The card was not used by what was refused.
            let card = try await bench.vault.getCard(GatewayV1.GetCardRequest(token: token))
            #expect(card.state == .singleUse)
        }

        @Test("a fence that comes second answers with the sale")
        func saleFirst() async throws {
            let bench = try TestBench.shared
            let key = newAttempt()
            let token = try await bench.tokenize(SandboxCard.insufficientFunds)
            let sold = try await bench.authorizations.sale(sale(key, token))
            #expect(sold.operation?.state == .declined)
            let fenced = try await bench.recovery.fence(GatewayV1.FenceRequest(key: key))
            #expect(fenced.operation == sold.operation)
            #expect(fenced.position?.epoch == sold.position?.epoch)
        }

        @Test("the same sale 64 times at once is one charge and one result")
        func atOnce() async throws {
            let bench = try TestBench.shared
            let key = newAttempt()
            let token = try await bench.tokenize(
                SandboxCard.scripted(responseCode: "51", delay: 1)
            )
            let request = sale(key, token)
            let operations = try await withThrowingTaskGroup(
                of: GatewayV1.Operation?.self
            ) { group in
                for _ in 0..<64 {
                    group.addTask {
                        try await bench.authorizations.sale(request).operation
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(operations.count == 64)
            #expect(Set(operations.map { $0?.version }).count == 1)
            #expect(operations.allSatisfy { $0 != nil && $0 == operations[0] })
            #expect(try await bench.charges(key).map(\.state) == [.declined])
        }

        @Test("a key that is used again for another amount or card is refused")
        func otherBody() async throws {
            let bench = try TestBench.shared
            let key = newAttempt()
            let token = try await bench.tokenize(SandboxCard.insufficientFunds)
            let first = try await bench.authorizations.sale(sale(key, token))
            await expectRefusal(.alreadyExists, "KEY_REUSED_DIFFERENT_BODY", field: "key") {
                try await bench.authorizations.sale(sale(key, token, 901))
            }
            // Another single-use token is a "new card" as the first was: the first result.
            let other = try await bench.tokenize(SandboxCard.insufficientFunds)
            let again = try await bench.authorizations.sale(sale(key, other))
            #expect(again.operation == first.operation)
            #expect(try await bench.charges(key).count == 1)
        }

        @Test("a token that was used under one key is refused under another")
        func usedToken() async throws {
            let bench = try TestBench.shared
            let token = try await bench.tokenize(SandboxCard.insufficientFunds)
            _ = try await bench.authorizations.sale(sale(newAttempt(), token))
            let key = newAttempt()
            await expectRefusal(.failedPrecondition, "TOKEN_USED", field: "token") {
                try await bench.authorizations.sale(sale(key, token))
            }
            #expect(try await bench.charges(key) == [])
        }
    }
}
