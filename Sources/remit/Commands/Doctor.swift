import Ledger
import Operations
import RemitAPI
import TTRPC

/// Asks both services for everything that could be wrong.
///
/// Payments go on meanwhile. What may only be on its way (books that differ, events of the gateway
/// that billing has not applied) counts when a second look finds it unchanged.
final class Doctor {
    let session: Session
    let books: Books
    private var report: DoctorReport
    /// Rows asked for at a time.
    static let pageSize: Int32 = 200
    /// The pause before the second look: four times as long as billing leaves the feed alone.
    private static let secondLook = Duration.seconds(1)

    /// - Throws: `ConfigurationError`: an address is missing.
    init(_ session: Session) throws {
        self.session = session
        books = Books(session)
        report = DoctorReport(
            billing: try session.options.names(.billing),
            gateway: try session.options.names(.gateway)
        )
    }

    /// The books of one look: what is live first, so that what ends meanwhile is still explained.
    private struct Look {
        let live: [BillingV1.InFlightPayment]?
        let billing: [LedgerEntry]?
        let gateway: [LedgerEntry]?
        let charges: [GatewayV1.BankCharge]?
    }

    /// Asks what can be asked; a service that cannot be reached is named in the report.
    func examine() async -> DoctorReport {
        let feed = await lookAtFeed()
        let first = await look(live: feed.live)
        report.billing.ledger = first.billing.map { Self.verified($0) }
        report.gateway.ledger = first.gateway.map { Self.verified($0) }
        let found = Self.reconciled(first)
        let differences = found?.differences.filter { !$0.isInFlight } ?? []
        let differing = Set(differences.map(\.reference))
        var feedAgain: FeedLook?
        if feed.mayBeStuck || !differing.isEmpty {
            try? await Task.sleep(for: Self.secondLook)
            feedAgain = await lookAtFeed()
        }
        report.take(feed, again: feedAgain)
        if let found {
            let again = differing.isEmpty ? nil : await look(live: feedAgain?.live)
            report.take(again.flatMap { Self.reconciled($0) } ?? found, lasting: differing)
        }
        report.doubledCharges = first.charges.map { Books.doubled($0) } ?? []
        report.reviewItems = await ask(\.billing) { try await reviewItems() } ?? []
        report.parkedEvents = await ask(\.billing) { try await parkedEvents() } ?? []
        report.conclude()
        return report
    }

    /// Asks one service, unless it could not be reached before.
    func ask<Value>(
        _ service: WritableKeyPath<DoctorReport, DoctorReport.ServiceState>,
        _ body: () async throws -> Value
    ) async -> Value? {
        guard report[keyPath: service].answers else { return nil }
        do {
            return try await body()
        } catch {
            report[keyPath: service].error = "\(error)"
            if let error = error as? RPCError {
                report[keyPath: service].error = "\(error.code.name): \(error.message)"
                let isThere = error.origin == .peer && error.code != .unavailable
                report[keyPath: service].answers = isThere
            }
            return nil
        }
    }

    private func look(live: [BillingV1.InFlightPayment]?) async -> Look {
        Look(
            live: live,
            billing: await ask(\.billing) { try await books.billingEntries() },
            gateway: await ask(\.gateway) { try await books.gatewayEntries() },
            charges: await ask(\.gateway) { try await books.charges() }
        )
    }

    private static func verified(_ entries: [LedgerEntry]) -> DoctorReport.LedgerState {
        let count = Int64(entries.count)
        do throws(BrokenBook) {
            let head = try Books.verify(entries, book: "")
            return DoctorReport.LedgerState(entries: count, isWhole: true, head: head, fault: "")
        } catch {
            return DoctorReport.LedgerState(
                entries: count,
                isWhole: false,
                head: "",
                fault: "\(error.fault)"
            )
        }
    }

    /// Nil when one of the books could not be read.
    private static func reconciled(_ look: Look) -> Reconciliation? {
        guard let live = look.live, let billing = look.billing, let gateway = look.gateway,
            let charges = look.charges
        else { return nil }
        return Books.compare(billing, gateway, charges, live: live)
    }

    private func reviewItems() async throws -> [BillingV1.ReviewItem] {
        let reviews = try await session.reviews()
        return try await pages { token in
            let page = try await reviews.listExceptions(
                BillingV1.ListExceptionsRequest(pageSize: Self.pageSize, pageToken: token)
            )
            return (page.items, page.nextPageToken)
        }
    }

    private func parkedEvents() async throws -> [BillingV1.ParkedEvent] {
        let reviews = try await session.reviews()
        return try await pages { token in
            let page = try await reviews.listParkedEvents(
                BillingV1.ListParkedEventsRequest(pageSize: Self.pageSize, pageToken: token)
            )
            return (page.events, page.nextPageToken)
        }
    }

    func pages<Item>(
        _ page: (String) async throws -> (items: [Item], next: String)
    ) async throws -> [Item] {
        var items: [Item] = []
        var token = ""
        repeat {
            let found = try await page(token)
            items += found.items
            token = found.next
        } while !token.isEmpty
        return items
    }
}
