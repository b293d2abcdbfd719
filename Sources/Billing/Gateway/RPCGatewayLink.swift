import NIOCore
package import Payments
package import RemitAPI
package import ServiceKit
package import TTRPC

/// The gateway over RPC.
package struct RPCGatewayLink: GatewayLink {
    private let vault: GatewayV1.VaultServiceClient
    private let authorization: GatewayV1.AuthorizationServiceClient
    private let recovery: GatewayV1.RecoveryServiceClient
    private let feed: GatewayV1.EventServiceClient
    private let saleOptions: CallOptions
    private let options: CallOptions
    private let clock: BusinessClock

    /// - Parameters:
    ///   - caller: connects to the gateway.
    ///   - configuration: the deadlines.
    ///   - clock: tells whether a token has expired.
    package init(
        _ caller: any RPCCaller,
        configuration: BillingConfiguration,
        clock: BusinessClock = .system
    ) {
        vault = GatewayV1.VaultServiceClient(caller)
        authorization = GatewayV1.AuthorizationServiceClient(caller)
        recovery = GatewayV1.RecoveryServiceClient(caller)
        feed = GatewayV1.EventServiceClient(caller)
        // A sale's intent is committed: it has its own deadline, and one that may have reached the
        // gateway is asked about and fenced by recovery, never sent again from here.
        saleOptions = CallOptions(
            timeout: .milliseconds(configuration.saleTimeoutMilliseconds),
            inheritsDeadline: false,
            repeats: .ifNothingBegan
        )
        options = CallOptions(timeout: .milliseconds(configuration.callTimeoutMilliseconds))
        self.clock = clock
    }

    package func card(_ token: TokenID) async throws(RPCError) -> GatewayCard {
        let card = try await vault.getCard(
            GatewayV1.GetCardRequest(token: token.text),
            options: options
        )
        let usability: GatewayCard.Usability
        switch card.state {
        case .singleUse:
            let end = card.expireTime?.milliseconds ?? .max
            usability =
                end <= clock.milliseconds
                ? .expired : card.verificationCodeLost ? .codeExpired : .usable
        case .used, .retained: usability = .used
        case .deleted: usability = .deleted
        case .unspecified, .unrecognized: throw unreadable("card state")
        }
        return GatewayCard(
            brand: card.brand.name.lowercased(),
            lastFour: card.lastFour,
            expiryMonth: Int(card.expiryMonth),
            expiryYear: Int(card.expiryYear),
            usability: usability
        )
    }

    package func sale(
        _ attempt: AttemptID,
        token: TokenID,
        amount: Money,
        address: RemitType.BillingAddress,
        saveCard: Bool,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        let reply = try await authorization.sale(
            GatewayV1.SaleRequest(
                key: attempt.text,
                token: token.text,
                amount: RemitType.Money(amount),
                billingAddress: address,
                retainCard: saveCard,
                known: known.map(GatewayV1.StoreCursor.init)
            ),
            options: saleOptions
        )
        return try read(reply)
    }

    package func operation(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply? {
        do throws(RPCError) {
            let reply = try await recovery.getOperation(
                GatewayV1.GetOperationRequest(
                    key: attempt.text,
                    known: known.map(GatewayV1.StoreCursor.init)
                ),
                options: options
            )
            return try read(reply)
        } catch {
            guard error.code == .notFound, error.origin == .peer else { throw error }
            return nil
        }
    }

    package func fence(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        let reply = try await recovery.fence(
            GatewayV1.FenceRequest(
                key: attempt.text,
                known: known.map(GatewayV1.StoreCursor.init)
            ),
            options: options
        )
        return try read(reply)
    }

    package func events(
        after known: GatewayCursor?,
        limit: Int
    ) async throws(RPCError) -> (events: [GatewayEvent], position: GatewayPosition) {
        let reply = try await feed.list(
            GatewayV1.ListEventsRequest(
                after: known?.sequence ?? 0,
                pageSize: Int32(limit),
                known: known.map(GatewayV1.StoreCursor.init)
            ),
            options: options
        )
        return (reply.events.map(Self.event), try position(reply.position))
    }

    package func follow(
        after known: GatewayCursor?,
        _ body: (_ events: [GatewayEvent], _ position: GatewayPosition) async throws -> Bool
    ) async throws {
        // It lasts as long as the gateway does; a dead peer is found by the connection's pings.
        let replies = try await feed.stream(
            GatewayV1.StreamEventsRequest(
                after: known?.sequence ?? 0,
                known: known.map(GatewayV1.StoreCursor.init)
            ),
            options: CallOptions(inheritsDeadline: false)
        )
        while !Task.isCancelled, let reply = try await replies.next() {
            let events = reply.events.map(Self.event)
            guard try await body(events, try position(reply.position)) else { return }
        }
    }

    private static func event(_ event: GatewayV1.Event) -> GatewayEvent {
        GatewayEvent(
            sequence: event.sequence,
            id: event.eventID,
            key: event.operation?.key ?? "",
            proof: event.operation.flatMap { proof($0) }
        )
    }

    package func deleteCard(_ token: TokenID) async throws(RPCError) {
        do throws(RPCError) {
            _ = try await vault.delete(
                GatewayV1.DeleteCardRequest(token: token.text),
                options: options
            )
        } catch {
            guard error.code == .notFound, error.origin == .peer else { throw error }
        }
    }

    private func read(_ reply: GatewayV1.OperationReply) throws(RPCError) -> GatewayReply {
        guard let operation = reply.operation, let proof = Self.proof(operation) else {
            throw unreadable("operation")
        }
        return GatewayReply(proof: proof, position: try position(reply.position))
    }

    private func position(
        _ position: GatewayV1.StorePosition?
    ) throws(RPCError) -> GatewayPosition {
        guard let position, !position.epoch.isEmpty else { throw unreadable("position") }
        return GatewayPosition(epoch: position.epoch, headSequence: position.headSequence)
    }

    private static func proof(_ operation: GatewayV1.Operation) -> OperationProof? {
        guard let attempt = AttemptID(text: operation.key),
            let state = OperationState(rawValue: Int(operation.state.rawValue)),
            let saving = CardSaving(rawValue: Int(operation.retention.rawValue))
        else { return nil }
        return OperationProof(
            attempt: attempt,
            state: state,
            version: operation.version,
            declineCode: operation.declineCode,
            retryClass: operation.retryClass,
            saving: saving
        )
    }

    /// An answer came that says nothing we know: the outcome stays unknown.
    private func unreadable(_ what: String) -> RPCError {
        RPCError(.internal, "The gateway's \(what) cannot be read.", origin: .lost)
    }
}

extension GatewayV1.StoreCursor {
    fileprivate init(_ cursor: GatewayCursor) {
        self.init(epoch: cursor.epoch, sequence: cursor.sequence, eventID: cursor.eventID)
    }
}
