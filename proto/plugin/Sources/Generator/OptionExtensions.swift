import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The extensions of `proto/remit/options.proto`, declared by hand so that the generator needs no
/// generated code of its own.
public enum OptionExtensions {
    typealias TextField = OptionalExtensionField<ProtobufString>
    typealias NumberField = OptionalExtensionField<ProtobufUInt32>
    typealias FlagField = OptionalExtensionField<ProtobufBool>

    static let scope = MessageExtension<TextField, Google_Protobuf_MethodOptions>(
        _protobuf_fieldNumber: 50001,
        fieldName: "remit.scope"
    )
    static let maxRequestBytes = MessageExtension<NumberField, Google_Protobuf_MethodOptions>(
        _protobuf_fieldNumber: 50002,
        fieldName: "remit.max_request_bytes"
    )

    static let sensitive = MessageExtension<FlagField, Google_Protobuf_FieldOptions>(
        _protobuf_fieldNumber: 50003,
        fieldName: "remit.sensitive"
    )

    /// The same, for whoever reads descriptors without the plugin library.
    public static var map: SimpleExtensionMap { [scope, maxRequestBytes, sensitive] }

    /// What the plugin library must parse.
    public static var all: [any AnyMessageExtension] { [scope, maxRequestBytes, sensitive] }
}

extension MethodDescriptor {
    var scope: String { options.getExtensionValue(ext: OptionExtensions.scope) ?? "" }
    var maxRequestBytes: UInt32 {
        options.getExtensionValue(ext: OptionExtensions.maxRequestBytes) ?? 0
    }
    /// Whether repeating the call is safe (`idempotency_level`).
    var isIdempotent: Bool { options.idempotencyLevel != .idempotencyUnknown }
}

extension FieldDescriptor {
    /// Whether the field's text must never show in a log, an error or a dump.
    var isSensitive: Bool {
        options.getExtensionValue(ext: OptionExtensions.sensitive) ?? false
    }
}
