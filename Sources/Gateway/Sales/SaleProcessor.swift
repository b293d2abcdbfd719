import Foundation
import Logging
import NIOCore
import Payments
import ServiceKit

/// Carries out a sale: commit the intent, ask the bank once, commit the result, answer.
struct SaleProcessor: Sendable {
    let store: GatewayStore
    let vault: Vault
    let bank: any BankLink
    let inFlight: SalesInFlight
    /// Fingerprints that our own risk rule refuses.
    let blocked: Set<Data>
    let crashPoint: GatewayCrashHook
    let logger: Logger
    var scheduler = WorkScheduler.system

    /// Carries out a sale, or answers with what became of it before.
    ///
    /// - Throws: `GatewayError` in the cases `keyFenced`, `keyReused`, `tokenNotFound`,
    ///   `cardDeleted`, `tokenUsed`, `tokenExpired`, `verificationCodeExpired`, `overloaded`,
    ///   `storage`.
    func sale(_ request: SaleRequest) async throws(GatewayError) -> OperationView {
        // A task of its own: a caller that goes away stops no sale.
        let task = scheduler.spawn { () async -> Result<OperationView, GatewayError> in
            do throws(GatewayError) {
                return .success(try await run(request))
            } catch {
                return .failure(error)
            }
        }
        return try await task.value.get()
    }

    private func run(_ request: SaleRequest) async throws(GatewayError) -> OperationView {
        while true {
            switch await inFlight.enter(request.key) {
            case .run:
                defer { inFlight.finished(request.key) }
                return try await carryOut(request)
            case .finishedByOther:
                continue
            case .refused:
                throw .overloaded
            }
        }
    }

    private func carryOut(_ request: SaleRequest) async throws(GatewayError) -> OperationView {
        await crashPoint(.beforeOperationCommit)
        let beginning: GatewayStore.SaleBeginning
        do {
            let vault = vault
            beginning = try await store.beginSale(
                request,
                isBlocked: { [blocked] in blocked.contains($0) },
                holdsCode: { vault.codes.code(for: $0, now: vault.now()) != nil }
            )
        } catch {
            throw .wrap(error)
        }
        switch beginning {
        case .answer(let view):
            // A repeat's own new token is not used, and keeps its code.
            if view.operation.token == request.token { vault.codes.forget(request.token) }
            return view
        case .send(let operation, let card):
            await crashPoint(.afterOperationCommit)
            let outcome = await ask(request, operation, card)
            vault.codes.forget(request.token)
            await crashPoint(.afterBankAnswer)
            let view = try await commit(outcome, operation.key)
            await crashPoint(.beforeReply)
            return view
        }
    }

    /// Asks the bank, once.
    private func ask(
        _ request: SaleRequest,
        _ operation: Operation,
        _ card: StoredCard
    ) async -> OperationOutcome {
        do {
            let code =
                card.state == .singleUse
                ? vault.codes.code(for: card.token, now: vault.now()) : nil
            guard card.state == .retained || !card.hasVerificationCode || code != nil else {
                // Its time ran out within the last milliseconds: it is never sent without.
                return OperationOutcome(event: .answerLost)
            }
            let answer = try await bank.charge(
                BankRequest(
                    reference: operation.key.attempt,
                    operation: operation.id,
                    number: try await vault.number(of: card),
                    expiry: card.expiry,
                    code: code,
                    amount: operation.amount,
                    postalCode: request.postalCode,
                    hasStreet: request.hasStreet
                )
            )
            switch answer {
            case .decided(let decision):
                return Self.outcome(decision, brand: card.brand)
            case .pending(let avsResult, let cvcResult):
                return OperationOutcome(
                    event: .bankPending,
                    avsResult: avsResult,
                    cvcResult: cvcResult
                )
            }
        } catch {
            logger.warning(
                "the bank did not answer",
                metadata: ["key": "\(operation.key.attempt)", "error": "\(error)"]
            )
            return OperationOutcome(event: .answerLost)
        }
    }

    /// What a bank's decision is for a sale.
    ///
    /// A partial approval counts as a doubt: it is reversed before the sale is declined.
    static func outcome(_ decision: BankDecision, brand: CardBrand) -> OperationOutcome {
        switch decision.responseCode.meaning(for: brand) {
        case .approved: OperationOutcome(event: .bankApproved, decision: decision)
        case .declined, .verificationOnly:
            OperationOutcome(event: .bankDeclined, decision: decision)
        case .inDoubt, .partialApproval: OperationOutcome(event: .answerLost)
        }
    }

    private func commit(
        _ outcome: OperationOutcome,
        _ key: OperationKey
    ) async throws(GatewayError) -> OperationView {
        do {
            return try await store.commit(outcome, of: key).view
        } catch {
            throw .wrap(error)
        }
    }
}
