// Made by protoc-gen-remit-swift from grpc/health/v1/health.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC

extension GRPCHealthV1 {
    package struct HealthCheckRequest: WireMessage {
        package static let messageName = "grpc.health.v1.HealthCheckRequest"
        /// A full service name; empty for the whole server.
        package var service: String

        package init(
            service: String = ""
        ) {
            self.service = service
        }
    }
}

extension GRPCHealthV1.HealthCheckRequest {
    init(_ c: UnsafePointer<Grpc__Health__V1__HealthCheckRequest>, _ arena: Arena) throws(WireError) {
        service = try arena.text(c.pointee.service, "grpc.health.v1.HealthCheckRequest", "service")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Grpc__Health__V1__HealthCheckRequest> {
        let c = try arena.take(Grpc__Health__V1__HealthCheckRequest.self, for: Self.messageName)
        grpc__health__v1__health_check_request__init(c)
        if !service.isEmpty { c.pointee.service = try arena.cString(service, "grpc.health.v1.HealthCheckRequest", "service") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = grpc__health__v1__health_check_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = grpc__health__v1__health_check_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = grpc__health__v1__health_check_request__pack(c, $0) }
    }
}

extension GRPCHealthV1 {
    package struct HealthCheckResponse: WireMessage {
        package static let messageName = "grpc.health.v1.HealthCheckResponse"
        package var status: GRPCHealthV1.HealthCheckResponse.ServingStatus

        package init(
            status: GRPCHealthV1.HealthCheckResponse.ServingStatus = .unknown
        ) {
            self.status = status
        }
    }
}

extension GRPCHealthV1.HealthCheckResponse {
    init(_ c: UnsafePointer<Grpc__Health__V1__HealthCheckResponse>, _ arena: Arena) throws(WireError) {
        status = GRPCHealthV1.HealthCheckResponse.ServingStatus(rawValue: Int32(bitPattern: c.pointee.status.rawValue))
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Grpc__Health__V1__HealthCheckResponse> {
        let c = try arena.take(Grpc__Health__V1__HealthCheckResponse.self, for: Self.messageName)
        grpc__health__v1__health_check_response__init(c)
        c.pointee.status = Grpc__Health__V1__HealthCheckResponse__ServingStatus(rawValue: UInt32(bitPattern: status.rawValue))
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = grpc__health__v1__health_check_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = grpc__health__v1__health_check_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = grpc__health__v1__health_check_response__pack(c, $0) }
    }
}

extension GRPCHealthV1.HealthCheckResponse {
    package enum ServingStatus: WireEnum {
        case unknown
        case serving
        case notServing
        case serviceUnknown
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unknown
            case 1: self = .serving
            case 2: self = .notServing
            case 3: self = .serviceUnknown
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unknown: 0
            case .serving: 1
            case .notServing: 2
            case .serviceUnknown: 3
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unknown: "UNKNOWN"
            case .serving: "SERVING"
            case .notServing: "NOT_SERVING"
            case .serviceUnknown: "SERVICE_UNKNOWN"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unknown: "UNKNOWN"
            case .serving: "SERVING"
            case .notServing: "NOT_SERVING"
            case .serviceUnknown: "SERVICE_UNKNOWN"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension GRPCHealthV1 {
    /// Tells load balancers and supervisors whether to send work.
    package protocol HealthHandler: Sendable {
        /// The state of one service, or of the whole server when the name is empty.
        ///
        /// Errors: NOT_FOUND (a service this server does not have).
        func check(
            _ request: GRPCHealthV1.HealthCheckRequest,
            context: ServerContext
        ) async throws(RPCError) -> GRPCHealthV1.HealthCheckResponse
    }

    /// The methods of `grpc.health.v1.Health`.
    package enum Health {
        package static let name = "grpc.health.v1.Health"
        package static let check = MethodDescriptor(
            service: name, method: "Check",
            scope: "", idempotent: false, maxRequestBytes: 0)
        package static let methods: [MethodDescriptor] = [check]
    }

    /// Calls `grpc.health.v1.Health`.
    package struct HealthClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The state of one service, or of the whole server when the name is empty.
        ///
        /// Errors: NOT_FOUND (a service this server does not have).
        package func check(
            _ request: GRPCHealthV1.HealthCheckRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GRPCHealthV1.HealthCheckResponse {
            try await caller.call(Health.check, request, options: options)
        }
    }
}

extension Router {
    /// Serves `grpc.health.v1.Health`.
    package mutating func register(_ handler: some GRPCHealthV1.HealthHandler) {
        register(GRPCHealthV1.Health.check, handler: handler.check)
    }
}
