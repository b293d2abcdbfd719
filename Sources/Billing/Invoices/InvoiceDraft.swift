import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// Checks what an invoice is to be made of, and adds it up.
enum InvoiceDraft {
    private static let maxLines = 200
    private static let maxTaxes = 10
    private static let maxQuantity: Int64 = 1_000_000_000
    /// 1000 %.
    private static let maxRateMicros: Int64 = 10_000_000

    /// - Throws: INVALID_ARGUMENT with the field.
    static func check(
        _ request: BillingV1.CreateDraftInvoiceRequest
    ) throws(RPCError) -> BillingStore.NewInvoice {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        guard (1...maxLines).contains(request.lines.count) else {
            throw RPCError(
                .invalidArgument,
                "An invoice has 1 to \(maxLines) lines.",
                reason: "BAD_COUNT",
                field: "lines"
            )
        }
        guard request.taxes.count <= maxTaxes else {
            throw RPCError(
                .invalidArgument,
                "An invoice has at most \(maxTaxes) taxes.",
                reason: "BAD_COUNT",
                field: "taxes"
            )
        }
        var sums = Sums()
        var lines: [InvoiceLineRecord] = []
        for (index, line) in request.lines.enumerated() {
            lines.append(try Self.line(line, "lines[\(index)]", &sums))
        }
        var taxes: [InvoiceTaxRecord] = []
        for (index, tax) in request.taxes.enumerated() {
            taxes.append(try Self.tax(tax, "taxes[\(index)]", &sums))
        }
        guard sums.total > 0, let currency = sums.currency else {
            throw RPCError(BillingError.invoiceIsZero)
        }
        guard sums.total <= RequestCheck.maxAmountMinorUnits else { throw tooLarge("lines") }
        return BillingStore.NewInvoice(
            account: account,
            currency: currency,
            lines: lines,
            taxes: taxes,
            dueAt: try RequestCheck.time(request.dueTime, field: "due_time"),
            total: sums.total,
            tax: sums.tax
        )
    }

    private struct Sums {
        var currency: Currency?
        var total: Int64 = 0
        var tax: Int64 = 0

        mutating func add(_ amount: Int64, field: String) throws(RPCError) {
            do throws(MoneyError) {
                total = try total.addingChecked(amount)
            } catch {
                throw tooLarge(field)
            }
        }

        mutating func agree(_ found: Currency, field: String) throws(RPCError) {
            guard currency == nil || currency == found else {
                throw RPCError(
                    .invalidArgument,
                    "All amounts of an invoice are in one currency.",
                    reason: "CURRENCY_MISMATCH",
                    field: field
                )
            }
            currency = found
        }
    }

    private static func line(
        _ line: BillingV1.InvoiceLine,
        _ field: String,
        _ sums: inout Sums
    ) throws(RPCError) -> InvoiceLineRecord {
        let description = try RequestCheck.text(
            line.description,
            1...200,
            field: field + ".description"
        )
        guard (1...maxQuantity).contains(line.quantity) else {
            throw RPCError(
                .invalidArgument,
                "The quantity is 1 to \(maxQuantity).",
                reason: "BAD_QUANTITY",
                field: field + ".quantity"
            )
        }
        let price = try RequestCheck.amount(line.unitPrice, field: field + ".unit_price")
        try sums.agree(price.currency, field: field + ".unit_price.currency")
        let amount: Int64
        do throws(MoneyError) {
            amount = try price.minorUnits.multipliedChecked(by: line.quantity)
        } catch {
            throw tooLarge(field)
        }
        try sums.add(amount, field: field)
        return InvoiceLineRecord(
            description: description,
            quantity: line.quantity,
            unitPrice: price.minorUnits,
            amount: amount,
            periodStart: try RequestCheck.time(
                line.periodStartTime,
                field: field + ".period_start_time"
            ),
            periodEnd: try RequestCheck.time(line.periodEndTime, field: field + ".period_end_time"),
            isRecurring: line.recurring
        )
    }

    private static func tax(
        _ tax: BillingV1.InvoiceTax,
        _ field: String,
        _ sums: inout Sums
    ) throws(RPCError) -> InvoiceTaxRecord {
        let name = try RequestCheck.text(tax.name, 1...50, field: field + ".name")
        guard (0...maxRateMicros).contains(tax.rateMicros) else {
            throw RPCError(
                .invalidArgument,
                "The rate is 0 to \(maxRateMicros) millionths.",
                reason: "BAD_RATE",
                field: field + ".rate_micros"
            )
        }
        let amount = try RequestCheck.amount(tax.amount, field: field + ".amount")
        try sums.agree(amount.currency, field: field + ".amount.currency")
        try sums.add(amount.minorUnits, field: field)
        sums.tax += amount.minorUnits
        return InvoiceTaxRecord(
            name: name,
            rateMicros: tax.rateMicros,
            amount: amount.minorUnits
        )
    }
}

private func tooLarge(_ field: String) -> RPCError {
    RPCError(
        .invalidArgument,
        "The amounts add up to more than an invoice may be.",
        reason: "AMOUNT_OUT_OF_RANGE",
        field: field
    )
}
