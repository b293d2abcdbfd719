package import GRDB
package import Storage

/// A value that is bound to a parameter of a statement, and read from a column of a row.
package protocol ColumnValue: Sendable {
    /// Nil for a column of another kind.
    init?(stored: StoredValue)
    func bind(to statement: PreparedStatement, at index: Int) throws
}

/// A row of a query.
package struct StoredRow: Sendable {
    private let values: [StoredValue]

    init(_ statement: PreparedStatement) {
        values = (0..<statement.columnCount).map { statement.column($0) }
    }

    /// A column that is never NULL.
    ///
    /// - Throws: `StorageError.undecodable` for one that is not what was asked for: a currency that
    ///   only a later version knows, or a file that something else has written to.
    package subscript<Value: ColumnValue>(_ index: Int) -> Value {
        get throws(StorageError) {
            guard let value = Value(stored: values[index]) else {
                throw .undecodable("column \(index) is no \(Value.self)")
            }
            return value
        }
    }

    /// A column that may be NULL.
    ///
    /// - Throws: as for one that may not, when it is something else.
    package subscript<Value: ColumnValue>(_ index: Int) -> Value? {
        get throws(StorageError) {
            values[index] == .null ? nil : try self[index] as Value
        }
    }
}

extension Database {
    /// Runs a statement, which is compiled once a connection.
    package func run(_ sql: String, _ arguments: (any ColumnValue)?...) throws {
        try query(sql, arguments) { statement in while try statement.step() {} }
    }

    /// The first row of a query, or nil.
    package func row(_ sql: String, _ arguments: (any ColumnValue)?...) throws -> StoredRow? {
        try query(sql, arguments) { try $0.step() ? StoredRow($0) : nil }
    }

    /// All rows of a query. Every query names its limit.
    package func rows(_ sql: String, _ arguments: (any ColumnValue)?...) throws -> [StoredRow] {
        try query(sql, arguments) { statement in
            var rows: [StoredRow] = []
            while try statement.step() { rows.append(StoredRow(statement)) }
            return rows
        }
    }

    /// A number from the first column of the first row; 0 when there is none, or NULL. The
    /// statement is run to its end: it may be one that writes and says what it wrote.
    package func number(_ sql: String, _ arguments: (any ColumnValue)?...) throws -> Int64 {
        try query(sql, arguments) { statement in
            guard try statement.step() else { return 0 }
            let value = statement.column(0)
            while try statement.step() {}
            guard case .integer(let number) = value else { return 0 }
            return number
        }
    }

    private func query<Value>(
        _ sql: String,
        _ arguments: [(any ColumnValue)?],
        _ body: (PreparedStatement) throws -> Value
    ) throws -> Value {
        let statement = try PreparedStatement(sql, in: self)
        precondition(statement.parameterCount == arguments.count, "parameters of \(sql)")
        defer { statement.reset() }
        for (index, argument) in arguments.enumerated() {
            if let argument {
                try argument.bind(to: statement, at: index + 1)
            } else {
                try statement.bindNull(at: index + 1)
            }
        }
        return try body(statement)
    }
}
