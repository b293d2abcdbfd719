import TTRPC

/// Reads the same bytes at once and in pieces, and expects the same of both.
///
/// The input's first byte chooses the largest frame, the second how the pieces are cut.
enum FrameFuzz {
    private enum Seen: Equatable {
        case frame(FrameHeader, [UInt8])
        case oversized(FrameHeader)
        case violation
    }

    static func run(_ input: [UInt8]) {
        guard input.count >= 2 else { return }
        let maxFrameBytes = input[0] == 255 ? 64 << 10 : Int(input[0]) + 1
        let bytes = Array(input.dropFirst(2))
        let whole = read([bytes], maxFrameBytes)
        let pieces = read(cut(bytes, by: input[1]), maxFrameBytes)
        precondition(whole == pieces, "what is read depends on how it arrives")
        let seen = whole.reduce(0) { sum, item in
            guard case .frame(let header, let data) = item else { return sum }
            precondition(header.length == data.count && data.count <= maxFrameBytes)
            return sum + data.count + FrameHeader.byteCount
        }
        precondition(seen <= bytes.count)
    }

    /// Pieces of one to sixteen bytes, of lengths that a small generator makes from a seed.
    private static func cut(_ bytes: [UInt8], by seed: UInt8) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var state = seed
        var start = 0
        while start < bytes.count {
            state = state &* 73 &+ 41
            let end = min(bytes.count, start + Int(state >> 4) + 1)
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }

    /// Reads as a connection does: what is left of one piece goes before the next.
    private static func read(_ pieces: [[UInt8]], _ maxFrameBytes: Int) -> [Seen] {
        var reader = FrameReader(maxFrameBytes: maxFrameBytes)
        var seen: [Seen] = []
        var rest: [UInt8] = []
        for piece in pieces {
            rest += piece
            var position = 0
            var isWaiting = false
            while !isWaiting {
                let before = position
                let item = rest.withUnsafeBytes { reader.next($0, &position) }
                precondition(position >= before && position <= rest.count)
                switch item {
                case .frame(let header, let range):
                    seen.append(.frame(header, Array(rest[range])))
                case .oversized(let header):
                    seen.append(.oversized(header))
                case .needMore:
                    isWaiting = true
                case .violation:
                    return seen + [.violation]
                }
            }
            rest.removeFirst(position)
        }
        return seen
    }
}
