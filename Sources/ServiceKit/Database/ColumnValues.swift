package import Foundation
package import Payments
package import Storage

extension Int64: ColumnValue {
    package init?(stored: StoredValue) {
        guard case .integer(let value) = stored else { return nil }
        self = value
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try statement.bind(self, at: index)
    }
}

extension Int: ColumnValue {
    package init?(stored: StoredValue) {
        guard case .integer(let value) = stored else { return nil }
        self.init(exactly: value)
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try statement.bind(Int64(self), at: index)
    }
}

extension Bool: ColumnValue {
    package init?(stored: StoredValue) {
        guard case .integer(let value) = stored else { return nil }
        self = value != 0
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try statement.bind(self ? 1 : 0, at: index)
    }
}

extension String: ColumnValue {
    package init?(stored: StoredValue) {
        guard case .text(let value) = stored else { return nil }
        self = value
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try statement.bind(self, at: index)
    }
}

extension Data: ColumnValue {
    package init?(stored: StoredValue) {
        switch stored {
        case .blob(let data): self = data
        case .identifier(let high, let low): self.init(ULID(high: high, low: low).bytes)
        case .null, .integer, .text: return nil
        }
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try withUnsafeBytes { try statement.bind($0, at: index) }
    }
}

extension Currency: ColumnValue {
    package init?(stored: StoredValue) {
        guard case .text(let code) = stored else { return nil }
        self.init(rawValue: code)
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try statement.bind(rawValue, at: index)
    }
}

// Identifiers are stored as their 16 bytes, which sort by time.
extension EntityID where Self: ColumnValue {
    package init?(stored: StoredValue) {
        guard case .identifier(let high, let low) = stored else { return nil }
        self.init(ULID(high: high, low: low))
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try ulid.bind(to: statement, at: index)
    }
}

extension RequestKey: ColumnValue {
    package init?(stored: StoredValue) {
        guard case .identifier(let high, let low) = stored else { return nil }
        self.init(ULID(high: high, low: low))
    }

    package func bind(to statement: PreparedStatement, at index: Int) throws {
        try ulid.bind(to: statement, at: index)
    }
}

extension ULID {
    fileprivate func bind(to statement: PreparedStatement, at index: Int) throws {
        try withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) {
            try statement.bind($0, at: index)
        }
    }
}

extension AccountID: ColumnValue {}
extension AllocationID: ColumnValue {}
extension AttemptID: ColumnValue {}
extension CreditID: ColumnValue {}
extension EventID: ColumnValue {}
extension InvoiceID: ColumnValue {}
extension JournalID: ColumnValue {}
extension OperationID: ColumnValue {}
extension PaymentID: ColumnValue {}
extension PaymentMethodID: ColumnValue {}
extension TokenID: ColumnValue {}
extension UserID: ColumnValue {}
