public import ArgumentParser
import Checkpoints
import Foundation
import ModelCatalog
import Training

/// `export`: a model as a folder that other programs open.
public struct ExportCommand<Program: ModelProgram>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "export", abstract: "Write a model as a folder that other programs open.",
            discussion: """
                The result is a folder with config.json and model.safetensors. Of a training run it is the best \
                checkpoint, without what only training needs and with a model card (README.md) that tells data, command \
                and figures. bfloat16 halves the size and keeps the range of float32.

                Examples:
                  \(Program.programName) export runs/mine --type bfloat16 --output models/mine
                """)
    }

    public init() {}

    @Argument(help: ArgumentHelp("A fetched model by its name, a model folder, or a run.", valueName: "model"))
    var model: String

    @Option(help: "Type of the stored weights (default: as they are).")
    var type: StoredType?
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to be made.", valueName: "folder"))
    var output: String
    @OptionGroup var verbosity: VerbosityOptions

    public func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder.") }
    }

    public func run() async throws {
        let console = verbosity.makeConsole(programName: Program.programName)
        let source = try ModelFolder(ModelCatalog.locate(model))
        let target = URL(fileURLWithPath: output, isDirectory: true)
        let card = try ModelCard.files(ofCheckpoint: source.url.path, name: target.lastPathComponent)
        try source.export(to: target, elementType: type?.elementType, adding: card)
        console.note("\(output): \(try source.parameterCount()) numbers")
    }
}
