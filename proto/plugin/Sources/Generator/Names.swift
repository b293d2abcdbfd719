import SwiftProtobufPluginLibrary

/// How names of a schema become names of protoc-c's C and of our Swift.
enum Names {
    /// protoc-c's type: "remit.billing.v1.Payment" → "Remit__Billing__V1__Payment".
    static func cType(_ fullName: String) -> String {
        fullName.split(separator: ".").map { upperCamel(String($0)) }.joined(separator: "__")
    }

    /// protoc-c's function prefix: "remit.billing.v1.PayRequest" →
    /// "remit__billing__v1__pay_request".
    static func cFunction(_ fullName: String) -> String {
        fullName.split(separator: ".").map { lowerSnake(String($0)) }.joined(separator: "__")
    }

    /// protoc-c lower-cases field names.
    static func cField(_ name: String) -> String {
        let lowered = name.lowercased()
        return cKeywords.contains(lowered) ? lowered + "_" : lowered
    }

    /// "remit.billing.v1" → "BillingV1"; "google.rpc" → "GoogleRPC".
    static func namespace(_ package: String) -> String {
        var parts = package.split(separator: ".").map(String.init)
        if parts.first == "remit", parts.count > 2 { parts.removeFirst() }
        return parts.map { part in
            acronyms.contains(part) ? part.uppercased() : upperCamel(part)
        }.joined()
    }

    /// The Swift type with its namespace: "BillingV1.Payment".
    static func swiftType(_ message: Descriptor) -> String {
        if let outer = message.containingType { return swiftType(outer) + "." + typeName(message) }
        return namespace(message.file.package) + "." + typeName(message)
    }

    /// The Swift type alone. "Any" is a keyword even inside a namespace.
    static func typeName(_ message: Descriptor) -> String {
        message.name == "Any" ? "AnyMessage" : message.name
    }

    static func swiftType(_ type: EnumDescriptor) -> String {
        if let outer = type.containingType { return swiftType(outer) + "." + type.name }
        return namespace(type.file.package) + "." + type.name
    }

    /// "payment_id" → "paymentID".
    static func property(_ name: String) -> String {
        escaped(NamingUtils.toLowerCamelCase(name))
    }

    /// "PAYMENT_STATE_SUBMITTING" of `PaymentState` → "submitting".
    static func enumCase(_ value: EnumValueDescriptor) -> String {
        let prefix = upperSnake(value.enumType.name) + "_"
        var name = value.name
        if name.hasPrefix(prefix) { name.removeFirst(prefix.count) }
        return escaped(NamingUtils.toLowerCamelCase(name.lowercased()))
    }

    /// "ListTransactions" → "listTransactions".
    static func method(_ name: String) -> String {
        escaped(name.prefix(1).lowercased() + name.dropFirst())
    }

    static func upperCamel(_ name: String) -> String {
        var result = ""
        var upper = true
        for character in name {
            if character == "_" {
                upper = true
            } else {
                result += upper ? character.uppercased() : String(character)
                upper = false
            }
        }
        return result
    }

    /// protoc-c's own rule: an underscore before a capital that does not follow a capital.
    private static func lowerSnake(_ name: String) -> String {
        var result = ""
        var wasUpper = true
        for character in name {
            if character.isUppercase {
                if !wasUpper { result += "_" }
                result += character.lowercased()
            } else {
                result.append(character)
            }
            wasUpper = character.isUppercase
        }
        return result
    }

    /// "requiresAction" → "REQUIRES_ACTION".
    static func upperSnake(_ name: String) -> String {
        lowerSnake(name).uppercased()
    }

    private static func escaped(_ name: String) -> String {
        swiftKeywords.contains(name) ? "`\(name)`" : name
    }

    private static let acronyms: Set<String> = ["rpc", "grpc"]
    private static let cKeywords: Set<String> = [
        "auto", "bool", "break", "case", "char", "class", "const", "continue", "default",
        "delete", "do", "double", "else", "enum", "extern", "float", "for", "goto", "if", "int",
        "long", "namespace", "new", "operator", "private", "protected", "public", "register",
        "return", "short", "signed", "sizeof", "static", "struct", "switch", "template", "this",
        "throw", "try", "typedef", "union", "unsigned", "using", "virtual", "void", "volatile",
        "while",
    ]
    private static let swiftKeywords: Set<String> = [
        "as", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else",
        "enum", "extension", "fallthrough", "false", "for", "func", "guard", "if", "import", "in",
        "init", "inout", "internal", "is", "let", "nil", "operator", "private", "protocol",
        "public", "repeat", "return", "self", "static", "struct", "subscript", "super", "switch",
        "throw", "throws", "true", "try", "var", "where", "while",
    ]
}
