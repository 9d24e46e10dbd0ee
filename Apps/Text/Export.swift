import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import Kernels
import ModelCatalog
import Parameters
import TextModels
import Training

/// `text export`: a model as a folder or a file that other programs open.
struct Export: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case huggingface, gguf }

    enum StoredType: String, ExpressibleByArgument, CaseIterable {
        case float32, float16, bfloat16
        case q80 = "q8_0"
        case q40 = "q4_0"

        /// Nil for blocks.
        var elementType: ElementType? {
            switch self {
            case .float32: .float32
            case .float16: .float16
            case .bfloat16: .bfloat16
            case .q80, .q40: nil
            }
        }

        var ggufType: GGUFTensorType {
            switch self {
            case .float32: .float32
            case .float16: .float16
            case .bfloat16: .bfloat16
            case .q80: .blocks(.q80)
            case .q40: .blocks(.q40)
            }
        }
    }

    static let configuration = CommandConfiguration(
        abstract: "Write a model as a folder or a file that other programs open.",
        discussion: """
            The result is a Hugging Face folder: config.json, model.safetensors, tokenizer. Of a training run it is the \
            best checkpoint, without what only training needs and with a model card (README.md) that tells data, command \
            and figures. bfloat16 halves the size and keeps the range of float32. With --adapter, the adapter becomes part \
            of the weights.

            With --format gguf it is one file for llama.cpp, tokenizer and chat template in it. There, q8_0 and q4_0 store \
            matrices as integers of 8 and 4 bits with a scale for each 32.

            Examples:
              text export runs/first --type bfloat16 --output models/first
              text export model/ --output copy/
              text export smollm2-135m-instruct --adapter runs/mine --output models/mine
              text export runs/first --type q8_0 --output first.gguf
            """)

    @Argument(help: ArgumentHelp("A fetched model by its name, a model folder, or a run.", valueName: "model"))
    var model: String

    @OptionGroup var adapterOptions: AdapterOptions
    @Option(help: "What to write (default: gguf where --output ends in .gguf, else huggingface).")
    var format: Format?
    @Option(
        help: """
            Type of the stored weights (default: as they are, float32 for blocks and with an adapter in them); q8_0 and q4_0 \
            with --format gguf alone.
            """)
    var type: StoredType?
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder or file to be made.", valueName: "path"))
    var output: String
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder or a file.") }
        if isGGUF, !output.hasSuffix(".gguf") {
            throw ValidationError("--output \(output) does not end in .gguf, as the name of a GGUF file has to.")
        }
        if !isGGUF, let type, type.elementType == nil {
            throw ValidationError("--type \(type.rawValue) is for GGUF files; add --format gguf.")
        }
    }

    private var isGGUF: Bool { (format ?? (output.hasSuffix(".gguf") ? .gguf : .huggingface)) == .gguf }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        let source = try ModelFolder(ModelCatalog.locate(model))
        let merged = try adapterOptions.folder().map {
            try MergedModel(source, $0, strength: adapterOptions.strength)
        }
        if isGGUF {
            let target = URL(fileURLWithPath: output)
            if let merged { return try merged.writeGGUF(to: target, type: type?.ggufType, on: console) }
            return try source.exportGGUF(to: target, type: type?.ggufType, on: console)
        }
        let target = URL(fileURLWithPath: output, isDirectory: true)
        if let merged { return try merged.write(to: target, elementType: type?.elementType, on: console) }
        let card = try ModelCard.files(ofCheckpoint: source.url.path, name: target.lastPathComponent)
        try source.export(to: target, elementType: type?.elementType, adding: card, on: console)
    }
}
