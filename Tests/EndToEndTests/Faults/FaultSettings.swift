import Foundation

/// What the scripts in Tests/Faults ask for, by environment variables.
enum FaultSettings {
    /// REMIT_KILLS: how often a service is killed.
    static var kills: Int { number("REMIT_KILLS") ?? 200 }
    /// REMIT_POWER_CUTS: how often the power is cut.
    static var powerCuts: Int { number("REMIT_POWER_CUTS") ?? 10 }
    /// REMIT_SEED: of every random choice; a fresh one when it is not given.
    static let seed = number("REMIT_SEED").map { UInt64(clamping: $0) } ?? .random(in: 1...999_999)
    /// REMIT_FAULTS=full: every kind of fault at every call.
    static var isFull: Bool { ProcessInfo.processInfo.environment["REMIT_FAULTS"] == "full" }

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }
}
