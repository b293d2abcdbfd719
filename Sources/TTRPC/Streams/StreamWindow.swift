/// Named limits of streams that both ends count by.
package enum StreamLimits {
    /// What a message counts besides its data, in bytes: what keeping it costs, so that a window
    /// bounds the number of empty messages too.
    package static let messageOverheadBytes = 64
    /// What a client sends on a stream before it knows the server's window, in bytes; no window
    /// is smaller.
    package static let initialWindowBytes = 64 << 10
    /// Messages that a client's writer, on another thread, hands over before it waits for the
    /// connection to take them.
    static let maxQueuedByClient = 16
    /// The same for a handler, which runs on the connection's thread: there is nothing to gain by
    /// running ahead of a peer that does not read, and what is kept for it is counted nowhere.
    static let maxQueuedByHandler = 1

    /// What a handler has read is told to its connection at once: that is no switch of threads, and
    /// the server counts what is unread.
    static let reportBytesByHandler = 1

    /// How much a client's reader reads before its connection is told: less than half of any window,
    /// or the server would wait for a total that the reader's thread keeps to itself.
    static func reportBytesByClient(windowBytes: Int) -> Int {
        max(1, min(windowBytes, initialWindowBytes) / 4)
    }

    /// What a message of this many bytes counts.
    static func cost(_ dataBytes: Int) -> Int {
        dataBytes + messageOverheadBytes
    }
}

/// How much one end of a stream may still send: the peer names totals, counted from the stream's
/// beginning. Pure.
///
/// A message is sent whole while anything is left, so the total is passed by one message at most,
/// and a message larger than the window is no deadlock.
struct SendWindow: Equatable {
    /// Bytes sent, as messages count.
    private(set) var sent: UInt64 = 0
    /// Bytes that the peer allows in all; `.max` is a peer that counts nothing.
    private(set) var limit: UInt64

    init(limit: UInt64) {
        self.limit = limit
    }

    /// Whether a message may be sent.
    var isOpen: Bool { sent < limit }

    /// A message was sent.
    mutating func spend(_ cost: Int) {
        precondition(isOpen, "a message was sent past the peer's window")
        sent += UInt64(cost)
    }

    /// The peer has said what it allows at first, before any other total. What was sent in the
    /// belief that it counts nothing may be more.
    mutating func agree(_ total: UInt64) {
        limit = total
    }

    /// The peer allows more. A total lower than one named before changes nothing: frames of one
    /// connection are in order, so it is the peer's mistake, and harmless.
    mutating func grant(_ total: UInt64) {
        limit = max(limit, total)
    }
}

/// How much the peer may still send on a stream, and what of it is not read yet. Pure.
struct ReceiveWindow: Equatable {
    /// Bytes that may wait to be read.
    let size: Int
    private(set) var received: UInt64 = 0
    private(set) var consumed: UInt64 = 0
    /// The total that the peer may send.
    private(set) var granted: UInt64

    /// - Parameter size: bytes, at least `StreamLimits.initialWindowBytes` for peers that count.
    init(size: Int) {
        precondition(size > 0)
        self.size = size
        granted = UInt64(size)
    }

    /// Bytes that wait to be read.
    var held: Int { Int(received - consumed) }

    /// Whether as much waits as may. A peer that does not count is not read then.
    var isFull: Bool { held >= size }

    /// A message arrived.
    ///
    /// - Returns: whether the total named to the peer allowed it.
    mutating func receive(_ cost: Int) -> Bool {
        let wasAllowed = received < granted
        received += UInt64(cost)
        return wasAllowed
    }

    /// Messages were read.
    ///
    /// - Parameter most: how much the peer may be ahead of the reader from now on, if that is less
    ///   than `size`.
    /// - Returns: a new total to name to the peer, once half of the window is free.
    mutating func consume(_ cost: Int, most: Int = .max) -> UInt64? {
        precondition(cost <= held, "more was read than had arrived")
        consumed += UInt64(cost)
        let window = UInt64(min(size, most))
        let total = consumed + window
        guard total >= granted + window / 2 else { return nil }
        granted = total
        return total
    }
}

/// Whether a connection is read: its streams' unread messages bound it. Pure.
///
/// A peer that keeps windows is bounded by them, each stream by its own: streams that nobody reads
/// must not stop the others, nor calls and word of cancellation. It gets smaller windows when much
/// waits. A peer that does not is stopped with the whole connection.
struct ReadGate {
    /// Bytes on all streams together above which a peer that counts nothing is not read, and one
    /// that does gets smaller windows.
    let maxHeldBytes: Int
    /// Whether the peer keeps to the windows of its streams.
    var peerKeepsWindows = false
    private(set) var heldBytes = 0
    private(set) var fullStreams = 0

    init(maxHeldBytes: Int) {
        self.maxHeldBytes = maxHeldBytes
    }

    /// Whether more may be read.
    var isOpen: Bool {
        peerKeepsWindows || (heldBytes < maxHeldBytes && fullStreams == 0)
    }

    /// How much a stream's peer may be ahead of its reader, if that is less than its window.
    var mostAhead: Int {
        heldBytes < maxHeldBytes ? .max : StreamLimits.initialWindowBytes
    }

    /// A stream's unread bytes changed.
    mutating func change(_ bytes: Int, full: Int) {
        heldBytes += bytes
        fullStreams += full
        precondition(heldBytes >= 0 && fullStreams >= 0, "more was read than had arrived")
    }
}
