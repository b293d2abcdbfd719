import SystemPackage

/// Standard output and standard error, written past any buffer.
enum StandardStream {
    case output
    case error

    /// Writes a whole text, again after an interruption. Nobody is told when that fails: there is
    /// nowhere to say so, and a service goes on without its reader.
    func write(_ text: String) {
        let stream: FileDescriptor =
            switch self {
            case .output: .standardOutput
            case .error: .standardError
            }
        _ = try? stream.writeAll(text.utf8)
    }
}
