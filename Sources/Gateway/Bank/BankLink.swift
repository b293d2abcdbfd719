import Payments

/// What a bank is asked for.
struct BankRequest: Sendable {
    /// Our name for the charge, which a later inquiry or reversal uses.
    let reference: AttemptID
    let operation: OperationID
    let number: CardNumber
    let expiry: CardExpiry
    /// Nil for a card charged again, or entered without one.
    let code: CardVerificationCode?
    let amount: Money
    /// Normalized; empty when the payer gave none.
    let postalCode: String
    /// Whether a street line was given.
    let hasStreet: Bool
}

/// A bank's word on a charge.
struct BankDecision: Equatable, Sendable {
    let responseCode: ResponseCode
    /// The bank's own reason for a decline, where it is more exact than the response code.
    var declineCode: DeclineCode?
    /// Six characters; empty unless approved.
    let approvalCode: String
    /// Address verification result; empty when not checked.
    let avsResult: String
    /// Verification code result; empty when not checked.
    let cvcResult: String
}

/// What a bank answers at once.
enum BankAnswer: Equatable, Sendable {
    case decided(BankDecision)
    /// It decides later, by advice.
    case pending(avsResult: String, cvcResult: String)
}

/// What a bank knows about a reference.
enum BankInquiry: Equatable, Sendable {
    case decided(BankDecision)
    case pending
    /// It never saw the reference, or has reversed it.
    case noCharge
}

/// A decision on a pending charge.
struct BankAdvice: Sendable {
    /// The bank's name for it, to acknowledge.
    let sequence: Int64
    let reference: AttemptID
    let decision: BankDecision
}

/// The bank did not answer: whether it acted is unknown.
struct BankSilence: Error, Equatable, Sendable {
    let reason: String
}

/// A bank that charges cards. It is not idempotent: a second request is a second charge. What waits
/// for the bank does so in `ServerContext.elsewhere`: a slow bank is no overload here.
protocol BankLink: Sendable {
    /// Why a number cannot be charged through this bank; nil when it can.
    func refusal(of number: CardNumber) -> String?

    /// Charges a card.
    ///
    /// - Throws: `BankSilence`.
    func charge(_ request: BankRequest) async throws(BankSilence) -> BankAnswer

    /// What became of a reference.
    ///
    /// - Throws: `BankSilence`.
    func inquire(_ reference: AttemptID) async throws(BankSilence) -> BankInquiry

    /// Undoes every charge of a reference, and any that arrives later. Returns when the bank has
    /// acknowledged it.
    ///
    /// - Throws: `BankSilence`.
    func reverse(_ reference: AttemptID) async throws(BankSilence)

    /// Decisions that were not acknowledged yet, oldest first.
    ///
    /// - Throws: `BankSilence`.
    func advices(limit: Int) async throws(BankSilence) -> [BankAdvice]

    /// Tells the bank that decisions are stored here.
    ///
    /// - Throws: `BankSilence`.
    func acknowledge(_ sequences: [Int64]) async throws(BankSilence)
}
