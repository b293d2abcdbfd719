import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.ReviewService`.
struct ReviewHandler: BillingV1.ReviewServiceHandler {
    let store: BillingStore
    let health: GatewayHealth

    /// An operator's name, in bytes.
    private static let operatorBytes = 1...100
    private static let noteBytes = 1...500

    func listExceptions(
        _ request: BillingV1.ListExceptionsRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListExceptionsResponse {
        let size = try RequestCheck.pageSize(request.pageSize, default: 50, max: 200)
        return try await answering {
            let after = try PageToken.reviewKey(request.pageToken)
            let page = try await store.openReviewItems(after: after, limit: size + 1)
            let shown = page.prefix(size)
            let now = store.clock.milliseconds
            return BillingV1.ListExceptionsResponse(
                items: shown.map { BillingV1.ReviewItem($0, now: now) },
                nextPageToken: page.count > size
                    ? shown.last.map { PageToken.after($0.key) } ?? "" : ""
            )
        }
    }

    func decide(
        _ request: BillingV1.DecideRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ReviewItem {
        let payment: PaymentID = try RequestCheck.id(request.paymentID, field: "payment_id")
        guard request.gatewayVersion >= 0 else {
            throw RPCError(
                .invalidArgument,
                "The gateway_version is the one that ListExceptions gave: zero or more.",
                reason: "BAD_VERSION",
                field: "gateway_version"
            )
        }
        let decision = try Self.decision(request)
        let name = try RequestCheck.text(
            request.operator,
            Self.operatorBytes,
            field: "operator"
        )
        let note = try RequestCheck.text(request.note, Self.noteBytes, field: "note")
        return try await answering {
            let item = try await store.decide(
                ReviewKey(payment: payment, gatewayVersion: request.gatewayVersion),
                decision,
                by: ReviewOperator(name: name, caller: context.caller?.name),
                note: note
            )
            return BillingV1.ReviewItem(item, now: store.clock.milliseconds)
        }
    }

    /// A decision that an item of this kind may have.
    private static func decision(
        _ request: BillingV1.DecideRequest
    ) throws(RPCError) -> ReviewDecision {
        let isReview = request.gatewayVersion == 0
        guard let decision = ReviewDecision(rawValue: Int(request.decision.rawValue)),
            decision.isOfReview == isReview
        else {
            throw RPCError(
                .invalidArgument,
                isReview
                    ? "A payment in review (gateway_version 0) is decided SUCCEEDED or FAILED."
                    : "An exception is decided CREDIT, REVERSE or DISMISS.",
                reason: "BAD_ENUM",
                field: "decision"
            )
        }
        return decision
    }

    func listParkedEvents(
        _ request: BillingV1.ListParkedEventsRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListParkedEventsResponse {
        let size = try RequestCheck.pageSize(request.pageSize, default: 50, max: 200)
        return try await answering {
            let after = try PageToken.sequence(request.pageToken) ?? 0
            let page = try await store.parkedEvents(after: after, limit: size + 1)
            let shown = page.prefix(size)
            let now = store.clock.milliseconds
            return BillingV1.ListParkedEventsResponse(
                events: shown.map { event in
                    BillingV1.ParkedEvent(
                        sequence: event.sequence,
                        gatewayKey: event.gatewayKey,
                        reason: event.reason,
                        ageMilliseconds: max(0, now - event.createdAt)
                    )
                },
                nextPageToken: page.count > size
                    ? shown.last.map { PageToken.after($0.sequence) } ?? "" : ""
            )
        }
    }

    func getStatus(
        _ request: BillingV1.GetStatusRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.GetStatusResponse {
        try await answering {
            let status = try await store.billingStatus()
            let now = store.clock.milliseconds
            return BillingV1.GetStatusResponse(
                gatewayEpoch: status.gateway?.epoch ?? "",
                gatewayCursor: status.gateway?.sequence ?? 0,
                dataLossReason: health.dataLossReason ?? "",
                livePayments: status.live.map { live in
                    BillingV1.LivePayments(
                        state: BillingV1.PaymentState(rawValue: Int32(live.state.wireNumber)),
                        count: live.count,
                        oldestAgeMilliseconds: max(0, now - live.oldestCreatedAt)
                    )
                },
                openExceptions: status.openExceptions,
                parkedEvents: status.parkedEvents
            )
        }
    }
}

extension BillingV1.ReviewItem {
    /// - Parameters:
    ///   - item: the item.
    ///   - now: milliseconds since 1970-01-01T00:00:00Z.
    init(_ item: ReviewItem, now: Int64) {
        let end = item.confirmation?.createdAt ?? now
        self.init(
            paymentID: item.payment.id.text,
            gatewayVersion: item.key.gatewayVersion,
            accountID: item.payment.account.text,
            attemptID: item.payment.attempt.text,
            amount: RemitType.Money(item.payment.amount),
            paymentState: BillingV1.PaymentState(
                rawValue: Int32(item.payment.state.wireNumber)
            ),
            gatewayState: item.gatewayState?.name ?? "",
            openTime: GoogleProtobuf.Timestamp(milliseconds: item.openedAt),
            ageMilliseconds: max(0, end - item.openedAt),
            proposal: item.proposal.map { BillingV1.ReviewVote($0) },
            confirmation: item.confirmation.map { BillingV1.ReviewVote($0) }
        )
    }
}

extension BillingV1.ReviewVote {
    init(_ vote: ReviewVote) {
        self.init(
            operator: vote.voter.name,
            decision: BillingV1.ReviewDecision(rawValue: Int32(vote.decision.rawValue)),
            note: vote.note,
            createTime: GoogleProtobuf.Timestamp(milliseconds: vote.createdAt),
            caller: vote.voter.caller ?? ""
        )
    }
}

extension PageToken {
    /// The token of the page after an item of the review.
    static func after(_ key: ReviewKey) -> String {
        after(key.payment) + "." + String(key.gatewayVersion)
    }

    /// - Returns: nil for the first page.
    /// - Throws: `BillingError.badPageToken`.
    static func reviewKey(_ text: String) throws(BillingError) -> ReviewKey? {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let version = Int64(parts[1]), version >= 0,
            let payment: PaymentID = try id(String(parts[0]))
        else { throw .badPageToken }
        return ReviewKey(payment: payment, gatewayVersion: version)
    }
}
