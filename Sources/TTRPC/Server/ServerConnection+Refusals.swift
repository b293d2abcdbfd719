import CProtobufC
import CRemitMessages
import ProtobufC

// What a request is refused with, and the reading of it that can fail.
extension ServerConnection {
    func metadata(
        of request: UnsafePointer<Ttrpc__Request>
    ) throws(WireError) -> Metadata {
        var metadata = Metadata()
        guard let pairs = request.pointee.metadata else { return metadata }
        for index in 0..<Int(request.pointee.n_metadata) {
            guard let pair = pairs[index] else { continue }
            metadata.append(
                try arena.text(pair.pointee.key, "ttrpc.KeyValue", "key"),
                try arena.text(pair.pointee.value, "ttrpc.KeyValue", "value")
            )
        }
        return metadata
    }

    func unknownMethod(
        _ service: UnsafeRawBufferPointer,
        _ method: UnsafeRawBufferPointer
    ) -> RPCError {
        let service = Self.shown(service)
        let method = Self.shown(method)
        let what = loop.router.serves(service) ? "service \(service) has no method \(method)" : nil
        return RPCError(
            .unimplemented,
            "The \(what ?? "server has no service \(service)").",
            reason: what == nil ? "UNKNOWN_SERVICE" : "UNKNOWN_METHOD"
        )
    }

    func noStream(_ method: MethodDescriptor) -> RPCError {
        RPCError(
            .unimplemented,
            "\(method.fullName) takes one message, not a stream.",
            reason: "STREAMING"
        )
    }

    /// The deadline of a call passed while it waited here.
    var tooLate: RPCError {
        RPCError(.deadlineExceeded, "The deadline passed before the call was begun.")
    }

    func tooLarge(_ limit: Int) -> RPCError {
        RPCError(
            .resourceExhausted,
            "The request is longer than \(limit) bytes.",
            reason: "MESSAGE_TOO_LARGE"
        )
    }

    var replyTooLarge: RPCError {
        RPCError(
            .resourceExhausted,
            "The reply is longer than \(loop.configuration.maxReplyBytes) bytes; "
                + "ask for less at a time.",
            reason: "MESSAGE_TOO_LARGE"
        )
    }

    /// A name as an error may show it: the beginning, without control characters.
    private static func shown(_ name: UnsafeRawBufferPointer) -> String {
        let clean = name.prefix(200).map { $0 < 0x20 ? UInt8(ascii: "?") : $0 }
        return String(decoding: clean, as: UTF8.self)
    }
}
