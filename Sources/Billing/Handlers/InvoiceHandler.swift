import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.InvoiceService`.
struct InvoiceHandler: BillingV1.InvoiceServiceHandler {
    let store: BillingStore

    func createDraft(
        _ request: BillingV1.CreateDraftInvoiceRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Invoice {
        let key = try RequestCheck.requestKey(request.requestID)
        let draft = try InvoiceDraft.check(request)
        return try await answering(
            fields: ["amount.currency": "lines[0].unit_price.currency"]
        ) {
            BillingV1.Invoice(try await store.createDraft(key, draft))
        }
    }

    func post(
        _ request: BillingV1.PostInvoiceRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Invoice {
        let id: InvoiceID = try RequestCheck.id(request.invoiceID, field: "invoice_id")
        return try await answering { BillingV1.Invoice(try await store.post(id)) }
    }

    func get(
        _ request: BillingV1.GetInvoiceRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Invoice {
        switch request.key {
        case .invoiceID(let text):
            let id: InvoiceID = try RequestCheck.id(text, field: "invoice_id")
            return try await answering {
                BillingV1.Invoice(
                    try await store.read { try BillingStore.view(try $0.invoice(id), $0) }
                )
            }
        case .invoiceNumber(let text):
            guard text.hasPrefix("INV"), let number = DigitText.number(text.dropFirst(3)),
                number > 0
            else {
                throw RPCError(
                    .invalidArgument,
                    "The invoice_number is like \"INV00054321\".",
                    reason: "BAD_TEXT",
                    field: "invoice_number"
                )
            }
            return try await answering(fields: ["invoice_id": "invoice_number"]) {
                BillingV1.Invoice(
                    try await store.read {
                        try BillingStore.view(try $0.invoice(number: number), $0)
                    }
                )
            }
        case nil:
            throw RPCError(
                .invalidArgument,
                "Either invoice_id or invoice_number is needed.",
                reason: "BAD_ID",
                field: "invoice_id"
            )
        }
    }

    func list(
        _ request: BillingV1.ListInvoicesRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListInvoicesResponse {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        let size = try RequestCheck.pageSize(request.pageSize, default: 50, max: 200)
        return try await answering {
            let before: InvoiceID? = try PageToken.id(request.pageToken)
            let (page, number) = try await store.read { tables in
                let number = try tables.account(account).numberText
                return (
                    try tables.invoices(of: account, before: before, limit: size + 1).map {
                        ($0, try tables.lines(of: $0.id), try tables.taxes(of: $0.id))
                    },
                    number
                )
            }
            let shown = page.prefix(size)
            return BillingV1.ListInvoicesResponse(
                invoices: shown.map { invoice, lines, taxes in
                    BillingV1.Invoice(
                        BillingStore.InvoiceView(
                            invoice: invoice,
                            accountNumber: number,
                            lines: lines,
                            taxes: taxes,
                            allocations: []
                        )
                    )
                },
                nextPageToken: page.count > size
                    ? shown.last.map { PageToken.after($0.0.id) } ?? "" : ""
            )
        }
    }
}
