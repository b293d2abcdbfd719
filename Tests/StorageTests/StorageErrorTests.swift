import GRDB
import Testing

@testable import Storage

@Suite("StorageError")
struct StorageErrorTests {
    private static func name(_ error: StorageError?) -> String {
        switch error {
        case .outcomeUnknown: "outcomeUnknown"
        case .full: "full"
        case .io: "io"
        case .corrupt: "corrupt"
        case .undecodable: "undecodable"
        case .overloaded: "overloaded"
        case .abandoned: "abandoned"
        case .closed: "closed"
        case .schemaTooNew: "schemaTooNew"
        case .synchronousNotFull: "synchronousNotFull"
        case .folderInUse: "folderInUse"
        case .cannotOpen: "cannotOpen"
        case nil: "as it is"
        }
    }

    @Test(
        "What SQLite says becomes one of our words, or stays as it is",
        arguments: [
            (.SQLITE_FULL, "full"), (.SQLITE_CORRUPT, "corrupt"), (.SQLITE_NOTADB, "corrupt"),
            (.SQLITE_CANTOPEN, "cannotOpen"), (.SQLITE_IOERR, "io"),
            (.SQLITE_IOERR_WRITE, "io"), (.SQLITE_IOERR_FSYNC, "io"), (.SQLITE_NOMEM, "io"),
            (.SQLITE_INTERRUPT, "io"), (.SQLITE_READONLY, "io"), (.SQLITE_BUSY, "io"),
            (.SQLITE_LOCKED, "io"), (.SQLITE_PROTOCOL, "io"),
            (.SQLITE_CONSTRAINT, "as it is"), (.SQLITE_CONSTRAINT_UNIQUE, "as it is"),
            (.SQLITE_ERROR, "as it is"), (.SQLITE_MISUSE, "as it is"),
        ] as [(ResultCode, String)]
    )
    func mapping(code: ResultCode, name: String) {
        #expect(Self.name(StorageError(DatabaseError(resultCode: code))) == name)
    }

    @Test("Errors of others are not ours")
    func others() {
        struct Other: Error {}
        #expect(StorageError(Other()) == nil)
    }
}
