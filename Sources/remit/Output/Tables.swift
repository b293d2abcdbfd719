import RemitAPI
import TTRPC

/// Replies as tables for people.
enum Tables {
    static func account(_ account: BillingV1.Account) -> Table {
        Table([
            ("account", account.accountID), ("number", account.accountNumber),
            ("name", account.displayName),
            ("current balance", MoneyText.full(account.balance?.current)),
            ("outstanding", MoneyText.full(account.balance?.outstanding)),
            ("credit", MoneyText.full(account.balance?.credit)),
            ("pending", MoneyText.full(account.balance?.pending)),
        ])
    }

    static func users(_ users: [BillingV1.User]) -> Table {
        Table(
            ["#", "user", "name", "username", "email", "notifications"],
            users.map {
                [
                    "\($0.position)", $0.userID, $0.firstName + " " + $0.lastName, $0.username,
                    $0.email, $0.notifications ? "on" : "off",
                ]
            }
        )
    }

    static func invoice(_ invoice: BillingV1.Invoice) -> Table {
        var fields = [
            ("invoice", invoice.invoiceID), ("number", invoice.invoiceNumber),
            ("state", invoice.state.name), ("account", invoice.accountNumber),
            ("posted", TimeText.short(invoice.postTime)), ("due", TimeText.short(invoice.dueTime)),
        ]
        for line in invoice.lines {
            let price = MoneyText.plain(line.unitPrice)
            fields.append(
                (
                    "line",
                    "\(line.quantity) × \(line.description) at \(price) = "
                        + MoneyText.plain(line.amount)
                )
            )
        }
        for tax in invoice.taxes { fields.append((tax.name, MoneyText.plain(tax.amount))) }
        fields.append(("balance forward", MoneyText.full(invoice.balanceForward)))
        fields.append(("total", MoneyText.full(invoice.total)))
        for allocation in invoice.allocations {
            let source =
                switch allocation.source {
                case .paymentID(let id), .creditID(let id): id
                case nil: "?"
                }
            fields.append(("paid by", "\(source) \(MoneyText.plain(allocation.amount))"))
        }
        fields.append(("amount due", MoneyText.full(invoice.amountDue)))
        return Table(fields)
    }

    static func invoices(_ invoices: [BillingV1.Invoice]) -> Table {
        Table(
            ["number", "invoice", "state", "posted", "total", "due"],
            invoices.map {
                [
                    $0.invoiceNumber, $0.invoiceID, $0.state.name, TimeText.short($0.postTime),
                    MoneyText.plain($0.total), MoneyText.plain($0.amountDue),
                ]
            }
        )
    }

    static func payment(_ payment: BillingV1.Payment) -> Table {
        var fields = [
            ("payment", payment.paymentID), ("state", payment.state.name),
            ("message", payment.message), ("amount", MoneyText.full(payment.amount)),
            ("card", payment.cardBrand + " " + payment.cardLastFour),
            ("saved as", payment.cardSaving == .saved ? payment.paymentMethodID : ""),
            ("decline code", payment.declineCode), ("retry class", payment.retryClass),
            ("failure reason", payment.failureReason), ("attempt", payment.attemptID),
            ("request id", payment.requestID),
        ]
        if payment.cardSaving == .refusedPostalCode {
            fields.append(("not saved", "the postal code is not the one the bank knows"))
        }
        for allocation in payment.allocations {
            fields.append(
                ("paid", "\(allocation.invoiceNumber) \(MoneyText.plain(allocation.amount))")
            )
        }
        if let credited = payment.credited, credited.minorUnits > 0 {
            fields.append(("credited", MoneyText.full(credited)))
        }
        return Table(fields)
    }

    static func prepared(_ prepared: BillingV1.PreparePaymentResponse) -> Table {
        var fields = [
            ("amount", prepared.amount.map { MoneyText.full($0) } ?? "(blank: nothing is due)"),
            ("current balance", MoneyText.full(prepared.balance?.current)),
            ("billing email", prepared.billingEmail),
        ]
        if let live = prepared.livePayment {
            fields.append(("in progress", "\(live.paymentID) \(live.state.name)"))
        }
        for method in prepared.paymentMethods {
            fields.append(("saved", "\(method.paymentMethodID) \(method.brand) \(method.lastFour)"))
        }
        return Table(fields)
    }

    static func methods(_ methods: [BillingV1.PaymentMethod]) -> Table {
        Table(
            ["method", "card", "expires", "email", "state"],
            methods.map {
                [
                    $0.paymentMethodID, "\($0.brand) \($0.lastFour)",
                    "\($0.expiryMonth)/\($0.expiryYear)", $0.billingEmail, $0.state.name,
                ]
            }
        )
    }

    static func history(_ transactions: [BillingV1.Transaction]) -> Table {
        Table(
            ["time (UTC)", "what", "status", "amount", "balance after"],
            transactions.map {
                [
                    TimeText.short($0.time), $0.description, $0.status, MoneyText.plain($0.amount),
                    MoneyText.plain($0.balanceAfter),
                ]
            }
        )
    }

    static func card(_ card: GatewayV1.Card) -> Table {
        Table([
            ("token", card.token), ("card", "\(card.brand.name.lowercased()) \(card.lastFour)"),
            ("expires", "\(card.expiryMonth)/\(card.expiryYear)"), ("state", card.state.name),
            ("code held", card.verificationCodeHeld ? "yes" : "no"),
            ("fingerprint", card.fingerprint), ("token ends", TimeText.short(card.expireTime)),
        ])
    }

    static func operation(_ operation: GatewayV1.Operation) -> Table {
        Table([
            ("operation", operation.operationID), ("key", operation.key),
            ("state", operation.state.name), ("version", "\(operation.version)"),
            ("amount", MoneyText.full(operation.amount)), ("token", operation.token),
            ("decline code", operation.declineCode), ("retry class", operation.retryClass),
            ("response code", operation.responseCode), ("approval code", operation.approvalCode),
            ("AVS", operation.avsResult), ("CVC", operation.cvcResult),
            ("card kept", operation.retention == .unspecified ? "" : operation.retention.name),
        ])
    }

    static func charges(_ charges: [GatewayV1.BankCharge]) -> Table {
        Table(
            ["#", "key", "state", "code", "amount", "time (UTC)"],
            charges.map {
                [
                    "\($0.sequence)", $0.key, $0.state.name, $0.responseCode,
                    MoneyText.plain($0.amount), TimeText.short($0.createTime),
                ]
            }
        )
    }

    static func events(_ events: [BillingV1.Event]) -> Table {
        Table(
            ["#", "type", "subject", "account", "time (UTC)"],
            events.map {
                [
                    "\($0.sequence)", $0.type, $0.subjectID, $0.accountID,
                    TimeText.short($0.createTime),
                ]
            }
        )
    }

    static func gatewayEvents(_ events: [GatewayV1.Event]) -> Table {
        Table(
            ["#", "key", "state", "version", "time (UTC)"],
            events.map {
                [
                    "\($0.sequence)", $0.operation?.key ?? "", $0.operation?.state.name ?? "",
                    "\($0.operation?.version ?? 0)", TimeText.short($0.createTime),
                ]
            }
        )
    }

    static func trialBalance(_ lines: [RemitType.TrialBalanceLine]) -> Table {
        Table(
            ["account", "currency", "debits", "credits"],
            lines.map {
                [
                    $0.account, $0.debits?.currency ?? "", MoneyText.plain($0.debits),
                    MoneyText.plain($0.credits),
                ]
            }
        )
    }

    static func entries(_ entries: [RemitType.LedgerEntry]) -> Table {
        Table(
            ["#", "kind", "reference", "account", "debit", "credit"],
            entries.flatMap { entry in
                entry.postings.enumerated().map { index, posting in
                    let amount = posting.amount ?? RemitType.Money()
                    let isDebit = amount.minorUnits > 0
                    var credit = amount
                    credit.minorUnits = 0 &- amount.minorUnits
                    return [
                        index == 0 ? "\(entry.sequence)" : "", index == 0 ? entry.kind : "",
                        index == 0 ? entry.reference : "", posting.account,
                        isDebit ? MoneyText.plain(amount) : "",
                        isDebit ? "" : MoneyText.plain(credit),
                    ]
                }
            }
        )
    }
}
