/// What rows mean, without those that mean nothing to this program: work that goes through many
/// rows does not stop at one that is damaged.
package struct ReadableRows<Value> {
    /// In the order of their rows.
    package private(set) var values: [Value] = []
    /// How many rows were left out.
    package private(set) var damaged = 0
    /// What is wrong with the first of those, `StorageError.undecodable`; nil when none is.
    package private(set) var fault: StorageError?

    /// - Parameters:
    ///   - rows: what a query gave.
    ///   - read: says what a row means.
    /// - Throws: what `read` throws, but for `StorageError.undecodable`.
    package init<Row>(_ rows: [Row], _ read: (Row) throws -> Value) throws {
        for row in rows {
            do {
                values.append(try read(row))
            } catch StorageError.undecodable(let text) {
                damaged += 1
                if fault == nil { fault = .undecodable(text) }
            }
        }
    }
}

extension ReadableRows: Sendable where Value: Sendable {}
