package import Foundation
package import GRDB
import GRDBSQLite

/// A statement on a connection's own handle, compiled once a connection by GRDB's cache.
///
/// GRDB's row and argument types cost more than SQLite itself on the path of a payment, so the
/// stores bind, step and read through SQLite's interface; everything else of the connection stays
/// GRDB's. Valid on the connection's thread, until `reset`.
package struct PreparedStatement {
    private let handle: OpaquePointer
    private let sql: String

    /// - Throws: `DatabaseError` when the text is no statement.
    package init(_ sql: String, in database: Database) throws {
        handle = try database.cachedStatement(sql: sql).sqliteStatement
        self.sql = sql
    }

    /// Parameters that are to be bound, before the first step.
    package var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

    /// Columns of a row; 0 for a statement that gives none.
    package var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// Goes on to the next row.
    ///
    /// - Returns: false at the end.
    /// - Throws: `DatabaseError`.
    package func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw failure(code)
        }
    }

    /// Ends the reading of rows, which would keep a snapshot, and lets go of what was bound.
    package func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // MARK: Parameters, counted from 1

    package func bindNull(at index: Int) throws {
        try check(sqlite3_bind_null(handle, Int32(index)))
    }

    package func bind(_ value: Int64, at index: Int) throws {
        try check(sqlite3_bind_int64(handle, Int32(index), value))
    }

    package func bind(_ value: String, at index: Int) throws {
        let length = Int32(value.utf8.count)
        try check(sqlite3_bind_text(handle, Int32(index), value, length, Self.transient))
    }

    package func bind(_ bytes: UnsafeRawBufferPointer, at index: Int) throws {
        let (index, length) = (Int32(index), Int32(bytes.count))
        guard let start = bytes.baseAddress else {
            // No bytes are not NULL.
            return try check(sqlite3_bind_zeroblob(handle, index, 0))
        }
        try check(sqlite3_bind_blob(handle, index, start, length, Self.transient))
    }

    // MARK: Columns, counted from 0

    /// A column of the row that the last step gave.
    package func column(_ index: Int) -> StoredValue {
        let index = Int32(index)
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_TEXT:
            let text = bytes(sqlite3_column_text(handle, index), index)
            return .text(String(decoding: text, as: UTF8.self))
        case SQLITE_BLOB:
            let blob = bytes(sqlite3_column_blob(handle, index), index)
            guard blob.count == StoredValue.identifierBytes else { return .blob(Data(blob)) }
            return .identifier(
                high: UInt64(bigEndian: blob.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: blob.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        case SQLITE_NULL:
            return .null
        default:
            // Every table is STRICT and none has a column of this type.
            preconditionFailure("a column of floating point in \(sql)")
        }
    }

    private func bytes(_ start: UnsafeRawPointer?, _ index: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
    }

    private func check(_ code: CInt) throws {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: CInt) -> DatabaseError {
        let message = sqlite3_db_handle(handle).flatMap { sqlite3_errmsg($0) }
        return DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: message.map { String(cString: $0) },
            sql: sql
        )
    }

    /// SQLite copies what is bound before the call returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// What stands in a column.
package enum StoredValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    /// A value of sixteen bytes, big-endian: an identifier or a key.
    case identifier(high: UInt64, low: UInt64)
    /// Of any other length.
    case blob(Data)

    static let identifierBytes = 16
}
