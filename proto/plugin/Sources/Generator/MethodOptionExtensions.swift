import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The extensions of `proto/remit/options.proto`, declared by hand so that the generator needs no
/// generated code of its own.
public enum MethodOptionExtensions {
    typealias TextField = OptionalExtensionField<ProtobufString>
    typealias NumberField = OptionalExtensionField<ProtobufUInt32>

    static let scope = MessageExtension<TextField, Google_Protobuf_MethodOptions>(
        _protobuf_fieldNumber: 50001,
        fieldName: "remit.scope"
    )
    static let maxRequestBytes = MessageExtension<NumberField, Google_Protobuf_MethodOptions>(
        _protobuf_fieldNumber: 50002,
        fieldName: "remit.max_request_bytes"
    )

    /// The same, for whoever reads descriptors without the plugin library.
    public static var map: SimpleExtensionMap { [scope, maxRequestBytes] }

    /// What the plugin library must parse.
    public static var all: [any AnyMessageExtension] { [scope, maxRequestBytes] }
}

extension MethodDescriptor {
    var scope: String { options.getExtensionValue(ext: MethodOptionExtensions.scope) ?? "" }
    var maxRequestBytes: UInt32 {
        options.getExtensionValue(ext: MethodOptionExtensions.maxRequestBytes) ?? 0
    }
    /// Whether repeating the call is safe (`idempotency_level`).
    var isIdempotent: Bool { options.idempotencyLevel != .idempotencyUnknown }
}
