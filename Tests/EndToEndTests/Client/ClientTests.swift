import Foundation
import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("The client's commands and exit status")
    struct ClientTests {
        /// What a command printed and how it ended.
        struct Answer {
            let status: ServiceProcess.Ending
            let output: String
            let log: String

            /// The reply as programs read it.
            func object() throws -> [String: Any] {
                let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
                return try #require(object as? [String: Any])
            }

            /// The error as programs read it.
            func error() throws -> [String: Any] {
                let object = try JSONSerialization.jsonObject(with: Data(log.utf8))
                let error = (object as? [String: Any])?["error"]
                return try #require(error as? [String: Any])
            }
        }

        private func remit(_ arguments: [String]) async throws -> Answer {
            let bench = try TestBench.shared
            return try await remit(
                arguments + [
                    "--billing", bench.billingAddress, "--gateway", bench.gatewayAddress,
                    "--output", "json",
                ],
                environment: [:]
            )
        }

        private func remit(
            _ arguments: [String],
            environment: [String: String]
        ) async throws -> Answer {
            let process = try TestBench.shared.run(
                .client,
                arguments,
                environment: environment
            )
            let status = try await process.waitUntilEnded()
            return Answer(status: status, output: process.output, log: process.log)
        }

        private func card(_ number: String) throws -> [String] {
            try TestBench.shared.used(number)
            return ["--card", number, "--cvc", "123", "--expiry", "12/\(SandboxCard.expiryYear)"]
        }

        @Test("0: an account, an invoice and a payment of what is outstanding")
        func done() async throws {
            let created = try await remit(["account", "create", "--name", "A customer"])
            #expect(created.status == .exited(0), "\(created.log)")
            let account = try #require(try created.object()["account_id"] as? String)
            let invoice = try await remit([
                "invoice", "create", "--account", account, "--line", "Service:2:10.50", "--post",
            ])
            #expect(invoice.status == .exited(0), "\(invoice.log)")
            #expect(try invoice.object()["state"] as? String == "INVOICE_STATE_OPEN")
            let paid = try await remit(["pay", "--account", account] + card(SandboxCard.visa))
            #expect(paid.status == .exited(0), "\(paid.log)")
            let payment = try paid.object()
            #expect(payment["state"] as? String == "PAYMENT_STATE_SUCCEEDED")
            let amount = try #require(payment["amount"] as? [String: Any])
            #expect(amount["minor_units"] as? String == "2100")
            #expect(amount["currency"] as? String == "CAD")
            #expect(try await TestBench.shared.balance(account).current == money(0))
        }

        @Test("0: the addresses may come from the environment")
        func environment() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let answer = try await remit(
                ["account", "get", account, "--output", "json"],
                environment: ["REMIT_BILLING": bench.billingAddress]
            )
            #expect(answer.status == .exited(0), "\(answer.log)")
            #expect(try answer.object()["account_id"] as? String == account)
        }

        @Test("R4, 2: an amount that is malformed is refused with a clear message")
        func malformed() async throws {
            let account = try await TestBench.shared.newAccount()
            for amount in ["abc", "1.234", "", "1e3", "12.50.1", "NaN"] {
                let answer = try await remit(
                    ["pay", "--account", account, "--amount", amount] + card(SandboxCard.visa)
                )
                #expect(answer.status == .exited(2), "\(amount): \(answer.log)")
                #expect(answer.log.contains("--amount"), "\(amount): \(answer.log)")
                #expect(answer.output == "")
            }
        }

        @Test("2: an unknown option, a missing one and an address that is none")
        func usage() async throws {
            let unknown = try await remit(["pay", "--no-such-option"])
            #expect(unknown.status == .exited(2))
            let missing = try await remit(["pay"])
            #expect(missing.status == .exited(2))
            let address = try await remit(
                ["account", "get", "001234", "--billing", "nonsense"],
                environment: [:]
            )
            #expect(address.status == .exited(2))
            #expect(address.log.contains("nonsense"))
        }

        @Test("R6, 2: a saved method and a card together are refused")
        func both() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let method = try await bench.savedMethod(account)
            let answer = try await remit(
                ["pay", "--account", account, "--amount", "1.00", "--method", method]
                    + card(SandboxCard.visa)
            )
            #expect(answer.status == .exited(2), "\(answer.log)")
            #expect(try await bench.balance(account).current == money(-100))
        }

        @Test("R4, 3: an amount of zero is refused with its reason")
        func refused() async throws {
            let account = try await TestBench.shared.newAccount()
            let answer = try await remit(
                ["pay", "--account", account, "--amount", "0.00"] + card(SandboxCard.visa)
            )
            #expect(answer.status == .exited(3), "\(answer.log)")
            let error = try answer.error()
            #expect(error["code"] as? String == "INVALID_ARGUMENT")
            #expect(error["reason"] as? String == "AMOUNT_ZERO")
            #expect(error["field"] as? String == "amount.minor_units")
        }

        @Test("R11, 4: a declined payment, with its message")
        func declined() async throws {
            let account = try await TestBench.shared.newAccount()
            let answer = try await remit(
                ["pay", "--account", account, "--amount", "5"]
                    + card(SandboxCard.insufficientFunds)
            )
            #expect(answer.status == .exited(4), "\(answer.log)")
            let payment = try answer.object()
            #expect(payment["state"] as? String == "PAYMENT_STATE_DECLINED")
            let message = try #require(payment["message"] as? String)
            #expect(message.hasPrefix("The card has been declined."))
        }

        @Test("R7, 5: a pending payment; the same request id asks again")
        func pending() async throws {
            let account = try await TestBench.shared.newAccount()
            let requestID = newRequestID()
            let pay =
                ["pay", "--account", account, "--amount", "5", "--request-id", requestID]
                + (try card(SandboxCard.pendingForever))
            let answer = try await remit(pay)
            #expect(answer.status == .exited(5), "\(answer.log)")
            let again = try await remit(pay)
            #expect(again.status == .exited(5), "\(again.log)")
            #expect(again.output == answer.output)
            #expect(try answer.object()["state"] as? String == "PAYMENT_STATE_PENDING")
        }

        @Test("7: a service that is not there")
        func unreachable() async throws {
            let bench = try TestBench.shared
            let answer = try await remit(
                ["account", "get", "001234", "--billing", "\(bench.host):1"],
                environment: [:]
            )
            #expect(answer.status == .exited(7), "\(answer.log)")
            #expect(answer.output == "")
        }

        @Test("2: a number that is none of the sandbox's is not taken from an argument")
        func realNumber() async throws {
            let account = try await TestBench.shared.newAccount()
            let answer = try await remit(
                ["pay", "--account", account, "--amount", "5"] + card("5105105105105100")
            )
            #expect(answer.status == .exited(2), "\(answer.log)")
            #expect(answer.log.contains("--card"))
        }

        @Test("0: the ledgers verify and the books are compared")
        func books() async throws {
            let account = try await TestBench.shared.newAccount()
            let paid = try await remit(
                ["pay", "--account", account, "--amount", "5"] + card(SandboxCard.visa)
            )
            #expect(paid.status == .exited(0), "\(paid.log)")
            for book in ["billing", "gateway"] {
                let verified = try await remit(["ledger", "verify", "--book", book])
                #expect(verified.status == .exited(0), "\(verified.log)")
            }
        }
    }
}
