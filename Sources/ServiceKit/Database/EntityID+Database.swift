import Foundation
package import GRDB
package import Payments

// Identifiers are stored as their 16 bytes, which sort by time.
extension EntityID where Self: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Self? {
        Data.fromDatabaseValue(value).flatMap { Self(bytes: Array($0)) }
    }
}

extension AccountID: DatabaseValueConvertible {}
extension AllocationID: DatabaseValueConvertible {}
extension AttemptID: DatabaseValueConvertible {}
extension CreditID: DatabaseValueConvertible {}
extension EventID: DatabaseValueConvertible {}
extension InvoiceID: DatabaseValueConvertible {}
extension JournalID: DatabaseValueConvertible {}
extension OperationID: DatabaseValueConvertible {}
extension PaymentID: DatabaseValueConvertible {}
extension PaymentMethodID: DatabaseValueConvertible {}
extension TokenID: DatabaseValueConvertible {}
extension UserID: DatabaseValueConvertible {}

extension RequestKey: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> RequestKey? {
        Data.fromDatabaseValue(value).flatMap { ULID(bytes: $0) }.map { RequestKey($0) }
    }
}

extension Currency: DatabaseValueConvertible {}
