import NIOConcurrencyHelpers
import NIOCore
import Payments
import ProtobufC
import RemitAPI
import TTRPC
import Testing

@testable import Billing

/// Refuses every call, and keeps how it was made.
private final class RecordingCaller: RPCCaller {
    let options = NIOLockedValueBox<[String: CallOptions]>([:])

    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        self.options.withLockedValue { $0[method.method] = options }
        throw RPCError(.unavailable, "", origin: .notSent)
    }
}

@Suite("Deadlines of calls to the gateway")
struct SaleDeadlineTests {
    /// What a handler of `Pay` runs under.
    private func paying(deadline: NIODeadline) -> ServerContext {
        ServerContext(
            method: BillingV1.PaymentService.pay,
            metadata: Metadata([("request-id", "r1")]),
            deadline: deadline
        )
    }

    @Test("a sale has its own deadline and is never sent twice; other calls may be repeated")
    func options() async throws {
        let caller = RecordingCaller()
        var configuration = BillingConfiguration()
        configuration.saleTimeoutMilliseconds = 7000
        configuration.callTimeoutMilliseconds = 3000
        let link = RPCGatewayLink(caller, configuration: configuration)
        let attempt = AttemptID(ULID(high: 4, low: 4))
        let token = TokenID(ULID(high: 2, low: 1))
        let amount = Money(minorUnits: 100, currency: .CAD)
        let address = RemitType.BillingAddress()
        _ = try? await link.sale(
            attempt,
            token: token,
            amount: amount,
            address: address,
            saveCard: false,
            known: nil
        )
        _ = try? await link.operation(attempt, known: nil)
        _ = try? await link.fence(attempt, known: nil)
        _ = try? await link.card(token)
        let made = caller.options.withLockedValue { $0 }
        let sale = try #require(made["Sale"])
        #expect(sale.timeout == .seconds(7))
        #expect(!sale.inheritsDeadline)
        #expect(sale.repeats == .ifNothingBegan)
        for name in ["GetOperation", "Fence", "GetCard"] {
            let other = try #require(made[name])
            #expect(other.timeout == .seconds(3))
            #expect(other.inheritsDeadline)
            #expect(other.repeats == .asDeclared)
        }
    }

    @Test("until the intent is committed the caller's deadline holds; from then on it does not")
    func committed() async throws {
        let seen = NIOLockedValueBox<[String: ServerContext?]>([:])
        let note = { @Sendable (name: String) in
            seen.withLockedValue { $0[name] = .some(ServerContext.current) }
        }
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.card = { _ in
                note("card")
                return .success(.visa)
            }
            script.sale = { _ in
                note("sale")
                return .failure(RPCError(.invalidArgument, "", reason: "BAD_TEXT"))
            }
            script.operation = { _ in
                note("operation")
                return .success(nil)
            }
            script.fence = {
                note("fence")
                return .success(.of($0, .fenced, version: 1))
            }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        let deadline = NIODeadline.now() + .hours(1)
        let payment = try await ServerContext.$current.withValue(paying(deadline: deadline)) {
            try await fixture.pay(account)
        }
        #expect(payment.state == .failed)
        let contexts = seen.withLockedValue { $0 }
        #expect(contexts["card"]??.deadline == deadline)
        for name in ["sale", "operation", "fence"] {
            let context = try #require(contexts[name] ?? nil, "\(name)")
            #expect(context.deadline == nil, "\(name)")
            #expect(context.requestID == "r1", "\(name)")
        }
    }
}
