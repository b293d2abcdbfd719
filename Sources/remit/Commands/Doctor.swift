import Ledger
import Operations
import RemitAPI
import TTRPC

/// Asks both services for everything that could be wrong.
final class Doctor {
    private let session: Session
    private let books: Books
    private var report: DoctorReport
    /// Rows asked for at a time.
    private static let pageSize: Int32 = 200
    /// How long books that differ are given before they are read again.
    private static let secondLook = Duration.milliseconds(500)

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
        report.status = await ask(\.billing) {
            try await session.reviews().getStatus(BillingV1.GetStatusRequest())
        }
        let first = await look()
        report.livePayments = first.live ?? []
        report.billing.ledger = first.billing.map { Self.verified($0) }
        report.gateway.ledger = first.gateway.map { Self.verified($0) }
        await compareBooks(first)
        report.reviewItems = await ask(\.billing) { try await reviewItems() } ?? []
        report.parkedEvents = await ask(\.billing) { try await parkedEvents() } ?? []
        report.openOperations = await ask(\.gateway) { try await openOperations() } ?? []
        report.conclude()
        return report
    }

    /// Asks one service, unless it could not be reached before.
    private func ask<Value>(
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

    private func look() async -> Look {
        Look(
            live: await ask(\.billing) { try await books.livePayments() },
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

    /// Compares the books. Payments go on while they are read, so a difference counts only when it
    /// is still there at a second look.
    private func compareBooks(_ first: Look) async {
        guard let found = Self.reconciled(first) else { return }
        let differing = Set(found.differences.filter { !$0.isInFlight }.map(\.reference))
        guard !differing.isEmpty else { return report.take(found, lasting: []) }
        try? await Task.sleep(for: Self.secondLook)
        let again = Self.reconciled(await look()) ?? found
        report.take(again, lasting: differing)
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

    private func openOperations() async throws -> [GatewayV1.OpenOperation] {
        let recovery = try await session.recovery()
        return try await pages { token in
            let page = try await recovery.listInDoubt(
                GatewayV1.ListInDoubtRequest(pageSize: Self.pageSize, pageToken: token)
            )
            return (page.operations, page.nextPageToken)
        }
    }

    private func pages<Item>(
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
