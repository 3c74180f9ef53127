// swift-tools-version: 6.0
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: cases(of: name), swiftSettings: settings)
}

/// Conformance cases are data beside the tests; the tests read them from the source tree.
func cases(of name: String) -> [String] {
    ["CoreTests", "HTTPTests", "MCPTests", "PolicyTests"].contains(name) ? ["Cases"] : []
}

func benchmark(
    _ name: String, _ folder: String, _ dependencies: [Target.Dependency]
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Benchmarks/\(folder)",
        swiftSettings: settings)
}

let package = Package(
    name: "bailiwick",
    products: [.executable(name: "bailiwick", targets: ["bailiwick"])],
    targets: [
        // C libraries from Debian, through thin shims.
        .target(name: "CSys", linkerSettings: [.linkedLibrary("pthread")]),
        .target(
            name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CPQ", linkerSettings: [.linkedLibrary("pq")]),
        .target(name: "CSodium", linkerSettings: [.linkedLibrary("sodium")]),
        .target(name: "CYAML", linkerSettings: [.linkedLibrary("yaml")]),
        .target(
            name: "CRE2", linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),

        // Vocabulary, pure machines, technologies, capabilities, composition root.
        library("Core", ["CSys"]),
        library("Policy", ["Core", "CRE2", "CYAML"]),
        library("MCP", ["Core"]),
        library("Vault", ["Core", "CSodium", "COpenSSL"]),
        library("Ledger", ["Core", "Vault"]),
        library("Reactor", ["Core", "CSys", "COpenSSL"]),
        library("HTTP", ["Core", "Reactor"]),
        library("Postgres", ["Core", "Reactor", "CPQ"]),
        .target(
            name: "Migrations", path: "migrations",
            resources: [
                .embedInCode("0001_foundation.sql"), .embedInCode("0002_audit.sql"),
            ], swiftSettings: settings),
        library("Governance", ["Core", "Policy", "Vault", "Ledger", "Postgres"]),
        library("Proxy", ["Core", "Reactor", "HTTP", "MCP", "Policy", "Vault", "Governance"]),
        library("Admin", ["Core", "HTTP", "Policy", "Ledger", "Vault", "Governance"]),
        library(
            "App",
            [
                "Core", "Policy", "MCP", "Vault", "Ledger", "Reactor", "HTTP", "Postgres",
                "Migrations", "Governance", "Proxy", "Admin",
            ]),
        .executableTarget(name: "bailiwick", dependencies: ["App"], swiftSettings: settings),

        // What `make bench` runs beside the gateway.
        benchmark("bench-upstream", "Upstream", ["Core", "Reactor"]),
        benchmark("bench-passthrough", "Passthrough", ["Core", "HTTP", "Reactor"]),
        benchmark("bench-decide", "Decide", ["Core", "Policy", "Reactor"]),

        // Tests: one target per library target.
        .target(
            name: "TestSupport", dependencies: ["Core", "Reactor", "Postgres"],
            path: "Tests/TestSupport", swiftSettings: settings),
        tests("CoreTests", ["Core", "TestSupport"]),
        tests("PolicyTests", ["Policy", "Core", "TestSupport"]),
        tests("MCPTests", ["MCP", "Core", "TestSupport"]),
        tests("VaultTests", ["Vault", "Core", "TestSupport"]),
        tests("LedgerTests", ["Ledger", "Core", "Vault", "TestSupport"]),
        tests("ReactorTests", ["Reactor", "Core", "TestSupport"]),
        tests("HTTPTests", ["HTTP", "Reactor", "Core", "TestSupport"]),
        tests("PostgresTests", ["Postgres", "Reactor", "Core", "TestSupport"]),
        tests(
            "GovernanceTests",
            [
                "Governance", "Vault", "Ledger", "Policy", "Postgres", "Reactor", "Core",
                "TestSupport",
            ]),
        tests(
            "ProxyTests",
            [
                "Proxy", "MCP", "HTTP", "Reactor", "Governance", "Policy", "Postgres", "Vault",
                "Core", "TestSupport",
            ]),
        tests("AdminTests", ["Admin", "Governance", "HTTP", "Core", "TestSupport"]),
        tests("TidyTests", []),
    ],
    cxxLanguageStandard: .cxx17
)

// Fuzz targets are no part of a normal build: `scripts/fuzz NAME SECONDS` sets the variable. To add
// one: a folder `Fuzz/FuzzX` made like FuzzJSON's, a line here, and, if seeds help, a folder
// `Fuzz/Corpus/FuzzX` and a dictionary `Fuzz/Corpus/FuzzX.dict`.
if Context.environment["BAILIWICK_FUZZ"] != nil {
    package.targets += [
        .target(name: "FuzzDriver", path: "Fuzz/FuzzDriver", swiftSettings: settings),
        fuzz("FuzzJSON", ["Core"]),
        fuzz("FuzzHTTP", ["HTTP", "Core"]),
    ]
}

func fuzz(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: ["FuzzDriver"] + dependencies, path: "Fuzz/\(name)",
        swiftSettings: settings)
}
