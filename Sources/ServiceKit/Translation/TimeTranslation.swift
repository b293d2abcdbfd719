package import RemitAPI
package import TTRPC

extension GoogleProtobuf.Timestamp {
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    package init(milliseconds: Int64) {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let borrow: Int64 = rest < 0 ? 1 : 0
        self.init(seconds: seconds - borrow, nanos: Int32(rest + borrow * 1000) * 1_000_000)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z; smaller parts are dropped.
    package var milliseconds: Int64 {
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? (seconds < 0 ? .min : .max) : whole &+ Int64(nanos / 1_000_000)
    }
}

extension RequestCheck {
    /// The first and last moment that a timestamp may name: years 1 to 9999.
    ///
    /// - Source: google/protobuf/timestamp.proto.
    private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// A moment, in milliseconds since 1970-01-01T00:00:00Z; nil when it is absent.
    ///
    /// - Throws: INVALID_ARGUMENT, BAD_TIME.
    package static func time(
        _ timestamp: GoogleProtobuf.Timestamp?,
        field: String
    ) throws(RPCError) -> Int64? {
        guard let timestamp else { return nil }
        guard seconds.contains(timestamp.seconds), (0...999_999_999).contains(timestamp.nanos)
        else {
            throw RPCError(
                .invalidArgument,
                "The \(field) is no moment of the years 1 to 9999.",
                reason: "BAD_TIME",
                field: field
            )
        }
        return timestamp.milliseconds
    }
}
