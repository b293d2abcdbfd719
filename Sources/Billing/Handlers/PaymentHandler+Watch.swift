import Payments
import RemitAPI
import ServiceKit
import TTRPC

extension PaymentHandler {
    func watch(
        _ request: BillingV1.WatchPaymentRequest,
        responses: RPCWriter<BillingV1.Payment>,
        context: ServerContext
    ) async throws(RPCError) {
        let id = try await watched(request.key)
        try await hub.watching(id.text) { (signal) async throws(RPCError) in
            var last: BillingV1.Payment?
            while true {
                // Taken before the payment is read: a change after that is waited for no more.
                let seen = signal.version
                let view = try await answering { try await store.payment(id) }
                let payment = BillingV1.Payment(view)
                if payment != last { try await responses.write(payment) }
                if view.payment.state.isTerminal { return }
                last = payment
                // The hub has gathered the changes already.
                try await signal.nextChange(after: seen, .zero, hub.scheduler)
            }
        }
    }

    /// The payment that is to be watched. One that is named by its own id may not be there.
    private func watched(
        _ key: BillingV1.WatchPaymentRequest.Key?
    ) async throws(RPCError) -> PaymentID {
        switch key {
        case .paymentID(let text):
            return try RequestCheck.id(text, field: "payment_id")
        case .requestID(let text):
            let key = try RequestCheck.requestKey(text)
            return try await answering {
                try await store.read { tables in
                    guard let id = try tables.payment(of: key) else {
                        throw BillingError.paymentNotFound
                    }
                    return id
                }
            }
        case nil:
            throw Self.keyMissing
        }
    }
}
