import Payments
import RemitAPI
import ServiceKit
import TTRPC

extension BillingV1.Invoice {
    init(_ view: BillingStore.InvoiceView) {
        let invoice = view.invoice
        let money = { (amount: Int64) in
            RemitType.Money(minorUnits: amount, currency: invoice.currency.code)
        }
        let time = { (milliseconds: Int64) in
            GoogleProtobuf.Timestamp(milliseconds: milliseconds)
        }
        self.init(
            invoiceID: invoice.id.text,
            invoiceNumber: invoice.numberText,
            accountID: invoice.account.text,
            accountNumber: view.accountNumber,
            state: BillingV1.InvoiceState(rawValue: Int32(invoice.state.rawValue)),
            lines: view.lines.map { line in
                BillingV1.InvoiceLine(
                    description: line.description,
                    quantity: line.quantity,
                    unitPrice: money(line.unitPrice),
                    amount: money(line.amount),
                    periodStartTime: line.periodStart.map(time),
                    periodEndTime: line.periodEnd.map(time),
                    recurring: line.isRecurring
                )
            },
            taxes: view.taxes.map { tax in
                BillingV1.InvoiceTax(
                    name: tax.name,
                    rateMicros: tax.rateMicros,
                    amount: money(tax.amount)
                )
            },
            total: money(invoice.total),
            amountDue: money(invoice.due),
            balanceForward: money(invoice.balanceForward),
            createTime: time(invoice.createdAt),
            postTime: invoice.postedAt.map(time),
            dueTime: invoice.dueAt.map(time),
            allocations: view.allocations.map { allocation in
                BillingV1.InvoiceAllocation(
                    allocationID: allocation.id.text,
                    source: Self.source(allocation.source),
                    amount: money(allocation.amount),
                    createTime: time(allocation.createdAt)
                )
            }
        )
    }

    private static func source(
        _ source: AllocationRecord.Source
    ) -> BillingV1.InvoiceAllocation.Source {
        switch source {
        case .payment(let id): .paymentID(id.text)
        case .credit(let id): .creditID(id.text)
        }
    }
}
