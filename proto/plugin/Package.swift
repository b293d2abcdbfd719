// swift-tools-version: 6.2
import PackageDescription

let pluginLibrary: [Target.Dependency] = [
    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    .product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf"),
]

let package = Package(
    name: "protoc-gen-remit-swift",
    dependencies: [
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0")
    ],
    targets: [
        .target(name: "Generator", dependencies: pluginLibrary),
        .executableTarget(
            name: "protoc-gen-remit-swift",
            dependencies: ["Generator"] + pluginLibrary
        ),
        .testTarget(
            name: "GeneratorTests",
            dependencies: ["Generator"] + pluginLibrary,
            resources: [.copy("Goldens")]
        ),
    ],
    swiftLanguageModes: [.v6]
)
