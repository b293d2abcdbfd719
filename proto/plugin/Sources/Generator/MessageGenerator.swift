import SwiftProtobufPluginLibrary

/// A message becomes a `Sendable` struct, read from and built as protoc-c's struct.
struct MessageGenerator {
    let message: Descriptor
    private let fields: [FieldGenerator]
    private let oneofs: [OneofGenerator]

    init(_ message: Descriptor) {
        self.message = message
        fields = message.fields.filter { $0.realContainingOneof == nil }.map(FieldGenerator.init)
        oneofs = message.realOneofs.map(OneofGenerator.init)
    }

    private var swiftType: String { Names.swiftType(message) }
    private var cType: String { Names.cType(message.fullName) }
    private var cFunction: String { Names.cFunction(message.fullName) }

    /// Name, type and default of each property, in the schema's order, a oneof at its first field.
    private var properties: [(name: String, type: String, defaultValue: String, docs: String)] {
        var seen: Set<String> = []
        var result: [(name: String, type: String, defaultValue: String, docs: String)] = []
        for field in message.fields {
            if let oneof = field.realContainingOneof {
                guard seen.insert(oneof.name).inserted else { continue }
                let type = Names.upperCamel(oneof.name)
                result.append(
                    (Names.property(oneof.name), type + "?", "nil", oneof.protoSourceComments())
                )
            } else {
                let generator = FieldGenerator(field)
                result.append(
                    (
                        generator.name, generator.swiftType, generator.defaultValue,
                        field.protoSourceComments()
                    )
                )
            }
        }
        return result
    }

    func render(into code: inout CodeWriter) {
        let outer =
            message.containingType.map(Names.swiftType) ?? Names.namespace(message.file.package)
        code.line()
        code.block("extension \(outer)") { code in
            code.documentation(message.protoSourceComments())
            code.block("package struct \(Names.typeName(message)): WireMessage") { code in
                code.line("package static let messageName = \"\(message.fullName)\"")
                structBody(into: &code)
            }
        }
        code.line()
        conversions(into: &code)
        for type in message.enums { EnumGenerator(type).render(into: &code) }
        for nested in message.messages { MessageGenerator(nested).render(into: &code) }
    }

    private func structBody(into code: inout CodeWriter) {
        for property in properties {
            code.documentation(property.docs)
            code.line("package var \(property.name): \(property.type)")
        }
        for oneof in oneofs { oneof.declaration(into: &code) }
        code.line()
        if properties.isEmpty {
            code.line("package init() {}")
            return
        }
        code.line("package init(")
        code.indented { code in
            for (index, property) in properties.enumerated() {
                let comma = index == properties.count - 1 ? "" : ","
                code.line(
                    "\(property.name): \(property.type) = \(property.defaultValue)\(comma)"
                )
            }
        }
        code.block(")") { code in
            for property in properties { code.line("self.\(property.name) = \(property.name)") }
        }
    }

    private func conversions(into code: inout CodeWriter) {
        code.block("extension \(swiftType)") { code in
            code.block(
                "init(_ c: UnsafePointer<\(cType)>, _ arena: Arena) throws(WireError)"
            ) { code in
                for field in fields { field.read(into: &code) }
                for oneof in oneofs { oneof.read(into: &code) }
            }
            code.line()
            code.block(
                "func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<\(cType)>"
            ) { code in
                code.line(
                    "let c = try arena.take(\(cType).self, for: Self.messageName)"
                )
                code.line("\(cFunction)__init(c)")
                for field in fields { field.write(into: &code) }
                for oneof in oneofs { oneof.write(into: &code) }
                code.line("return c")
            }
            code.line()
            decode(into: &code)
            code.line()
            encode(into: &code)
        }
    }

    /// protoc-c makes functions to pack and unpack for messages of a file, but for those nested in
    /// another only their descriptors.
    private var isNested: Bool { message.containingType != nil }

    private func decode(into code: inout CodeWriter) {
        code.line("package static func decode(")
        code.line("    _ bytes: UnsafeRawBufferPointer, in arena: Arena")
        code.block(") throws(WireError) -> Self") { code in
            code.line("let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)")
            guard isNested else {
                code.line(
                    "guard let c = \(cFunction)__unpack(arena.allocator, bytes.count, data) else {"
                )
                code.line("    throw arena.unpackFailure(messageName)")
                code.line("}")
                return code.line("return try Self(c, arena)")
            }
            code.line("let empty = try arena.take(\(cType).self, for: messageName)")
            code.line("\(cFunction)__init(empty)")
            code.line("guard let base = protobuf_c_message_unpack(")
            code.line("    empty.pointee.base.descriptor, arena.allocator, bytes.count, data)")
            code.line("else { throw arena.unpackFailure(messageName) }")
            code.line("let c = UnsafeRawPointer(base).assumingMemoryBound(to: \(cType).self)")
            code.line("return try Self(c, arena)")
        }
    }

    private func encode(into code: inout CodeWriter) {
        let (prefix, argument) =
            isNested ? ("protobuf_c_message_", "&c.pointee.base") : ("\(cFunction)__", "c")
        code.line("package func encode(")
        code.line("    into buffer: inout ByteBuffer, in arena: Arena,")
        code.line("    header: (inout ByteBuffer, Int) -> Void")
        code.block(") throws(WireError)") { code in
            code.line("let mark = arena.used")
            code.line("defer { arena.rewind(to: mark) }")
            code.line("let c = try build(arena)")
            code.line("let size = \(prefix)get_packed_size(\(argument))")
            code.line("header(&buffer, size)")
            code.line("buffer.writePacked(size) { _ = \(prefix)pack(\(argument), $0) }")
        }
    }
}
