package import GRDB

extension Database {
    /// Runs a statement, which is compiled once a connection.
    package func run(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }

    /// The first row of a query, or nil.
    package func row(
        _ sql: String,
        _ arguments: (any DatabaseValueConvertible)?...
    ) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }

    /// All rows of a query. Every query names its limit.
    package func rows(
        _ sql: String,
        _ arguments: (any DatabaseValueConvertible)?...
    ) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }

    /// A number from the first column of the first row; 0 when there is none, or NULL.
    package func number(
        _ sql: String,
        _ arguments: (any DatabaseValueConvertible)?...
    ) throws -> Int64 {
        try Int64.fetchOne(cachedStatement(sql: sql), arguments: StatementArguments(arguments))
            ?? 0
    }
}
