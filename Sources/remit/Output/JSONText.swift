import Foundation
import ProtobufC
import RemitAPI
import TTRPC

/// A message as JSON, with the schema's field names, every field, in the schema's order.
///
/// - Source: "ProtoJSON Format" of protobuf.dev: 64-bit numbers are strings, enums their names,
///   bytes base64, timestamps RFC 3339.
enum JSONText {
    static func of(_ message: some WireMessage) -> String {
        object(Mirror(reflecting: message), indent: 0)
    }

    /// A message in one line.
    static func line(_ message: some WireMessage) -> String {
        // Texts have no line break of their own: it is escaped in them.
        var result = ""
        for line in of(message).split(separator: "\n") {
            if result.hasSuffix(",") { result += " " }
            result.append(contentsOf: line.drop { $0 == " " })
        }
        return result
    }

    /// A value of the client's own that is made of texts, numbers, messages and lists of them, by
    /// the same rules.
    static func of(report: Any) -> String {
        object(Mirror(reflecting: report), indent: 0)
    }

    private static func object(_ mirror: Mirror, indent: Int) -> String {
        let fields = fields(mirror)
        guard !fields.isEmpty else { return "{}" }
        let pad = String(repeating: "  ", count: indent + 1)
        let lines = fields.map { name, value in
            "\(pad)\(quoted(name)): \(text(value, indent: indent + 1))"
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n"
            + String(repeating: "  ", count: indent) + "}"
    }

    /// The fields that are there. A oneof is its member's field.
    private static func fields(_ mirror: Mirror) -> [(String, Any)] {
        var fields: [(String, Any)] = []
        for child in mirror.children {
            guard let label = child.label, let value = unwrapped(child.value) else { continue }
            let inner = Mirror(reflecting: value)
            if inner.displayStyle == .enum, !(value is any WireEnum),
                let member = inner.children.first, let name = member.label
            {
                fields.append((snakeCase(name), member.value))
            } else {
                fields.append((snakeCase(label), value))
            }
        }
        return fields
    }

    private static func text(_ value: Any, indent: Int) -> String {
        switch value {
        case let text as String: return quoted(text)
        case let flag as Bool: return flag ? "true" : "false"
        case let number as Int32: return String(number)
        case let number as UInt32: return String(number)
        case let number as Int64: return quoted(String(number))
        case let number as UInt64: return quoted(String(number))
        // An empty list of anything casts to bytes: the type must be theirs.
        case let bytes as [UInt8] where type(of: value) == [UInt8].self:
            return quoted(Data(bytes).base64EncodedString())
        case let value as any WireEnum: return quoted(value.protoName)
        case let time as GoogleProtobuf.Timestamp: return quoted(TimeText.rfc3339(time))
        case let list as [Any]:
            guard !list.isEmpty else { return "[]" }
            let pad = String(repeating: "  ", count: indent + 1)
            let items = list.map { pad + text($0, indent: indent + 1) }
            return "[\n" + items.joined(separator: ",\n") + "\n"
                + String(repeating: "  ", count: indent) + "]"
        default:
            return object(Mirror(reflecting: value), indent: indent)
        }
    }

    private static func unwrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return value }
        return mirror.children.first?.value
    }

    /// "paymentMethodID" → "payment_method_id".
    static func snakeCase(_ name: String) -> String {
        var result = ""
        var previousIsUpper = true
        for character in name {
            if character.isUppercase {
                if !previousIsUpper { result += "_" }
                result += character.lowercased()
            } else {
                result.append(character)
            }
            previousIsUpper = character.isUppercase
        }
        return result
    }

    /// A JSON string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case let scalar where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
