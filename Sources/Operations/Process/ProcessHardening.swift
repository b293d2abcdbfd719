import CLinux
import Glibc

/// What keeps a process's memory to itself.
package enum ProcessHardening {
    /// Files that are made from now on are for the owner alone, whatever the shell says: databases,
    /// and the logs beside them.
    package static func keepFilesPrivate() {
        umask(0o077)
    }

    /// No core file, and no other process of the user may look in: card numbers pass through this
    /// memory.
    ///
    /// - Throws: `ConfigurationError` when the system refuses; nothing is served, sent or read then.
    package static func disableCoreDumps() throws(ConfigurationError) {
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
