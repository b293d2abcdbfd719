import SwiftProtobufPluginLibrary

/// One `.proto` becomes one Swift file.
public struct FileGenerator {
    private let file: FileDescriptor

    public init(_ file: FileDescriptor) {
        self.file = file
    }

    /// "remit/billing/v1/payment.proto" → "remit.billing.v1.payment.remit.swift": flat, since
    /// SwiftPM wants the files' names within a target to differ.
    public static func outputName(_ file: FileDescriptor) -> String {
        var name = file.name
        if name.hasSuffix(".proto") { name.removeLast(".proto".count) }
        return name.split(separator: "/").joined(separator: ".") + ".remit.swift"
    }

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
        if file.package.hasPrefix("remit") { code.line("package import TTRPC") }
        for type in file.enums { EnumGenerator(type).render(into: &code) }
        for message in file.messages { MessageGenerator(message).render(into: &code) }
        for service in file.services { ServiceGenerator(service).render(into: &code) }
        return code.text
    }
}

/// The empty enums that types are nested in, one a proto package.
public enum NamespaceGenerator {
    public static func render(_ files: [FileDescriptor]) -> String {
        var code = CodeWriter()
        code.line("// Made by protoc-gen-remit-swift. Do not edit.")
        code.line("// swift-format-ignore-file")
        for package in Set(files.map(\.package)).sorted() {
            code.line()
            code.line("/// The messages and services of `\(package)`.")
            code.line("package enum \(Names.namespace(package)) {}")
        }
        return code.text
    }
}
