// Made by protoc-gen-remit-swift from remit/rpc/v1/connection.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC

extension RPCV1 {
    /// A frame that ttRPC does not have, as its sender's peer may understand it.
    package enum Feature: WireEnum {
        case unspecified
        /// Answers pings.
        case ping
        /// Takes word that a call is given up. Named by servers.
        case cancel
        /// Takes word that the other end will close. Named by clients.
        case drain
        /// Counts what it sends on each stream, and stops at the total it was told.
        case window
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .ping
            case 2: self = .cancel
            case 3: self = .drain
            case 4: self = .window
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .ping: 1
            case .cancel: 2
            case .drain: 3
            case .window: 4
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .ping: "PING"
            case .cancel: "CANCEL"
            case .drain: "DRAIN"
            case .window: "WINDOW"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "FEATURE_UNSPECIFIED"
            case .ping: "FEATURE_PING"
            case .cancel: "FEATURE_CANCEL"
            case .drain: "FEATURE_DRAIN"
            case .window: "FEATURE_WINDOW"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension RPCV1 {
    package struct HelloRequest: WireMessage {
        package static let messageName = "remit.rpc.v1.HelloRequest"
        /// What the client understands. Unknown ones are let pass.
        package var features: [RPCV1.Feature]
        /// With FEATURE_WINDOW: bytes that the server may send on each stream before it is told more,
        /// as messages count; 65,536 or more.
        package var streamWindowBytes: UInt32

        package init(
            features: [RPCV1.Feature] = [],
            streamWindowBytes: UInt32 = 0
        ) {
            self.features = features
            self.streamWindowBytes = streamWindowBytes
        }
    }
}

extension RPCV1.HelloRequest {
    init(_ c: UnsafePointer<Remit__Rpc__V1__HelloRequest>, _ arena: Arena) throws(WireError) {
        features = []
        if let elements = c.pointee.features {
            features.reserveCapacity(Int(c.pointee.n_features))
            for index in 0..<Int(c.pointee.n_features) {
                features.append(RPCV1.Feature(rawValue: Int32(bitPattern: elements[index].rawValue)))
            }
        }
        streamWindowBytes = c.pointee.stream_window_bytes
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Rpc__V1__HelloRequest> {
        let c = try arena.take(Remit__Rpc__V1__HelloRequest.self, for: Self.messageName)
        remit__rpc__v1__hello_request__init(c)
        if !features.isEmpty {
            let elements = try arena.take((Remit__Rpc__V1__Feature).self, count: features.count, for: Self.messageName)
            for (index, element) in features.enumerated() {
                elements[index] = Remit__Rpc__V1__Feature(rawValue: UInt32(bitPattern: element.rawValue))
            }
            c.pointee.n_features = features.count
            c.pointee.features = elements
        }
        c.pointee.stream_window_bytes = streamWindowBytes
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__rpc__v1__hello_request__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__rpc__v1__hello_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__rpc__v1__hello_request__pack(c, $0) }
    }
}

extension RPCV1 {
    package struct HelloReply: WireMessage {
        package static let messageName = "remit.rpc.v1.HelloReply"
        /// What the server understands.
        package var features: [RPCV1.Feature]
        /// With FEATURE_WINDOW: bytes that the client may send on each stream before it is told more.
        package var streamWindowBytes: UInt32

        package init(
            features: [RPCV1.Feature] = [],
            streamWindowBytes: UInt32 = 0
        ) {
            self.features = features
            self.streamWindowBytes = streamWindowBytes
        }
    }
}

extension RPCV1.HelloReply {
    init(_ c: UnsafePointer<Remit__Rpc__V1__HelloReply>, _ arena: Arena) throws(WireError) {
        features = []
        if let elements = c.pointee.features {
            features.reserveCapacity(Int(c.pointee.n_features))
            for index in 0..<Int(c.pointee.n_features) {
                features.append(RPCV1.Feature(rawValue: Int32(bitPattern: elements[index].rawValue)))
            }
        }
        streamWindowBytes = c.pointee.stream_window_bytes
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Rpc__V1__HelloReply> {
        let c = try arena.take(Remit__Rpc__V1__HelloReply.self, for: Self.messageName)
        remit__rpc__v1__hello_reply__init(c)
        if !features.isEmpty {
            let elements = try arena.take((Remit__Rpc__V1__Feature).self, count: features.count, for: Self.messageName)
            for (index, element) in features.enumerated() {
                elements[index] = Remit__Rpc__V1__Feature(rawValue: UInt32(bitPattern: element.rawValue))
            }
            c.pointee.n_features = features.count
            c.pointee.features = elements
        }
        c.pointee.stream_window_bytes = streamWindowBytes
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__rpc__v1__hello_reply__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__rpc__v1__hello_reply__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__rpc__v1__hello_reply__pack(c, $0) }
    }
}

extension RPCV1 {
    /// What two ends of a connection tell each other about it. Part of the RPC layer: served on every
    /// connection, to everyone, and asked for by no user.
    package protocol ConnectionServiceHandler: Sendable {
        /// Says what the client's end can do, and learns what the server's can. The first call of a
        /// connection, or none: frames that ttRPC does not have are sent to nobody who did not name them.
        ///
        /// Errors: FAILED_PRECONDITION (HELLO_LATE) when it is not the first call; INVALID_ARGUMENT
        /// (BAD_WINDOW) for a window that is too small.
        func hello(
            _ request: RPCV1.HelloRequest,
            context: ServerContext
        ) async throws(RPCError) -> RPCV1.HelloReply
    }

    /// The methods of `remit.rpc.v1.ConnectionService`.
    package enum ConnectionService {
        package static let name = "remit.rpc.v1.ConnectionService"
        package static let hello = MethodDescriptor(
            service: name, method: "Hello",
            scope: "", idempotent: true, maxRequestBytes: 0)
        package static let methods: [MethodDescriptor] = [hello]
    }

    /// Calls `remit.rpc.v1.ConnectionService`.
    package struct ConnectionServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Says what the client's end can do, and learns what the server's can. The first call of a
        /// connection, or none: frames that ttRPC does not have are sent to nobody who did not name them.
        ///
        /// Errors: FAILED_PRECONDITION (HELLO_LATE) when it is not the first call; INVALID_ARGUMENT
        /// (BAD_WINDOW) for a window that is too small.
        package func hello(
            _ request: RPCV1.HelloRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> RPCV1.HelloReply {
            try await caller.call(ConnectionService.hello, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.rpc.v1.ConnectionService`.
    package mutating func register(_ handler: some RPCV1.ConnectionServiceHandler) {
        register(RPCV1.ConnectionService.hello, handler: handler.hello)
    }
}
