/// Where a call stands in a trace, as `traceparent` tells it.
///
/// - Source: W3C Trace Context, level 1, section 3.2.
package struct TraceContext: Sendable, Equatable {
    /// The first eight bytes of the trace's id, and the last.
    package let traceIDHigh: UInt64
    package let traceIDLow: UInt64
    /// The caller's span; never 0.
    package let parentID: UInt64
    /// 1: the caller may have recorded its span.
    package let flags: UInt8

    /// Bytes of version 00: "00-" 32 digits "-" 16 digits "-" 2 digits.
    private static let byteCount = 55

    package init(traceIDHigh: UInt64, traceIDLow: UInt64, parentID: UInt64, flags: UInt8) {
        self.traceIDHigh = traceIDHigh
        self.traceIDLow = traceIDLow
        self.parentID = parentID
        self.flags = flags
    }

    /// Reads a `traceparent`; nil for what is none, and the trace is to be begun anew then.
    ///
    /// Digits are lower case; ids are not zero; version ff is none. Of a version above 00 the same
    /// 55 bytes are read, and more may follow after a dash.
    package init?(_ text: String) {
        var text = text
        guard let read = text.withUTF8({ Self($0) }) else { return nil }
        self = read
    }

    private init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard bytes.count >= Self.byteCount,
            let version = HexText.number(bytes[0..<2]), version != 0xFF,
            bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let high = HexText.number(bytes[3..<19]), let low = HexText.number(bytes[19..<35]),
            let parent = HexText.number(bytes[36..<52]), let flags = HexText.number(bytes[53..<55]),
            high | low != 0, parent != 0
        else { return nil }
        if bytes.count > Self.byteCount {
            guard version > 0, bytes[Self.byteCount] == dash else { return nil }
        }
        self.init(
            traceIDHigh: high,
            traceIDLow: low,
            parentID: parent,
            // Version 00 defines one flag; the others are to be ignored and sent as zero.
            flags: UInt8(truncatingIfNeeded: flags) & 1
        )
    }

    /// The trace's id: 32 digits.
    package var traceID: String { HexText.text(traceIDHigh) + HexText.text(traceIDLow) }

    /// As a `traceparent` of version 00.
    package var text: String {
        let flags = flags & 1 == 1 ? "01" : "00"
        return "00-\(traceID)-\(HexText.text(parentID))-\(flags)"
    }

    /// The same trace, seen from another span.
    package func from(span: UInt64) -> TraceContext {
        TraceContext(
            traceIDHigh: traceIDHigh,
            traceIDLow: traceIDLow,
            parentID: span,
            flags: flags
        )
    }
}

/// The trace of one call. A class: a call without a trace pays nothing for it.
package final class CallTrace: Sendable {
    /// What the caller told; nil when it told nothing, or nothing that can be read.
    package let incoming: TraceContext?
    /// What calls made on behalf of this one are told.
    package let outgoing: TraceContext?
    /// The span that was started, for whoever started it.
    package let span: (any Sendable)?

    package init(
        incoming: TraceContext?,
        outgoing: TraceContext?,
        span: (any Sendable)? = nil
    ) {
        self.incoming = incoming
        self.outgoing = outgoing
        self.span = span
    }
}

/// Sixteen lower-case hexadecimal digits and back.
package enum HexText {
    private static let digits = Array("0123456789abcdef".utf8)

    package static func text(_ number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 {
                buffer[index] = digits[Int(number >> (60 - 4 * UInt64(index)) & 15)]
            }
            return 16
        }
    }

    /// Reads at most sixteen digits, lower case only; nil when one is none.
    static func number(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var number: UInt64 = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default:
                return nil
            }
        }
        return number
    }
}
