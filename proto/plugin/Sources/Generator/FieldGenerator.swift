import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// How one field is declared, read from protoc-c's struct and written into it.
struct FieldGenerator {
    let field: FieldDescriptor

    init(_ field: FieldDescriptor) {
        self.field = field
    }

    var name: String { Names.property(field.name) }
    private var cName: String { Names.cField(field.name) }
    private var isMessage: Bool { field.type == .message }
    private var labels: String {
        "\"\(field.containingType.fullName)\", \"\(field.name)\""
    }

    /// The type of one element, not optional and not repeated.
    var elementType: String {
        switch field.type {
        case .double: "Double"
        case .float: "Float"
        case .int64, .sint64, .sfixed64: "Int64"
        case .uint64, .fixed64: "UInt64"
        case .int32, .sint32, .sfixed32: "Int32"
        case .uint32, .fixed32: "UInt32"
        case .bool: "Bool"
        case .string: field.isSensitive ? "SensitiveText" : "String"
        case .bytes: "[UInt8]"
        case .enum: Names.swiftType(field.enumType)
        case .message, .group: Names.swiftType(field.messageType)
        }
    }

    var swiftType: String {
        if field.isRepeated { return "[\(elementType)]" }
        return isMessage ? elementType + "?" : elementType
    }

    var defaultValue: String {
        if field.isRepeated { return "[]" }
        switch field.type {
        case .message, .group: return "nil"
        case .bool: return "false"
        case .string: return field.isSensitive ? "SensitiveText()" : "\"\""
        case .bytes: return "[]"
        case .enum: return "." + Names.enumCase(field.enumType.values[0])
        case .double, .float, .int64, .sint64, .sfixed64, .uint64, .fixed64, .int32, .sint32,
            .sfixed32, .uint32, .fixed32:
            return "0"
        }
    }

    /// The C type of an element in a repeated field's array.
    private var cElementType: String {
        switch field.type {
        case .message, .group:
            "UnsafeMutablePointer<\(Names.cType(field.messageType.fullName))>?"
        case .string: "UnsafeMutablePointer<CChar>?"
        case .bytes: "ProtobufCBinaryData"
        case .bool: "protobuf_c_boolean"
        case .enum: Names.cType(field.enumType.fullName)
        case .double, .float, .int64, .sint64, .sfixed64, .uint64, .fixed64, .int32, .sint32,
            .sfixed32, .uint32, .fixed32:
            elementType
        }
    }

    /// Swift for the C value `source` as an element.
    func readExpression(_ source: String) -> String {
        switch field.type {
        case .message, .group: "try \(elementType)(\(source), arena)"
        case .string:
            field.isSensitive
                ? "SensitiveText(try arena.text(\(source), \(labels)))"
                : "try arena.text(\(source), \(labels))"
        case .bytes: "arena.bytes(\(source))"
        case .bool: "\(source) != 0"
        case .enum: "\(elementType)(rawValue: Int32(bitPattern: \(source).rawValue))"
        case .double, .float, .int64, .sint64, .sfixed64, .uint64, .fixed64, .int32, .sint32,
            .sfixed32, .uint32, .fixed32:
            source
        }
    }

    /// The C value for the Swift element `source`.
    func writeExpression(_ source: String) -> String {
        switch field.type {
        case .message, .group: "try \(source).build(arena)"
        case .string: "try arena.cString(\(source), \(labels))"
        case .bytes:
            "try arena.binaryData(\(source), \"\(field.containingType.fullName)\")"
        case .bool: "\(source) ? 1 : 0"
        case .enum:
            "\(Names.cType(field.enumType.fullName))("
                + "rawValue: UInt32(bitPattern: \(source).rawValue))"
        case .double, .float, .int64, .sint64, .sfixed64, .uint64, .fixed64, .int32, .sint32,
            .sfixed32, .uint32, .fixed32:
            source
        }
    }

    func read(into code: inout CodeWriter) {
        let source = "c.pointee.\(cName)"
        if field.isRepeated {
            code.line("\(name) = []")
            code.block("if let elements = \(source)") { code in
                code.line("\(name).reserveCapacity(Int(c.pointee.n_\(cName)))")
                code.block("for index in 0..<Int(c.pointee.n_\(cName))") { code in
                    if isMessage {
                        code.line("guard let element = elements[index] else { continue }")
                        code.line("\(name).append(\(readExpression("element")))")
                    } else {
                        code.line("\(name).append(\(readExpression("elements[index]")))")
                    }
                }
            }
        } else if isMessage {
            code.line(
                "if let nested = \(source) { \(name) = \(readExpression("nested")) } "
                    + "else { \(name) = nil }"
            )
        } else {
            code.line("\(name) = \(readExpression(source))")
        }
    }

    func write(into code: inout CodeWriter) {
        let target = "c.pointee.\(cName)"
        if field.isRepeated {
            code.block("if !\(name).isEmpty") { code in
                code.line(
                    "let elements = try arena.take((\(cElementType)).self, "
                        + "count: \(name).count, for: Self.messageName)"
                )
                code.block("for (index, element) in \(name).enumerated()") { code in
                    code.line("elements[index] = \(writeExpression("element"))")
                }
                code.line("c.pointee.n_\(cName) = \(name).count")
                code.line("\(target) = elements")
            }
        } else if isMessage {
            code.line("if let nested = \(name) { \(target) = \(writeExpression("nested")) }")
        } else if field.type == .string {
            code.line("if !\(name).isEmpty { \(target) = \(writeExpression(name)) }")
        } else {
            code.line("\(target) = \(writeExpression(name))")
        }
    }
}

/// A oneof becomes an enum with a case a field.
struct OneofGenerator {
    let oneof: OneofDescriptor

    init(_ oneof: OneofDescriptor) {
        self.oneof = oneof
    }

    private var typeName: String { Names.upperCamel(oneof.name) }
    private var name: String { Names.property(oneof.name) }
    private var caseField: String { "c.pointee.\(Names.cField(oneof.name))_case" }

    func declaration(into code: inout CodeWriter) {
        code.line()
        code.line("/// At most one of these is set.")
        code.block("package enum \(typeName): Equatable, Sendable") { code in
            for field in oneof.fields {
                code.documentation(field.protoSourceComments())
                let generator = FieldGenerator(field)
                code.line("case \(generator.name)(\(generator.elementType))")
            }
        }
    }

    func read(into code: inout CodeWriter) {
        code.line("switch \(caseField).rawValue {")
        for field in oneof.fields {
            let generator = FieldGenerator(field)
            let cName = "c.pointee.\(Names.cField(field.name))"
            code.line("case \(field.number):")
            code.indented { code in
                if field.type == .message {
                    code.line("if let nested = \(cName) {")
                    code.line(
                        "    \(name) = .\(generator.name)(\(generator.readExpression("nested")))"
                    )
                    code.line("} else { \(name) = nil }")
                } else {
                    let value = generator.readExpression(cName)
                    let prefix = value.hasPrefix("try ") ? "try " : ""
                    let bare = String(value.dropFirst(prefix.count))
                    code.line("\(name) = \(prefix).\(generator.name)(\(bare))")
                }
            }
        }
        code.line("default: \(name) = nil")
        code.line("}")
    }

    func write(into code: inout CodeWriter) {
        code.line("switch \(name) {")
        for field in oneof.fields {
            let generator = FieldGenerator(field)
            code.line("case .\(generator.name)(let value):")
            code.indented { code in
                code.line("\(caseField) = .init(rawValue: \(field.number))")
                code.line(
                    "c.pointee.\(Names.cField(field.name)) = \(generator.writeExpression("value"))"
                )
            }
        }
        code.line("case nil: break")
        code.line("}")
    }
}
