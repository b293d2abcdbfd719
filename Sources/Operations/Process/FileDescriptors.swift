import Glibc
package import Logging
package import TTRPC

/// The descriptors that the process may have open: a connection takes one.
package enum FileDescriptors {
    /// Kept for what is no connection to the server: databases, loops, connections to others.
    package static let others = 512

    /// Makes room for connections before the first is there.
    ///
    /// The soft limit is raised as far as the hard one allows. And the kernel's table is made as
    /// large as it may become: it doubles when a descriptor past its end is wanted, and the thread
    /// that wants it waits until no processor looks at the old one (`expand_fdtable` in Linux's
    /// fs/file.c). That is up to 40 ms in which a loop that accepts a connection answers nobody.
    ///
    /// - Parameter connections: how many may be open at once, more than zero.
    /// - Returns: for how many there is room: fewer than asked for when the hard limit is too low,
    ///   and never less than one.
    package static func makeRoom(forConnections connections: Int) -> Int {
        let descriptors = raiseLimit(to: connections + others)
        growTable(to: descriptors)
        return max(1, min(connections, descriptors - others))
    }

    /// Raises the soft limit, and never lowers it.
    ///
    /// - Returns: how many of the descriptors wanted may be open.
    private static func raiseLimit(to wanted: Int) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return wanted }
        let needed = rlim_t(wanted)
        if limit.rlim_cur < needed {
            let before = limit.rlim_cur
            limit.rlim_cur = min(needed, limit.rlim_max)
            if setrlimit(resource, &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(min(needed, limit.rlim_cur))
    }

    /// The table does not shrink when its last descriptor is closed.
    private static func growTable(to descriptors: Int) {
        let some = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard some >= 0 else { return }
        let last = fcntl(some, F_DUPFD_CLOEXEC, CInt(clamping: descriptors - 1))
        if last >= 0 { close(last) }
        close(some)
    }
}

extension ServerConfiguration {
    /// Makes room for as many connections as may be open, and lets fewer be open when the system
    /// allows no more: one too many is refused then, which the peer is told.
    package mutating func makeRoomForConnections(_ logger: Logger) {
        let room = FileDescriptors.makeRoom(forConnections: maxConnections)
        guard room < maxConnections else { return }
        logger.warning(
            "fewer connections than --max-connections: the hard limit on open files is too low",
            metadata: ["wanted": "\(maxConnections)", "possible": "\(room)"]
        )
        maxConnections = room
    }
}
