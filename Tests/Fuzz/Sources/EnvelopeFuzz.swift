import CProtobufC
import CRemitMessages
import ProtobufC

/// Unpacks bytes as an envelope, and expects that what is packed again says the same.
///
/// The input's first byte chooses between request and response.
enum EnvelopeFuzz {
    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let arena = Arena(capacity: Arena.capacity(forFrameBytes: input.count))
        let repack = first & 1 == 0 ? request : response
        // Text ends at a NUL once it is packed: from then on nothing may change.
        guard let once = repack(Array(input.dropFirst()), arena) else { return }
        arena.reset()
        let twice = repack(once, Arena(capacity: Arena.capacity(forFrameBytes: once.count)))
        precondition(once == twice, "an envelope changes when it is packed again")
    }

    /// The bytes of a request that is unpacked and packed; nil when it cannot be unpacked.
    private static func request(_ bytes: [UInt8], _ arena: Arena) -> [UInt8]? {
        guard let request = ttrpc__request__unpack(arena.allocator, bytes.count, bytes) else {
            return nil
        }
        let texts = [request.pointee.service, request.pointee.method]
        for text in texts {
            precondition(arena.textBytes(text).count <= bytes.count)
        }
        for index in 0..<request.pointee.n_metadata {
            guard let pair = request.pointee.metadata[index] else {
                preconditionFailure("a pair of metadata is not there")
            }
            _ = try? arena.text(pair.pointee.key, "ttrpc.KeyValue", "key")
            _ = try? arena.text(pair.pointee.value, "ttrpc.KeyValue", "value")
            forgetUnknown(&pair.pointee.base)
        }
        forgetUnknown(&request.pointee.base)
        var packed = [UInt8](repeating: 0, count: ttrpc__request__get_packed_size(request))
        precondition(ttrpc__request__pack(request, &packed) == packed.count)
        return packed
    }

    /// The bytes of a response that is unpacked and packed; nil when it cannot be unpacked.
    private static func response(_ bytes: [UInt8], _ arena: Arena) -> [UInt8]? {
        guard let response = ttrpc__response__unpack(arena.allocator, bytes.count, bytes) else {
            return nil
        }
        precondition(response.pointee.payload.len <= bytes.count)
        if let status = response.pointee.status {
            for index in 0..<status.pointee.n_details {
                guard let detail = status.pointee.details[index] else {
                    preconditionFailure("a detail is not there")
                }
                forgetUnknown(&detail.pointee.base)
            }
            forgetUnknown(&status.pointee.base)
        }
        forgetUnknown(&response.pointee.base)
        var packed = [UInt8](repeating: 0, count: ttrpc__response__get_packed_size(response))
        precondition(ttrpc__response__pack(response, &packed) == packed.count)
        return packed
    }

    /// Nobody reads unknown fields, and libprotobuf-c 1.4.1 does not always read them again: a field
    /// number zero passes when it is longer than it need be, and is packed so that it does not.
    private static func forgetUnknown(_ message: inout ProtobufCMessage) {
        message.n_unknown_fields = 0
    }
}
