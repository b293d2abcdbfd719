import Foundation

/// The resident memory of a process: now, and at its highest since the watch began.
struct ServiceMemory: Sendable {
    /// How far a service may rise above its start, in KiB.
    static let maxRise = 64 << 10

    private let pid: Int32
    let name: String
    /// At the start of the watch, in KiB.
    let start: Int

    /// Begins a watch, of a service that has warmed up.
    init(_ process: ServiceProcess, name: String) throws {
        pid = process.pid
        self.name = name
        // "5" sets the kernel's high-water mark back to what is resident now.
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(pid)/clear_refs"))
        start = try Self.value("VmRSS", pid)
    }

    /// The most that was ever resident since, in KiB: the kernel's own mark, not a sample.
    var peak: Int {
        get throws { try Self.value("VmHWM", pid) }
    }

    /// A line of the process's status, in KiB.
    private static func value(_ key: String, _ pid: Int32) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }),
            let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first,
            let value = Int(number)
        else { throw CocoaError(.fileReadCorruptFile) }
        return value
    }
}
