import RemitAPI
import Testing

/// A point of a payment at which a process stops, and what recovery must make of it.
struct CrashScenario: Sendable, CustomTestStringConvertible {
    /// How it stops.
    enum Mode: String, CaseIterable, Sendable {
        /// It exits at the point.
        case exit
        /// It hangs at the point and is killed there.
        case hang
    }

    /// What the payment is after recovery.
    enum Recovered: Sendable {
        /// Nothing exists: the same request id may be paid.
        case nothing
        case payment(BillingV1.PaymentState)
    }

    let program: Program
    let point: String
    let mode: Mode
    let recovered: Recovered
    /// The bank's lines under the payment's key after recovery.
    let charges: [GatewayV1.BankChargeState]

    var testDescription: String { "\(program.rawValue) \(point), \(mode.rawValue)" }

    /// The seven points, each in both ways.
    static let all = Mode.allCases.flatMap { mode in
        [
            CrashScenario(
                program: .billing,
                point: "before-intent-commit",
                mode: mode,
                recovered: .nothing,
                charges: []
            ),
            CrashScenario(
                program: .billing,
                point: "after-intent-commit",
                mode: mode,
                recovered: .payment(.failed),
                charges: []
            ),
            CrashScenario(
                program: .billing,
                point: "before-settle",
                mode: mode,
                recovered: .payment(.succeeded),
                charges: [.approved]
            ),
            CrashScenario(
                program: .gateway,
                point: "before-operation-commit",
                mode: mode,
                recovered: .payment(.failed),
                charges: []
            ),
            CrashScenario(
                program: .gateway,
                point: "after-operation-commit",
                mode: mode,
                recovered: .payment(.declined),
                charges: []
            ),
            CrashScenario(
                program: .gateway,
                point: "after-bank-answer",
                mode: mode,
                recovered: .payment(.succeeded),
                charges: [.approved]
            ),
            CrashScenario(
                program: .gateway,
                point: "before-reply",
                mode: mode,
                recovered: .payment(.succeeded),
                charges: [.approved]
            ),
        ]
    }
}
