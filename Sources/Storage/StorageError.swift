import GRDB

/// Why a store could not do what it was asked.
package enum StorageError: Error, Equatable, Sendable {
    /// The commit failed in a way that proves nothing: the rows may be there after a restart. The
    /// store takes no more writes.
    case outcomeUnknown(String)
    /// The disk is full; nothing was written.
    case full(String)
    /// The system could not read or write; nothing was written.
    case io(String)
    /// The file is damaged, or no database.
    case corrupt(String)
    /// A row means nothing to this program, or contradicts another one, in a file that is sound as far
    /// as SQLite can tell. Only what needs that row fails.
    case undecodable(String)
    /// As many steps wait as may.
    case overloaded(limit: Int)
    /// The caller had gone before a write began, or before a read ended; nothing was written.
    case abandoned
    /// The store is closed.
    case closed
    /// The file has migrations that this program does not know: it was written by a newer one.
    case schemaTooNew(path: String)
    /// SQLite did not keep `synchronous=FULL`; it said this number instead.
    case synchronousNotFull(Int)
    /// Another process owns the folder.
    case folderInUse(String)
    /// The file or folder cannot be opened.
    case cannotOpen(String)

    /// What SQLite said, in our terms; nil for what only our bug can cause (a constraint, a wrong
    /// statement), which is rethrown as it is.
    package init?(_ error: any Error) {
        if let error = error as? StorageError {
            self = error
            return
        }
        if error is CancellationError {
            self = .abandoned
            return
        }
        guard let error = error as? DatabaseError else { return nil }
        let text = "\(error.resultCode.rawValue): \(error.message ?? "")"
        switch error.resultCode {
        case .SQLITE_FULL: self = .full(text)
        case .SQLITE_MISUSE where error.message == "Connection is closed": self = .closed
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(text)
        case .SQLITE_CANTOPEN: self = .cannotOpen(text)
        case .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_INTERRUPT, .SQLITE_READONLY, .SQLITE_BUSY,
            .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            self = .io(text)
        default: return nil
        }
    }
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outcomeUnknown(let text): "the outcome of a commit is unknown (\(text))"
        case .full(let text): "the disk is full (\(text))"
        case .io(let text): "the database cannot be read or written (\(text))"
        case .corrupt(let text): "the database is damaged (\(text))"
        case .undecodable(let text): "a row cannot be understood: \(text)"
        case .overloaded(let limit): "\(limit) writes wait already"
        case .abandoned: "nobody waits for it any more"
        case .closed: "the store is closed"
        case .schemaTooNew(let path): "\(path) was written by a newer version of this program"
        case .synchronousNotFull(let found): "SQLite has synchronous=\(found) in place of FULL (2)"
        case .folderInUse(let folder): "\(folder) is in use by another process"
        case .cannotOpen(let text): "cannot open \(text)"
        }
    }
}
