import Foundation
import Glibc

/// The file through which a test and a service with inject.so preloaded share which call fails.
struct FaultControl: Sendable {
    /// Kinds of calls that are counted.
    enum Kind: Int64, CaseIterable, Sendable {
        case fileWrite = 0
        case fileSync = 1
        case socketSend = 2
    }

    /// What happens at a call.
    enum Action: Hashable, Sendable {
        case fail(errno: Int32)
        case killBefore
        case killAfter
        /// Half of the bytes are written.
        case killHalfway

        var code: Int64 {
            switch self {
            case .fail(let errno): Int64(errno)
            case .killBefore: -1
            case .killAfter: -2
            case .killHalfway: -3
            }
        }
    }

    /// The fields of the file, eight bytes each, as in inject.c.
    private enum Field: Int {
        case armed, kind, nth, action, sticky, fired, counts
        static let size = 8 * (counts.rawValue + Kind.allCases.count)
    }

    let path: String

    init(path: String) throws {
        self.path = path
        try Data(count: Field.size).write(to: URL(fileURLWithPath: path))
    }

    /// Counts from now on, and makes the n-th call of a kind fail.
    ///
    /// - Parameters:
    ///   - kind: of the call.
    ///   - nth: from 1; 0 only counts.
    ///   - action: what happens there.
    ///   - isSticky: whether all later ones of the kind fail too.
    func arm(_ kind: Kind, nth: Int, _ action: Action, isSticky: Bool = false) throws {
        var fields = [Int64](repeating: 0, count: Field.size / 8)
        try write(fields)
        fields[Field.kind.rawValue] = kind.rawValue
        fields[Field.nth.rawValue] = Int64(nth)
        fields[Field.action.rawValue] = nth == 0 ? 0 : action.code
        fields[Field.sticky.rawValue] = isSticky ? 1 : 0
        try write(fields)
        fields[Field.armed.rawValue] = 1
        try write(fields)
    }

    /// Counts no more, and nothing fails.
    ///
    /// - Returns: how often a call failed, and how many there were of each kind.
    func disarm() throws -> (fired: Int, counts: [Kind: Int]) {
        var fields = try read()
        fields[Field.armed.rawValue] = 0
        try write(fields)
        let counts = Kind.allCases.map { kind in
            (kind, Int(fields[Field.counts.rawValue + Int(kind.rawValue)]))
        }
        return (
            Int(fields[Field.fired.rawValue]), Dictionary(uniqueKeysWithValues: counts)
        )
    }

    private func read() throws -> [Int64] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return data.withUnsafeBytes { Array($0.bindMemory(to: Int64.self)) }
    }

    /// In place: the service has mapped the file.
    private func write(_ fields: [Int64]) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.write(contentsOf: fields.withUnsafeBytes { Data($0) })
    }
}
