/// What happened in a world, as a number and, when someone reads it, as lines.
struct Trace {
    /// Whether lines are printed.
    let isPrinted: Bool
    /// The same for the same history.
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    init(isPrinted: Bool) {
        self.isPrinted = isPrinted
    }

    /// Notes a step.
    ///
    /// - Parameters:
    ///   - label: what happened.
    ///   - number: a part of it.
    ///   - time: nanoseconds since the world began.
    ///   - detail: for the reader alone.
    mutating func note(
        _ label: StaticString,
        _ number: Int64,
        time: Int64,
        _ detail: () -> String
    ) {
        var hash = hash
        label.withUTF8Buffer { mix($0, &hash) }
        hash = (hash ^ UInt64(bitPattern: number)) &* 0x100_0000_01B3
        hash = (hash ^ UInt64(bitPattern: time)) &* 0x100_0000_01B3
        self.hash = hash
        if isPrinted {
            let milliseconds = time / 1_000_000
            print("\(milliseconds / 1000).\(1000 + milliseconds % 1000)  \(label) \(detail())")
        }
    }

    /// Takes in a text that the history ended with.
    mutating func note(_ text: String) {
        var text = text
        text.withUTF8 { mix($0, &hash) }
    }

    private func mix(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: inout UInt64) {
        var value = hash
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = value
    }
}
