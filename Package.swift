// swift-tools-version: 6.1
import Foundation
import PackageDescription

/// Set by `make fuzz` to the toolchain's folder of run-time libraries; adds the programs of `fuzzers` below and
/// instruments every module. Those programs need unsafe flags, hence only on request.
let fuzzRuntime = ProcessInfo.processInfo.environment["FUZZ"]

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (fuzzRuntime == nil ? [] : [.unsafeFlags(["-sanitize=fuzzer"])])

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
        .executable(name: "text", targets: ["text"]),
        .executable(name: "vision", targets: ["vision"]),
        .library(name: "SpeechModels", targets: ["SpeechModels"]),
        .library(name: "TextModels", targets: ["TextModels"]),
        .library(name: "VisionModels", targets: ["VisionModels"]),
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
        systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        systemLibrary("CLibPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        systemLibrary("CLibJPEG", pkgConfig: "libjpeg", apt: "libjpeg-dev"),
        .target(name: "CKernels"),
        .target(name: "CPNG", dependencies: ["CLibPNG"]),
        .target(name: "CJPEG", dependencies: ["CLibJPEG"]),

        module("Kernels", ["COpenBLAS", "CKernels"]),
        module("Tensors", ["Kernels"]),
        module("Autograd", ["Tensors", "Kernels"]),
        module("Parameters", ["Autograd", "Tensors", "Kernels"]),
        module("Layers", ["Parameters", "Autograd", "Tensors", "Kernels"]),
        module("Optimizers", ["Parameters", "Autograd", "Tensors", "Kernels"]),
        module("JSON"),
        module("Hashing"),
        module("Checkpoints", ["Parameters", "Tensors", "Kernels", "JSON", "Hashing"]),
        module("Tokenizers", ["JSON"]),
        module("ChatTemplates", ["JSON"]),
        module("Audio", ["Tensors", "Kernels", "JSON", "CSoundFile", "CSoxr", "CFFTW"]),
        module("Decoding", ["Tensors", "Kernels"]),
        module("Grammars", ["JSON"]),
        module("Datasets", ["JSON", "Geometry", "Tensors", "Images", "Hashing", "CZlib"]),
        module("Geometry"),
        module("Images", ["Geometry", "Tensors", "Kernels", "CPNG", "CJPEG"]),
        module("Charts", ["Geometry", "Images"]),
        module(
            "Training",
            [
                "Optimizers", "Parameters", "Autograd", "Tensors", "Kernels", "Checkpoints", "Datasets", "Evaluation",
                "Charts", "Geometry", "Images", "Hashing", "JSON",
            ]),
        module("Evaluation", ["Geometry"]),
        module("ModelCatalog", ["Hashing", "JSON"]),
        module(
            "SpeechModels",
            [
                "Layers", "Parameters", "Autograd", "Tensors", "Kernels", "Checkpoints", "Tokenizers", "Decoding",
                "Evaluation", "Hashing", "Audio", "CZlib", "Datasets", "Optimizers", "Training",
            ]),
        module(
            "TextModels",
            [
                "Layers", "Parameters", "Autograd", "Tensors", "Kernels", "Checkpoints", "ChatTemplates", "Tokenizers",
                "Decoding", "Grammars",
                "Datasets", "Evaluation", "Hashing", "Optimizers", "Training",
            ]),
        module(
            "VisionModels",
            [
                "Layers", "Parameters", "Autograd", "Tensors", "Kernels", "Checkpoints", "Hashing", "Geometry",
                "Images",
                "Datasets",
                "Evaluation", "Optimizers", "Training",
            ]),
        module(
            "CommandLineKit",
            [
                "Checkpoints", "Datasets", "Evaluation", "ModelCatalog", "Hashing", "Kernels", "Optimizers",
                "Parameters", "Training", argumentParser, logging,
            ]),
        .executableTarget(
            name: "speech",
            dependencies: [
                "SpeechModels", "Audio", "Checkpoints", "Tokenizers", "Datasets", "Evaluation", "Hashing",
                "ModelCatalog", "Parameters", "Training", "Decoding",
                "CommandLineKit", "Kernels", "Tensors", argumentParser, logging,
            ],
            path: "Apps/Speech", swiftSettings: settings),
        .executableTarget(
            name: "text",
            dependencies: [
                "TextModels", "ChatTemplates", "Grammars", "JSON", "Checkpoints", "Tokenizers", "Decoding", "Datasets",
                "Evaluation", "Hashing",
                "ModelCatalog", "Parameters", "Training", "CommandLineKit", "Kernels", "Tensors", argumentParser,
                logging,
            ],
            path: "Apps/Text", swiftSettings: settings),
        .executableTarget(
            name: "vision",
            dependencies: [
                "VisionModels", "Geometry", "Images", "Checkpoints", "ModelCatalog", "CommandLineKit", "Kernels",
                "Datasets",
                "Charts", "Evaluation", "Hashing", "Parameters", "Tensors", "Training", argumentParser,
            ],
            path: "Apps/Vision", swiftSettings: settings),

        .target(
            name: "TestKit", dependencies: ["ModelCatalog", "Tensors", "Kernels"], path: "Tests/TestKit",
            swiftSettings: settings),
        tests("JSON", ["JSON"]),
        tests("Hashing", ["Hashing"]),
        tests("Kernels", ["Kernels"]),
        .executableTarget(
            name: "kernel-benchmark", dependencies: ["Kernels", "COpenBLAS"], path: "Tests/Benchmarks/Kernels",
            swiftSettings: settings),
        .executableTarget(
            name: "layer-benchmark", dependencies: ["Autograd", "Tensors", "Kernels"], path: "Tests/Benchmarks/Layers",
            swiftSettings: settings),
        .executableTarget(
            name: "training-benchmark", dependencies: ["Optimizers", "Parameters", "Autograd", "Tensors", "Kernels"],
            path: "Tests/Benchmarks/Training", swiftSettings: settings),
        .executableTarget(
            name: "speech-benchmark",
            dependencies: [
                "SpeechModels", "Training", "Tokenizers", "Optimizers", "Parameters", "Autograd", "Tensors", "Kernels",
            ],
            path: "Tests/Benchmarks/Speech", swiftSettings: settings),
        .executableTarget(
            name: "vision-benchmark",
            dependencies: [
                "VisionModels", "Checkpoints", "Layers", "Optimizers", "Parameters", "Autograd", "Tensors", "Kernels",
            ],
            path: "Tests/Benchmarks/Vision", swiftSettings: settings),
        tests("Tensors", ["Tensors", "Kernels"]),
        tests("Autograd", ["Autograd", "Tensors", "Kernels", "Parameters", "Optimizers", "Checkpoints"]),
        tests("Parameters", ["Parameters", "Autograd", "Tensors"]),
        tests("Layers", ["Layers", "Parameters", "Autograd", "Tensors", "Kernels", "Checkpoints"]),
        tests("Optimizers", ["Optimizers", "Parameters", "Autograd", "Tensors", "Kernels"]),
        tests("Checkpoints", ["Checkpoints", "Parameters", "Tensors", "Kernels", "JSON", "Hashing"]),
        tests("Tokenizers", ["Tokenizers"]),
        tests("ChatTemplates", ["ChatTemplates", "JSON"]),
        tests("Audio", ["Audio", "Tensors", "Kernels", "CSoundFile"]),
        tests("Decoding", ["Decoding", "Tensors"]),
        tests("Grammars", ["Grammars", "JSON", "Tensors"]),
        tests("Datasets", ["Datasets", "Geometry", "Images", "JSON"]),
        tests("Geometry", ["Geometry"]),
        tests("Images", ["Images", "Geometry", "Tensors", "Kernels", "CLibPNG"]),
        tests("Charts", ["Charts", "Geometry", "Images"]),
        tests(
            "Training",
            [
                "Training", "Optimizers", "Parameters", "Autograd", "Tensors", "Kernels", "Checkpoints", "Datasets",
                "Layers", "Charts", "Images",
            ]),
        tests("Evaluation", ["Evaluation", "Geometry"]),
        tests("ModelCatalog", ["ModelCatalog", "Hashing"]),
        tests(
            "SpeechModels",
            [
                "SpeechModels", "ModelCatalog", "Evaluation", "Hashing", "Checkpoints", "Tokenizers", "Audio",
                "Tensors", "Kernels", "Parameters", "Autograd", "Layers", "Optimizers", "Datasets", "Training",
            ]),
        tests(
            "TextModels",
            [
                "TextModels", "ChatTemplates", "Grammars", "Parameters", "Autograd", "Checkpoints", "Tokenizers",
                "Decoding",
                "Datasets",
                "Evaluation", "Optimizers", "Training", "Tensors", "Kernels",
            ]),
        tests(
            "VisionModels",
            [
                "VisionModels", "Layers", "Parameters", "Autograd", "Checkpoints", "Geometry", "Images", "Training",
                "Tensors", "Kernels", "Datasets", "Evaluation", "Optimizers",
            ]),
        tests("CommandLineKit", ["CommandLineKit", "Checkpoints", "Optimizers", "Training", argumentParser]),
        tests("Text", ["text", "Evaluation"]),
        tests("Vision", ["vision", "Geometry", "Images", "Checkpoints", "Parameters", "Tensors", "Kernels"]),
        tests("Speech", ["speech", "Evaluation", "ModelCatalog", "Audio"]),
    ]
)

// MARK: Working on a few modules (CONTRIBUTING.md)

/// `ONLY="KernelsTests AutogradTests"`: the package is these targets and what they need, so that a test is built in seconds.
/// The C loops are then optimised in debug, too; that needs unsafe flags, hence only on request.
if let only = ProcessInfo.processInfo.environment["ONLY"], !only.isEmpty {
    var wanted: Set<String> = []
    var waiting = only.split(separator: " ").map(String.init)
    while let name = waiting.popLast() {
        guard wanted.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else {
            continue
        }
        for case .byNameItem(let dependency, _) in target.dependencies { waiting.append(dependency) }
    }
    package.targets.removeAll { !wanted.contains($0.name) }
    package.products.removeAll { !wanted.contains($0.name) }
    for target in package.targets where target.name == "CKernels" {
        target.cSettings = [.unsafeFlags(["-O2"], .when(configuration: .debug))]
    }
}

// MARK: Fuzzing (docs/guides/fuzzing.md)

/// A libFuzzer program in Tests/Fuzz/NAME. libFuzzer's own `main` clashes with SwiftPM's, so its archive without one is
/// linked; the gold linker crashes on it, lld does not.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency], runtime: String) -> Target {
    #if arch(x86_64)
        let architecture = "x86_64"
    #else
        let architecture = "aarch64"
    #endif
    return .executableTarget(
        name: name, dependencies: dependencies + ["FuzzDriver"], path: "Tests/Fuzz/\(name)", swiftSettings: settings,
        linkerSettings: [
            .unsafeFlags([
                "-use-ld=lld", "\(runtime)/clang/lib/linux/libclang_rt.fuzzer_no_main-\(architecture).a",
                "-lstdc++", "-lm",
            ])
        ])
}

if let fuzzRuntime {
    let fuzzers: [(name: String, modules: [Target.Dependency])] = [
        ("FuzzJSON", ["JSON"]),
        ("FuzzARPA", ["Decoding"]),
        ("FuzzManifest", ["Datasets"]),
        ("FuzzTokenizer", ["Tokenizers"]),
        ("FuzzSentencePiece", ["Tokenizers"]),
        ("FuzzChatTemplate", ["ChatTemplates"]),
        ("FuzzGrammar", ["Grammars"]),
        ("FuzzSafetensors", ["Checkpoints", "Parameters"]),
        ("FuzzCTranslate2", ["Checkpoints", "Parameters"]),
        ("FuzzPickle", ["Checkpoints", "Parameters"]),
        ("FuzzGGUF", ["Checkpoints", "Parameters", "TextModels", "Tokenizers"]),
        ("FuzzAudio", ["Audio"]),
        ("FuzzImages", ["Images"]),
        ("FuzzCOCO", ["Datasets", "Geometry"]),
        ("FuzzVOC", ["Datasets", "Geometry"]),
        ("FuzzYOLO", ["Datasets", "Geometry"]),
    ]
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .target(
            name: "FuzzDriver", dependencies: ["CFuzzer"], path: "Tests/Fuzz/Driver", swiftSettings: settings),
    ]
    package.targets += fuzzers.map { fuzzer($0.name, $0.modules, runtime: fuzzRuntime) }
}
