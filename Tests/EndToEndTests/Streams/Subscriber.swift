import NIOConcurrencyHelpers
import RemitAPI
import TTRPC

/// Follows a feed as another back end would: after each loss it opens the stream again with the
/// last number that it has.
final class Subscriber: Sendable {
    /// Reads one stream to its end.
    ///
    /// - Parameters:
    ///   - after: the last number.
    ///   - add: takes each event.
    private typealias Read =
        @Sendable (
            _ after: Int64, _ add: (_ sequence: Int64, _ what: String) -> Void
        ) async throws -> Void

    private struct State {
        var sequences: [Int64] = []
        var texts: [String] = []
        var losses = 0
    }

    private let state: NIOLockedValueBox<State>
    private let task: Task<Void, Never>

    /// The numbers that came, in the order in which they came.
    var sequences: [Int64] { state.withLockedValue { $0.sequences } }
    /// What came with them.
    var texts: [String] { state.withLockedValue { $0.texts } }
    /// How often a stream ended.
    var losses: Int { state.withLockedValue { $0.losses } }

    private init(_ read: @escaping Read) {
        let state = NIOLockedValueBox(State())
        self.state = state
        task = Task {
            while !Task.isCancelled {
                let after = state.withLockedValue { $0.sequences.last ?? 0 }
                try? await read(after) { sequence, text in
                    state.withLockedValue {
                        $0.sequences.append(sequence)
                        $0.texts.append(text)
                    }
                }
                state.withLockedValue { $0.losses += 1 }
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    deinit {
        task.cancel()
    }

    /// A subscriber of billing's feed.
    static func billing(_ bench: TestBench) -> Subscriber {
        Subscriber { after, add in
            let replies = try await bench.billingEvents.stream(
                BillingV1.StreamEventsRequest(after: after)
            )
            while let reply = try await replies.next() {
                for event in reply.events { add(event.sequence, event.eventID) }
            }
        }
    }

    /// A subscriber of the gateway's feed.
    static func gateway(_ bench: TestBench) -> Subscriber {
        Subscriber { after, add in
            let replies = try await bench.gatewayEvents.stream(
                GatewayV1.StreamEventsRequest(after: after)
            )
            while let reply = try await replies.next() {
                for event in reply.events { add(event.sequence, event.eventID) }
            }
        }
    }

    /// Waits until it has come to a number.
    func has(_ sequence: Int64) async throws {
        _ = try await eventually("event \(sequence)", within: TestBench.maxDecision) {
            sequences.last == sequence ? true : nil
        }
    }

    /// Ends it.
    func end() async {
        task.cancel()
        await task.value
    }
}

extension TestBench {
    /// Pays with a new card from a new account, and again while the gateway cannot be reached: it
    /// may have been started just now.
    func payFromNewAccount(_ number: String) async throws -> BillingV1.Payment {
        let account = try await newAccount()
        let source = try await newCard(number)
        let requestID = newRequestID()
        return try await eventually("a payment", within: Self.maxDecision) {
            do {
                return try await pay(account, money(500), source, requestID: requestID)
            } catch let error as RPCError where error.reason == "GATEWAY_UNAVAILABLE" {
                return nil
            }
        }
    }
}
