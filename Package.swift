// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/SystemLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one module; `TestKit` holds what several of them share.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies + ["TestKit"], swiftSettings: settings)
}

let package = Package(
    name: "triptych",
    products: [
        .executable(name: "speech", targets: ["speech"]),
        .library(name: "SpeechModels", targets: ["SpeechModels"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        systemLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
        systemLibrary("CFFTW", pkgConfig: "fftw3f", apt: "libfftw3-dev"),
        systemLibrary("CSoundFile", pkgConfig: "sndfile", apt: "libsndfile1-dev"),
        systemLibrary("CSoxr", pkgConfig: "soxr", apt: "libsoxr-dev"),
        .target(name: "CKernels"),

        module("Kernels", ["COpenBLAS", "CKernels"]),
        module("Tensors", ["Kernels"]),
        module("Autograd", ["Tensors", "Kernels"]),
        module("Parameters", ["Autograd", "Tensors", "Kernels"]),
        module("Layers", ["Parameters", "Autograd", "Tensors", "Kernels"]),
        module("JSON"),
        module("Hashing"),
        module("Checkpoints", ["Parameters", "Tensors", "Kernels", "JSON", "Hashing"]),
        module("Tokenizers", ["JSON"]),
        module("Audio", ["Tensors", "Kernels", "JSON", "CSoundFile", "CSoxr", "CFFTW"]),
        module("Decoding", ["Tensors", "Kernels"]),
        module("Evaluation"),
        module("ModelCatalog"),
        module(
            "SpeechModels",
            [
                "Layers", "Parameters", "Autograd", "Tensors", "Kernels", "Checkpoints", "Tokenizers", "Decoding",
                "Evaluation", "Audio",
            ]),
        module("CommandLineKit", ["Evaluation", "ModelCatalog", argumentParser, logging]),
        .executableTarget(
            name: "speech",
            dependencies: [
                "SpeechModels", "Audio", "Checkpoints", "Tokenizers", "Evaluation", "ModelCatalog", "CommandLineKit",
                "Kernels", "Tensors", argumentParser, logging,
            ],
            path: "Apps/Speech", swiftSettings: settings),

        .target(name: "TestKit", dependencies: ["Tensors", "Kernels"], path: "Tests/TestKit", swiftSettings: settings),
        tests("JSON", ["JSON"]),
        tests("Hashing", ["Hashing"]),
        tests("Kernels", ["Kernels"]),
        tests("Tensors", ["Tensors", "Kernels"]),
        tests("Autograd", ["Autograd", "Tensors", "Kernels"]),
        tests("Parameters", ["Parameters", "Autograd", "Tensors"]),
        tests("Layers", ["Layers", "Parameters", "Autograd", "Tensors", "Kernels"]),
        tests("Checkpoints", ["Checkpoints", "Parameters", "Tensors", "Kernels", "JSON", "Hashing"]),
        tests("Tokenizers", ["Tokenizers"]),
        tests("Audio", ["Audio", "Tensors", "CSoundFile"]),
        tests("Decoding", ["Decoding", "Tensors"]),
        tests("Evaluation", ["Evaluation"]),
        tests("ModelCatalog", ["ModelCatalog"]),
        tests("SpeechModels", ["SpeechModels", "Checkpoints", "Tokenizers", "Audio", "Tensors", "Kernels"]),
        tests("CommandLineKit", ["CommandLineKit", argumentParser]),
        tests("Speech", ["speech"]),
    ]
)
