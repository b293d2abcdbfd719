import Glibc

/// Changes a database behind its service's back, by the SQLite library that the services load too.
enum Tampering {
    /// What did not work.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private typealias Open =
        @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
    private typealias Execute =
        @convention(c) (
            OpaquePointer?, UnsafePointer<CChar>, OpaquePointer?, OpaquePointer?, OpaquePointer?
        ) -> Int32
    private typealias Close = @convention(c) (OpaquePointer?) -> Int32

    /// Runs a statement on a database whose service has stopped.
    static func run(_ sql: String, on path: String) throws(Failure) {
        guard let library = dlopen("libsqlite3.so.0", RTLD_NOW) else {
            throw Failure(description: "libsqlite3.so.0 cannot be loaded")
        }
        defer { dlclose(library) }
        guard let open = dlsym(library, "sqlite3_open"),
            let execute = dlsym(library, "sqlite3_exec"),
            let close = dlsym(library, "sqlite3_close")
        else { throw Failure(description: "libsqlite3.so.0 lacks a function") }
        // The C signatures of sqlite3.h.
        var database: OpaquePointer?
        defer { _ = unsafeBitCast(close, to: Close.self)(database) }
        guard unsafeBitCast(open, to: Open.self)(path, &database) == 0 else {
            throw Failure(description: "\(path) cannot be opened")
        }
        let status = unsafeBitCast(execute, to: Execute.self)(database, sql, nil, nil, nil)
        guard status == 0 else { throw Failure(description: "status \(status) of \(sql)") }
    }
}
