import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import Kernels
import ModelCatalog
import Training

/// `text export`: a model as a folder that other programs open.
struct Export: AsyncParsableCommand {
    enum StoredType: String, ExpressibleByArgument, CaseIterable {
        case float32, float16, bfloat16

        var elementType: ElementType {
            switch self {
            case .float32: .float32
            case .float16: .float16
            case .bfloat16: .bfloat16
            }
        }
    }

    static let configuration = CommandConfiguration(
        abstract: "Write a model as a folder that other programs open.",
        discussion: """
            The result is a Hugging Face folder: config.json, model.safetensors, tokenizer. Of a training run it is the \
            best checkpoint, without what only training needs and with a model card (README.md) that tells data, command \
            and figures. bfloat16 halves the size and keeps the range of float32. With --adapter, the adapter becomes part \
            of the weights.

            Examples:
              text export runs/first --type bfloat16 --output models/first
              text export model/ --output copy/
              text export smollm2-135m-instruct --adapter runs/mine --output models/mine
            """)

    @Argument(help: ArgumentHelp("A fetched model by its name, a model folder, or a run.", valueName: "model"))
    var model: String

    @OptionGroup var adapterOptions: AdapterOptions
    @Option(help: "Type of the stored weights (default: as they are; float32 with an adapter in them).")
    var type: StoredType?
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to be made.", valueName: "folder"))
    var output: String
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        let source = try ModelFolder(ModelCatalog.locate(model))
        let target = URL(fileURLWithPath: output, isDirectory: true)
        if let adapter = try adapterOptions.folder() {
            return try MergedModel(source, adapter, strength: adapterOptions.strength)
                .write(to: target, elementType: type?.elementType, on: console)
        }
        var additions: [String: Data] = [:]
        if let card = try ModelCard(checkpoint: source.url.path) {
            additions["README.md"] = Data(card.text(name: target.lastPathComponent).utf8)
        }
        try source.export(to: target, elementType: type?.elementType, adding: additions, on: console)
        if case .gguf = source.layout {
            console.note("a GGUF file has no tokenizer.json; copy it into \(output) from the model's origin")
        }
    }
}
