// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
    Context.environment["REMIT_WARNINGS_AS_ERRORS"] == "1"
    ? [.treatAllWarnings(as: .error)] : []
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + strict
/// For what every call passes: overlapping accesses are looked for in debug builds, by every test,
/// and not again in release.
let hotSettings: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]
/// With REMIT_LONG_CVC=1 verification codes have eight digits, so that a scan of all files for
/// them finds none by chance: Tests/scan-codes.sh. Never set for what is deployed.
let cardSettings: [SwiftSetting] =
    Context.environment["REMIT_LONG_CVC"] == "1"
    ? [.define("REMIT_LONG_VERIFICATION_CODES")] : []

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let configuration = Target.Dependency.product(
    name: "Configuration",
    package: "swift-configuration"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let unixSignals = Target.Dependency.product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioConcurrency = Target.Dependency.product(
    name: "NIOConcurrencyHelpers",
    package: "swift-nio"
)
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let rainbow = Target.Dependency.product(name: "Rainbow", package: "Rainbow")
let systemPackage = Target.Dependency.product(
    name: "SystemPackage",
    package: "swift-system"
)
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let textTable = Target.Dependency.product(name: "TextTable", package: "TextTable")
let tracing = Target.Dependency.product(
    name: "Tracing",
    package: "swift-distributed-tracing"
)
let inMemoryTracing = Target.Dependency.product(
    name: "InMemoryTracing",
    package: "swift-distributed-tracing"
)
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")

/// A library or executable of this package, with the settings all of them share.
func swiftTarget(
    _ name: String,
    executable: Bool = false,
    dependencies: [Target.Dependency],
    exclude: [String] = [],
    settings: [SwiftSetting] = settings
) -> Target {
    executable
        ? .executableTarget(
            name: name,
            dependencies: dependencies,
            exclude: exclude,
            swiftSettings: settings
        )
        : .target(
            name: name,
            dependencies: dependencies,
            exclude: exclude,
            swiftSettings: settings
        )
}

func swiftTests(_ name: String, dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "remit",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.0"),
        .package(url: "https://github.com/ordo-one/TextTable", from: "0.0.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CProtobufC",
            pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]
        ),
        .systemLibrary(name: "CLinux"),
        .target(name: "CRemitMessages", dependencies: ["CProtobufC"]),
        swiftTarget("ProtobufC", dependencies: ["CProtobufC", nioCore]),
        swiftTarget(
            "TTRPC",
            dependencies: [
                "ProtobufC", "CRemitMessages", nioCore, nioPosix, nioSSL, nioTLS, x509, swiftASN1,
                logging, metrics, lifecycle, nioConcurrency,
            ],
            settings: settings + hotSettings
        ),
        swiftTarget("RemitAPI", dependencies: ["TTRPC", "ProtobufC", "CRemitMessages"]),
        .target(name: "Payments", swiftSettings: settings + cardSettings),
        swiftTarget("Ledger", dependencies: ["Payments", crypto]),
        swiftTarget(
            "Storage",
            dependencies: ["CLinux", grdb, grdbSQLite, logging, nioConcurrency]
        ),
        swiftTarget(
            "ServiceKit",
            dependencies: [
                "RemitAPI", "TTRPC", "Payments", "Ledger", "Storage", grdb, nioConcurrency,
            ]
        ),
        swiftTarget(
            "Gateway",
            dependencies: [
                "ServiceKit", "RemitAPI", "TTRPC", "ProtobufC", "Payments", "Ledger", "Storage",
                grdb, crypto, logging, lifecycle, nioCore, nioConcurrency,
            ]
        ),
        swiftTarget(
            "Billing",
            dependencies: [
                "ServiceKit", "RemitAPI", "TTRPC", "Payments", "Ledger", "Storage", grdb, crypto,
                logging,
                lifecycle, nioCore, "ProtobufC", nioConcurrency,
            ]
        ),
        swiftTarget(
            "Operations",
            dependencies: [
                "CLinux", "TTRPC", "RemitAPI", configuration, crypto, logging, metrics, lifecycle,
                unixSignals, nioCore, swiftASN1, systemPackage, x509, nioConcurrency,
                tracing,
            ]
        ),
        swiftTarget(
            "remit-gateway",
            executable: true,
            dependencies: [
                "Gateway", "Operations", "ServiceKit", "Storage", "TTRPC", "RemitAPI", logging,
                lifecycle, nioPosix,
            ]
        ),
        swiftTarget(
            "remit-billing",
            executable: true,
            dependencies: [
                "Billing", "Operations", "ServiceKit", "Storage", "TTRPC", "RemitAPI", logging,
                lifecycle, nioPosix,
            ]
        ),
        swiftTarget(
            "remit",
            executable: true,
            dependencies: [
                "RemitAPI", "TTRPC", "ProtobufC", "Payments", "Ledger", "ServiceKit", "Operations",
                argumentParser, rainbow, textTable, histogram, logging, nioCore, nioPosix,
                unixSignals,
            ]
        ),
        .executableTarget(
            name: "InteropClient",
            dependencies: [
                "RemitAPI", "TTRPC", "ProtobufC", logging, nioCore, nioPosix,
            ],
            path: "Tests/Interop/swift",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "NIOEcho",
            dependencies: [nioCore, nioPosix],
            path: "Tests/Benchmarks/swift/NIOEcho",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CodecBenchmark",
            dependencies: ["RemitAPI", "ProtobufC", "CRemitMessages", "CProtobufC", nioCore],
            path: "Tests/Benchmarks/swift/CodecBenchmark",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "StreamBenchmark",
            dependencies: ["RemitAPI", "TTRPC", logging, nioCore, nioPosix],
            path: "Tests/Benchmarks/swift/StreamBenchmark",
            swiftSettings: settings
        ),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "RemitAPI", "TTRPC", "ProtobufC", "CRemitMessages", "CProtobufC", logging, nioCore,
                nioConcurrency, nioEmbedded,
            ],
            path: "Tests/Fuzz/Sources",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "FuzzReplay",
            dependencies: ["FuzzTargets"],
            path: "Tests/Fuzz/Replay",
            swiftSettings: settings
        ),
        swiftTests("FuzzTests", dependencies: ["FuzzTargets"]),
        swiftTests("ProtobufCTests", dependencies: ["ProtobufC", "RemitAPI", "TTRPC", nioCore]),
        swiftTests(
            "TTRPCTests",
            dependencies: [
                "TTRPC", "ProtobufC", "Operations", nioCore, nioEmbedded, nioPosix, nioSSL, nioTLS,
                logging, nioConcurrency,
            ]
        ),
        swiftTests("PaymentsTests", dependencies: ["Payments"]),
        swiftTests("LedgerTests", dependencies: ["Ledger", "Payments"]),
        swiftTests("StorageTests", dependencies: ["Storage", grdb, logging, nioConcurrency]),
        swiftTests(
            "OperationsTests",
            dependencies: [
                "Operations", "RemitAPI", "TTRPC", logging, metrics, metricsTestKit, lifecycle,
                nioCore, nioPosix, nioConcurrency, tracing, inMemoryTracing,
            ]
        ),
        swiftTests(
            "ServiceKitTests",
            dependencies: ["ServiceKit", "TTRPC", nioConcurrency]
        ),
        swiftTests(
            "GatewayTests",
            dependencies: [
                "Gateway", "ServiceKit", "RemitAPI", "TTRPC", "Payments", "Ledger", "Storage",
                "ProtobufC", crypto, grdb, logging, nioCore, nioConcurrency,
            ]
        ),
        swiftTests(
            "BillingTests",
            dependencies: [
                "Billing", "ServiceKit", "RemitAPI", "TTRPC", "Payments", "Ledger", "Storage",
                "ProtobufC", grdb, logging, nioCore, nioConcurrency,
            ]
        ),
        swiftTests(
            "SimulationTests",
            dependencies: [
                "Billing", "Gateway", "ServiceKit", "RemitAPI", "TTRPC", "Payments", "Ledger",
                "Storage", "ProtobufC", crypto, grdb, logging, nioCore, nioConcurrency,
            ]
        ),
        swiftTests(
            "EndToEndTests",
            dependencies: [
                "RemitAPI", "TTRPC", "ProtobufC", "CRemitMessages", "Payments", "Ledger",
                "ServiceKit", "Operations", grdb, logging, nioCore, nioPosix, "remit",
                "remit-billing", "remit-gateway", nioConcurrency,
            ]
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
