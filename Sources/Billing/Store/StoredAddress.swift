import Foundation
import ProtobufC
import RemitAPI
import ServiceKit
import Storage

/// A billing address as the store keeps it: encoded once, and copied from row to row; decoded
/// only where somebody reads it.
struct StoredAddress: Equatable, Sendable {
    /// A `remit.type.BillingAddress`.
    private let encoded: Data

    /// Memory for building an address, in bytes: its texts have less than a tenth of it.
    private static let maxBytes = 8 << 10

    /// - Throws: `WireError` for texts that have no place in a message.
    init(_ address: RemitType.BillingAddress) throws {
        encoded = Data(try address.serialized(arenaBytes: Self.maxBytes))
    }

    /// The address.
    ///
    /// - Throws: `WireError` when the row is damaged.
    func decoded() throws -> RemitType.BillingAddress {
        try RemitType.BillingAddress(serialized: Array(encoded))
    }
}

extension StoredAddress: ColumnValue {
    init?(stored: StoredValue) {
        guard let data = Data(stored: stored) else { return nil }
        encoded = data
    }

    func bind(to statement: PreparedStatement, at index: Int) throws {
        try encoded.bind(to: statement, at: index)
    }
}
