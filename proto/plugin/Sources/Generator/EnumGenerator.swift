import SwiftProtobufPluginLibrary

/// An open enum: a value this schema does not know is kept as `unrecognized`.
struct EnumGenerator {
    let type: EnumDescriptor

    init(_ type: EnumDescriptor) {
        self.type = type
    }

    func render(into code: inout CodeWriter) {
        code.line()
        let outer =
            type.containingType.map(Names.swiftType) ?? Names.namespace(type.file.package)
        code.block("extension \(outer)") { code in
            code.documentation(type.protoSourceComments())
            code.block("package enum \(type.name): WireEnum") { code in
                for value in type.values {
                    code.documentation(value.protoSourceComments())
                    code.line("case \(Names.enumCase(value))")
                }
                code.line("/// A number that this version of the schema has no name for.")
                code.line("case unrecognized(Int32)")
                code.line()
                code.block("package init(rawValue: Int32)") { code in
                    code.line("switch rawValue {")
                    for value in type.values {
                        code.line(
                            "case \(value.number): self = .\(Names.enumCase(value))"
                        )
                    }
                    code.line("default: self = .unrecognized(rawValue)")
                    code.line("}")
                }
                code.line()
                code.block("package var rawValue: Int32") { code in
                    code.line("switch self {")
                    for value in type.values {
                        code.line("case .\(Names.enumCase(value)): \(value.number)")
                    }
                    code.line("case .unrecognized(let number): number")
                    code.line("}")
                }
                code.line()
                code.line("/// The name in the schema, without the type's prefix: \"SUBMITTING\".")
                code.block("package var name: String") { code in
                    code.line("switch self {")
                    for value in type.values {
                        let name = Names.enumCase(value)
                        let plain = name.filter { $0 != "`" }
                        code.line("case .\(name): \"\(Names.upperSnake(plain))\"")
                    }
                    code.line("case .unrecognized(let number): \"\\(number)\"")
                    code.line("}")
                }
                code.line()
                code.line("/// The name in the schema: \"PAYMENT_STATE_SUBMITTING\".")
                code.block("package var protoName: String") { code in
                    code.line("switch self {")
                    for value in type.values {
                        code.line("case .\(Names.enumCase(value)): \"\(value.name)\"")
                    }
                    code.line("case .unrecognized(let number): \"\\(number)\"")
                    code.line("}")
                }
            }
        }
    }
}
