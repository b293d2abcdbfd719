import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("New and saved cards")
    struct SavedCardTests {
        @Test("R12: a method's billing email is the top user's unless one is given")
        func billingEmail() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let first = try await bench.invite(account, email: "first@example.com")
            let second = try await bench.invite(account, email: "second@example.com")
            #expect(try await bench.prepare(account).billingEmail == "first@example.com")
            try await pay(account, email: "")

            _ = try await bench.users.reorder(
                BillingV1.ReorderUsersRequest(
                    accountID: account,
                    userIds: [second.userID, first.userID]
                )
            )
            #expect(try await bench.prepare(account).billingEmail == "second@example.com")
            try await pay(account, email: "")
            try await pay(account, email: "given@example.com")

            let methods = try await methods(account)
            #expect(
                methods.map(\.billingEmail).reversed() == [
                    "first@example.com", "second@example.com", "given@example.com",
                ]
            )
            #expect(methods.allSatisfy { $0.billingAddress?.line1 == "1 Front Street" })
        }

        private func pay(_ account: String, email: String) async throws {
            let bench = try TestBench.shared
            let payment = try await bench.pay(
                account,
                money(100),
                try await bench.newCard(SandboxCard.visa, save: true, email: email)
            )
            try #require(payment.cardSaving == .saved)
        }

        private func methods(_ account: String) async throws -> [BillingV1.PaymentMethod] {
            try await TestBench.shared.methods.list(
                BillingV1.ListPaymentMethodsRequest(accountID: account)
            ).paymentMethods
        }

        @Test("R13: a card that is not saved pays, and cannot be used again")
        func unsaved() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.visa)
            let payment = try await bench.pay(account, money(300), source)
            #expect(payment.state == .succeeded)
            #expect(payment.cardSaving == .unspecified)
            #expect(payment.paymentMethodID == "")
            #expect(try await methods(account) == [])
            await expectRefusal(.failedPrecondition, "TOKEN_USED", field: "new_card.token") {
                try await bench.pay(account, money(300), source)
            }
            #expect(try await bench.balance(account).current == money(-300))
        }

        @Test("R13: a declined card cannot be used again either")
        func declined() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.insufficientFunds, save: true)
            let payment = try await bench.pay(account, money(300), source)
            #expect(payment.state == .declined)
            #expect(payment.cardSaving == .refusedNotApproved)
            #expect(try await methods(account) == [])
            await expectRefusal(.failedPrecondition, "TOKEN_USED", field: "new_card.token") {
                try await bench.pay(account, money(300), source)
            }
        }

        @Test("R13: a saved card pays again, without its verification code")
        func saved() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(300),
                try await bench.newCard(SandboxCard.mastercard, save: true)
            )
            #expect(payment.cardSaving == .saved)
            let method = try #require(try await methods(account).first)
            #expect(method.paymentMethodID == payment.paymentMethodID)
            #expect(method.brand == "mastercard")
            #expect(method.lastFour == "4444")
            #expect(method.expiryMonth == 12)
            #expect(method.expiryYear == SandboxCard.expiryYear)
            #expect(method.state == .active)
            #expect(try await bench.prepare(account).paymentMethods == [method])
            for _ in 0..<2 {
                let again = try await bench.pay(
                    account,
                    money(400),
                    .paymentMethodID(method.paymentMethodID)
                )
                #expect(again.state == .succeeded)
                let operation = try await bench.recovery.getOperation(
                    GatewayV1.GetOperationRequest(key: again.attemptID)
                ).operation
                #expect(operation?.cvcResult == "U")
            }
        }

        @Test(
            "R13: saving needs a matching postal code; a refusal says why, and the payment stands",
            arguments: [
                (SandboxCard.postalFails, BillingV1.CardSaving.refusedPostalCode),
                (SandboxCard.addressFails, .refusedPostalCode),
                (SandboxCard.streetFails, .saved),
            ]
        )
        func postalCode(_ number: String, _ saving: BillingV1.CardSaving) async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(300),
                try await bench.newCard(number, save: true)
            )
            #expect(payment.state == .succeeded)
            #expect(payment.cardSaving == saving)
            #expect(payment.paymentMethodID.isEmpty == (saving != .saved))
            #expect(try await methods(account).count == (saving == .saved ? 1 : 0))
        }

        @Test("R13: without a postal code nothing matches, and the card is not saved")
        func noPostalCode() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(300),
                try await bench.newCard(
                    SandboxCard.visa,
                    save: true,
                    address: RemitType.BillingAddress(country: "CA")
                )
            )
            #expect(payment.state == .succeeded)
            #expect(payment.cardSaving == .refusedPostalCode)
            #expect(try await methods(account) == [])
        }

        @Test("R13: a pending payment saves its card when it is approved, however late")
        func late() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            let pending = try await bench.pay(
                account,
                money(300),
                try await bench.newCard(SandboxCard.pendingForever, save: true),
                requestID: requestID
            )
            #expect(pending.state == .pending)
            #expect(pending.cardSaving == .unspecified)
            #expect(try await methods(account) == [])
            _ = try await bench.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: pending.attemptID, decision: .approve)
            )
            let decided = try await bench.decided(requestID: requestID)
            #expect(decided.cardSaving == .saved)
            #expect(
                try await methods(account).map(\.paymentMethodID) == [decided.paymentMethodID]
            )
        }
    }
}
