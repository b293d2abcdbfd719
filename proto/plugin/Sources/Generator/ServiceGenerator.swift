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

    /// The parameters and the result of what serves a method.
    private func serverSignature(_ method: MethodDescriptor) -> [String] {
        let request = Names.swiftType(method.inputType)
        let reply = Names.swiftType(method.outputType)
        let name = Names.method(method.name)
        let parameters =
            switch (method.clientStreaming, method.serverStreaming) {
            case (false, false): ["_ request: \(request)"]
            case (false, true): ["_ request: \(request)", "responses: RPCWriter<\(reply)>"]
            case (true, false): ["_ requests: RPCMessages<\(request)>"]
            case (true, true):
                ["_ requests: RPCMessages<\(request)>", "responses: RPCWriter<\(reply)>"]
            }
        let result = method.serverStreaming ? "" : " -> \(reply)"
        return ["func \(name)("] + parameters.map { "    \($0)," }
            + ["    context: ServerContext", ") async throws(RPCError)\(result)"]
    }

    /// The parameters and the result of what calls a method.
    private func clientSignature(_ method: MethodDescriptor) -> [String] {
        let request = Names.swiftType(method.inputType)
        let reply = Names.swiftType(method.outputType)
        let result =
            switch (method.clientStreaming, method.serverStreaming) {
            case (false, false): reply
            case (false, true): "RPCMessages<\(reply)>"
            case (true, _): streamType(method)
            }
        return ["func \(Names.method(method.name))("]
            + (method.clientStreaming ? [] : ["    _ request: \(request),"])
            + [
                "    options: CallOptions = CallOptions()",
                ") async throws(RPCError) -> \(result)",
            ]
    }

    private func streamType(_ method: MethodDescriptor) -> String {
        "RPCStream<\(Names.swiftType(method.inputType)), \(Names.swiftType(method.outputType))>"
    }

    /// The case of `MethodKind`; nil for a unary method.
    private func kind(_ method: MethodDescriptor) -> String? {
        switch (method.clientStreaming, method.serverStreaming) {
        case (false, false): nil
        case (false, true): "serverStream"
        case (true, false): "clientStream"
        case (true, true): "bidirectional"
        }
    }

    private func handler(into code: inout CodeWriter) {
        code.documentation(service.protoSourceComments())
        code.block("package protocol \(service.name)Handler: Sendable") { code in
            for method in service.methods {
                code.documentation(method.protoSourceComments())
                for line in serverSignature(method) { code.line(line) }
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
                        + "maxRequestBytes: \(method.maxRequestBytes)"
                        + (kind(method).map { ", kind: .\($0))" } ?? ")")
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
                let lines = clientSignature(method)
                code.line("package " + lines[0])
                for line in lines[1..<(lines.count - 1)] { code.line(line) }
                code.block(lines[lines.count - 1]) { code in
                    clientBody(method, into: &code)
                }
            }
        }
    }

    private func clientBody(_ method: MethodDescriptor, into code: inout CodeWriter) {
        let table = "\(service.name).\(Names.method(method.name))"
        switch (method.clientStreaming, method.serverStreaming) {
        case (false, false):
            code.line("try await caller.call(\(table), request, options: options)")
        case (false, true):
            code.line("let stream: \(streamType(method)) =")
            code.line("    try await caller.open(\(table), request, options: options)")
            code.line("return stream.replies")
        case (true, _):
            code.line("try await caller.open(\(table), nil, options: options)")
        }
    }

    private func registration(into code: inout CodeWriter) {
        code.block("extension Router") { code in
            code.line("/// Serves `\(service.fullName)`.")
            code.block(
                "package mutating func register(_ handler: some \(namespace).\(service.name)Handler)"
            ) { code in
                for method in service.methods { registration(of: method, into: &code) }
            }
        }
    }

    private func registration(of method: MethodDescriptor, into code: inout CodeWriter) {
        let name = Names.method(method.name)
        let table = "\(namespace).\(service.name).\(name)"
        code.line("register(\(table), \(kind(method) ?? "handler"): handler.\(name))")
    }
}
