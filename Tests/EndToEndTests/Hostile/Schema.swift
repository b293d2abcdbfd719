@preconcurrency import CProtobufC
@preconcurrency import CRemitMessages
import RemitAPI
import TTRPC
import Testing

/// A method of either service with the fields of its request, as the schema has them.
struct SchemaMethod: Sendable, CustomTestStringConvertible {
    let service: String
    let method: String
    let fields: [SchemaField]

    var testDescription: String { service + "/" + method }
    var isBilling: Bool { service.hasPrefix("remit.billing.") }
    /// Whether it answers with a stream: the C descriptors do not say.
    var streamsReplies: Bool {
        (BillingV1.methods + GatewayV1.methods).contains {
            $0.fullName == testDescription && $0.kind.streamsReplies
        }
    }

    /// Every method of both services.
    static let all: [SchemaMethod] = [
        remit__billing__v1__account_service__descriptor,
        remit__billing__v1__event_service__descriptor,
        remit__billing__v1__history_service__descriptor,
        remit__billing__v1__invoice_service__descriptor,
        remit__billing__v1__ledger_service__descriptor,
        remit__billing__v1__payment_method_service__descriptor,
        remit__billing__v1__payment_service__descriptor,
        remit__billing__v1__review_service__descriptor,
        remit__billing__v1__user_service__descriptor,
        remit__gateway__v1__authorization_service__descriptor,
        remit__gateway__v1__event_service__descriptor,
        remit__gateway__v1__ledger_service__descriptor,
        remit__gateway__v1__recovery_service__descriptor,
        remit__gateway__v1__sandbox_service__descriptor,
        remit__gateway__v1__vault_service__descriptor,
    ].flatMap(Self.methods)

    private static func methods(_ service: ProtobufCServiceDescriptor) -> [SchemaMethod] {
        (0..<Int(service.n_methods)).map { index in
            let method = service.methods[index]
            return SchemaMethod(
                service: String(cString: service.name),
                method: String(cString: method.name),
                fields: SchemaField.fields(method.input)
            )
        }
    }

    /// Every text of the request, with the numbers of the fields that lead to it.
    var texts: [(path: [UInt64], name: String)] {
        SchemaField.paths(fields) { $0.kind == .text }
    }

    /// Everything of the request that may come many times.
    var repeated: [(path: [UInt64], kind: SchemaField.Kind)] {
        SchemaField.repeated(fields)
    }
}

/// A field of a message.
struct SchemaField: Sendable {
    enum Kind: Sendable, Equatable {
        case text, bytes, number, message
    }

    let number: UInt64
    let name: String
    let kind: Kind
    let isRepeated: Bool
    /// Of a message; the schema has no recursive one.
    let fields: [SchemaField]

    static func fields(_ message: UnsafePointer<ProtobufCMessageDescriptor>) -> [SchemaField] {
        (0..<Int(message.pointee.n_fields)).map { index in
            let field = message.pointee.fields[index]
            var kind = Kind.number
            var inner: [SchemaField] = []
            switch field.type {
            case PROTOBUF_C_TYPE_STRING: kind = .text
            case PROTOBUF_C_TYPE_BYTES: kind = .bytes
            case PROTOBUF_C_TYPE_MESSAGE:
                kind = .message
                inner = Self.fields(
                    field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
                )
            default: break
            }
            return SchemaField(
                number: UInt64(field.id),
                name: String(cString: field.name),
                kind: kind,
                isRepeated: field.label == PROTOBUF_C_LABEL_REPEATED,
                fields: inner
            )
        }
    }

    fileprivate static func paths(
        _ fields: [SchemaField],
        _ isWanted: (SchemaField) -> Bool
    ) -> [(path: [UInt64], name: String)] {
        fields.flatMap { field -> [(path: [UInt64], name: String)] in
            if isWanted(field) { return [([field.number], field.name)] }
            return paths(field.fields, isWanted).map { ([field.number] + $0.path, $0.name) }
        }
    }

    fileprivate static func repeated(
        _ fields: [SchemaField]
    ) -> [(path: [UInt64], kind: Kind)] {
        fields.flatMap { field -> [(path: [UInt64], kind: Kind)] in
            let own: [(path: [UInt64], kind: Kind)] =
                field.isRepeated ? [([field.number], field.kind)] : []
            return own + repeated(field.fields).map { ([field.number] + $0.path, $0.kind) }
        }
    }
}
