import CLinux
import Glibc

/// What keeps a process's memory to itself.
package enum ProcessHardening {
    /// No core file, no other process of the user may look in, and files are for the owner alone:
    /// card numbers pass through this memory.
    ///
    /// - Throws: `ConfigurationError` when the system refuses; nothing is served then.
    package static func disableCoreDumps() throws(ConfigurationError) {
        // Databases and their logs are the owner's alone, whatever the shell says.
        umask(0o077)
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        guard setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0,
            remit_set_not_dumpable() == 0
        else {
            throw ConfigurationError(
                "core files cannot be turned off: \(String(cString: strerror(errno)))"
            )
        }
    }
}
