import SwiftProtobufPluginLibrary

/// A service becomes a handler protocol, a method table, a client, and a registration.
struct ServiceGenerator {
    let service: ServiceDescriptor

    init(_ service: ServiceDescriptor) {
        self.service = service
    }

    private var namespace: String { Names.namespace(service.file.package) }

    func render(into code: inout CodeWriter) {
        code.line()
        code.block("extension \(namespace)") { code in
            handler(into: &code)
            code.line()
            table(into: &code)
            code.line()
            client(into: &code)
        }
        code.line()
        registration(into: &code)
    }

    private func signature(_ method: MethodDescriptor, _ last: String) -> [String] {
        [
            "func \(Names.method(method.name))(",
            "    _ request: \(Names.swiftType(method.inputType)),",
            "    \(last)",
            ") async throws(RPCError) -> \(Names.swiftType(method.outputType))",
        ]
    }

    private func handler(into code: inout CodeWriter) {
        code.documentation(service.protoSourceComments())
        code.block("package protocol \(service.name)Handler: Sendable") { code in
            for method in service.methods {
                code.documentation(method.protoSourceComments())
                for line in signature(method, "context: ServerContext") { code.line(line) }
            }
        }
    }

    private func table(into code: inout CodeWriter) {
        code.line("/// The methods of `\(service.fullName)`.")
        code.block("package enum \(service.name)") { code in
            code.line("package static let name = \"\(service.fullName)\"")
            for method in service.methods {
                code.line(
                    "package static let \(Names.method(method.name)) = MethodDescriptor("
                )
                code.line("    service: name, method: \"\(method.name)\",")
                code.line(
                    "    scope: \"\(method.scope)\", idempotent: \(method.isIdempotent), "
                        + "maxRequestBytes: \(method.maxRequestBytes))"
                )
            }
            let names = service.methods.map { Names.method($0.name) }.joined(separator: ", ")
            code.line("package static let methods: [MethodDescriptor] = [\(names)]")
        }
    }

    private func client(into code: inout CodeWriter) {
        code.line("/// Calls `\(service.fullName)`.")
        code.block("package struct \(service.name)Client: Sendable") { code in
            code.line("private let caller: any RPCCaller")
            code.line()
            code.block("package init(_ caller: any RPCCaller)") { code in
                code.line("self.caller = caller")
            }
            for method in service.methods {
                code.line()
                code.documentation(method.protoSourceComments())
                let lines = signature(method, "options: CallOptions = CallOptions()")
                code.line("package " + lines[0])
                for line in lines[1..<(lines.count - 1)] { code.line(line) }
                code.block(lines[lines.count - 1]) { code in
                    code.line(
                        "try await caller.call("
                            + "\(service.name).\(Names.method(method.name)), request, "
                            + "options: options)"
                    )
                }
            }
        }
    }

    private func registration(into code: inout CodeWriter) {
        code.block("extension Router") { code in
            code.line("/// Serves `\(service.fullName)`.")
            code.block(
                "package mutating func register(_ handler: some \(namespace).\(service.name)Handler)"
            ) { code in
                for method in service.methods {
                    let name = Names.method(method.name)
                    let table = "\(namespace).\(service.name).\(name)"
                    code.line("register(\(table)) {")
                    code.line(
                        "    (request: \(Names.swiftType(method.inputType)), "
                            + "context: ServerContext) async throws(RPCError)"
                    )
                    code.line("        -> \(Names.swiftType(method.outputType)) in")
                    code.line("    try await handler.\(name)(request, context: context)")
                    code.line("}")
                }
            }
        }
    }
}
