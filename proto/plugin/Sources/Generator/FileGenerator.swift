import SwiftProtobufPluginLibrary

/// Which target a run of the plugin generates for.
public enum Layer: Sendable {
    /// The RPC layer's own messages: google.rpc, grpc.health.v1, remit.rpc.v1.
    case rpc
    /// The services' messages, on top of the RPC layer.
    case api

    /// A run with any package of the services is for them.
    public init(_ files: [FileDescriptor]) {
        self = files.contains { $0.package.hasPrefix("remit") && !$0.isOfRPCLayer } ? .api : .rpc
    }
}

extension FileDescriptor {
    /// Whether the file is the RPC layer's own, about connections.
    var isOfRPCLayer: Bool { package.hasPrefix("remit.rpc.") }
}

/// One `.proto` becomes one Swift file.
public struct FileGenerator {
    private let file: FileDescriptor
    private let layer: Layer

    /// - Parameters:
    ///   - file: what to generate for.
    ///   - layer: the target it is for.
    public init(_ file: FileDescriptor, layer: Layer) {
        self.file = file
        self.layer = layer
    }

    /// "remit/billing/v1/payment.proto" → "remit.billing.v1.payment.remit.swift": flat, since
    /// SwiftPM wants the files' names within a target to differ.
    public static func outputName(_ file: FileDescriptor) -> String {
        var name = file.name
        if name.hasSuffix(".proto") { name.removeLast(".proto".count) }
        return name.split(separator: "/").joined(separator: ".") + ".remit.swift"
    }

    /// The Swift source.
    public func render() -> String {
        var code = CodeWriter()
        code.line("// Made by protoc-gen-remit-swift from \(file.name). Do not edit.")
        code.line("// swift-format-ignore-file")
        code.line()
        // A file of services alone has no C in it.
        if !file.messages.isEmpty { code.line("internal import CProtobufC") }
        if !file.messages.isEmpty { code.line("internal import CRemitMessages") }
        code.line("package import NIOCore")
        code.line("package import ProtobufC")
        if layer == .api, usesRPCLayer { code.line("package import TTRPC") }
        for type in file.enums { EnumGenerator(type).render(into: &code) }
        for message in file.messages { MessageGenerator(message).render(into: &code) }
        for service in file.services { ServiceGenerator(service).render(into: &code) }
        return code.text
    }
}

extension FileGenerator {
    /// Whether anything in the file is declared by the RPC layer: stubs, or Google's namespaces.
    private var usesRPCLayer: Bool {
        func uses(_ message: Descriptor) -> Bool {
            message.messages.contains(where: uses)
                || message.fields.contains { field in
                    field.messageType?.file.package.hasPrefix("google") ?? false
                }
        }
        return !file.services.isEmpty || file.package.hasPrefix("google")
            || file.messages.contains(where: uses)
    }
}

/// The empty enums that types are nested in, one a proto package.
public enum NamespaceGenerator {
    /// The Swift source. The services extend the namespaces that the RPC layer declares for
    /// Google's packages.
    public static func render(_ files: [FileDescriptor]) -> String {
        let layer = Layer(files)
        let packages = Set(files.map(\.package)).filter {
            layer == .rpc || $0.hasPrefix("remit")
        }
        var code = CodeWriter()
        code.line("// Made by protoc-gen-remit-swift. Do not edit.")
        code.line("// swift-format-ignore-file")
        for package in packages.sorted() {
            code.line()
            code.line("/// The messages and services of `\(package)`.")
            code.line("package enum \(Names.namespace(package)) {}")
        }
        return code.text
    }
}
