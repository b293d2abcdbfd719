import ProtobufC
import TTRPC

/// A frame of ttRPC, written and read by hand.
///
/// - Source: containerd/ttrpc, PROTOCOL.md.
struct RawFrame: Equatable {
    var streamID: UInt32
    var kind: UInt8
    var flags: UInt8 = 0
    var data: [UInt8] = []

    static let request: UInt8 = 1
    static let response: UInt8 = 2
    static let data: UInt8 = 3

    /// The ten bytes of a header.
    static func header(length: UInt32, streamID: UInt32, kind: UInt8, flags: UInt8 = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [length, streamID] {
            for shift in [24, 16, 8, 0] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        return bytes + [kind, flags]
    }

    /// The frame on the wire.
    var bytes: [UInt8] {
        RawFrame.header(length: UInt32(data.count), streamID: streamID, kind: kind, flags: flags)
            + data
    }

    /// Takes the first frame off `bytes` from `start` on; nil while it is not there as a whole.
    static func take(_ bytes: [UInt8], from start: inout Int) -> RawFrame? {
        guard bytes.count - start >= 10 else { return nil }
        func number(_ offset: Int) -> UInt32 {
            bytes[start + offset..<start + offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        let length = Int(number(0))
        guard bytes.count - start - 10 >= length else { return nil }
        let frame = RawFrame(
            streamID: number(4),
            kind: bytes[start + 8],
            flags: bytes[start + 9],
            data: Array(bytes[start + 10..<start + 10 + length])
        )
        start += 10 + length
        return frame
    }
}

/// The envelope of a request.
struct RawRequest: Equatable {
    var service = ""
    var method = ""
    var payload: [UInt8] = []
    var timeoutNanoseconds: Int64?
    var metadata: [[String]] = []

    init(_ method: MethodDescriptor, payload: [UInt8] = [], timeoutNanoseconds: Int64? = nil) {
        service = method.service
        self.method = method.method
        self.payload = payload
        self.timeoutNanoseconds = timeoutNanoseconds
    }

    init(decoding bytes: [UInt8]) throws {
        for (number, value) in try HandReader.fields(bytes) {
            switch (number, value) {
            case (1, .data(let text)): service = String(decoding: text, as: UTF8.self)
            case (2, .data(let text)): method = String(decoding: text, as: UTF8.self)
            case (3, .data(let data)): payload = data
            case (4, .varint(let number)): timeoutNanoseconds = Int64(bitPattern: number)
            case (5, .data(let pair)):
                metadata.append(
                    try HandReader.fields(pair).map { field in
                        guard case .data(let text) = field.value else { return "" }
                        return String(decoding: text, as: UTF8.self)
                    }
                )
            default: throw HandReader.Malformed()
            }
        }
    }

    /// The encoding, fields in the order of their numbers.
    var bytes: [UInt8] {
        HandWriter.write { writer in
            writer.text(1, service)
            writer.text(2, method)
            writer.data(3, payload)
            if let timeoutNanoseconds { writer.number(4, timeoutNanoseconds) }
            for pair in metadata {
                writer.message(5) { inner in
                    for (index, text) in pair.enumerated() { inner.text(index + 1, text) }
                }
            }
        }
    }

    /// A request frame with this envelope.
    func frame(_ streamID: UInt32, flags: UInt8 = 0) -> RawFrame {
        RawFrame(streamID: streamID, kind: RawFrame.request, flags: flags, data: bytes)
    }
}

/// The envelope of a response.
struct RawResponse {
    /// nil when the response carries none.
    var status: GoogleRPC.Status?
    /// nil when the response carries none.
    var payload: [UInt8]?

    init(decoding bytes: [UInt8]) throws {
        for (number, value) in try HandReader.fields(bytes) {
            switch (number, value) {
            case (1, .data(let data)): status = try GoogleRPC.Status(serialized: data)
            case (2, .data(let data)): payload = data
            default: throw HandReader.Malformed()
            }
        }
    }

    /// A response frame with a payload.
    static func success(_ streamID: UInt32, payload: [UInt8]) -> RawFrame {
        let data = HandWriter.write { $0.data(2, payload) }
        return RawFrame(streamID: streamID, kind: RawFrame.response, data: data)
    }

    /// A response frame with a status.
    static func failure(_ streamID: UInt32, code: Int64, message: String) -> RawFrame {
        let data = HandWriter.write { writer in
            writer.message(1) {
                $0.number(1, code)
                $0.text(2, message)
            }
        }
        return RawFrame(streamID: streamID, kind: RawFrame.response, data: data)
    }

    /// What went wrong; nil when nothing did.
    var error: RPCError? { status.map { RPCError($0) } }
}
