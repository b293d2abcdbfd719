import Generator
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// protoc's plugin: Swift values, client stubs and service protocols over libprotobuf-c.
@main
struct Plugin: CodeGenerator {
    let supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] = []
    let supportedEditionRange = Google_Protobuf_Edition.proto3...Google_Protobuf_Edition.proto3
    var customOptionExtensions: [any AnyMessageExtension] { OptionExtensions.all }

    func generate(
        files: [FileDescriptor],
        parameter: any CodeGeneratorParameter,
        protoCompilerContext: any ProtoCompilerContext,
        generatorOutputs: any GeneratorOutputs
    ) throws {
        let problems = files.flatMap { SchemaLint.problems(in: $0) }
        guard problems.isEmpty else { throw SchemaLint.Failure(problems: problems) }
        let layer = Layer(files)
        for file in files {
            let output = FileGenerator(file, layer: layer).render()
            try generatorOutputs.add(fileName: FileGenerator.outputName(file), contents: output)
        }
        try generatorOutputs.add(
            fileName: "Namespaces.remit.swift",
            contents: NamespaceGenerator.render(files)
        )
    }
}
