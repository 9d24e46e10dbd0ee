public import ArgumentParser
import Checkpoints
import Foundation
import ModelCatalog

enum InspectionFormat: String, ExpressibleByArgument, CaseIterable { case text, json }

/// `inspect`: what a model file holds.
public struct InspectCommand<Program: ModelProgram>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "inspect", abstract: "Show what a model is: architecture, configuration, parameters, hash.",
            discussion: """
                MODEL is the name of a fetched model, a model folder of any layout that can be read, or a file with \
                weights (.safetensors, .gguf, .pth, .pt). With --scan the exit status is 1 where a value is NaN or infinite.

                Any architecture can be shown; \(Program.programName) runs \
                \(Program.architectures.joined(separator: ", ")).

                Examples:
                  \(Program.programName) inspect \(Program.defaultModel) --tensors
                  \(Program.programName) inspect checkpoints/step-000500 --scan --format json
                """)
    }

    public init() {}

    @Argument(help: ArgumentHelp("A fetched model by its name, a folder, or a file.", valueName: "model"))
    var model: String

    @Flag(help: "List every tensor with its shape and stored type.")
    var tensors = false
    @Flag(help: "Read every value and look for NaN and infinity.")
    var scan = false
    @Option(help: "Form of the result; JSON always lists the tensors.")
    var format = InspectionFormat.text

    public func run() async throws {
        let console = Console(programName: Program.programName)
        let inspection = try ModelInspection(of: try location(), scans: scan)
        switch format {
        case .text: try console.write(inspection.summary(listsTensors: tensors, running: Program.architectures))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try console.write(String(decoding: try encoder.encode(inspection), as: UTF8.self) + "\n")
        }
        if inspection.nonFiniteValues?.isEmpty == false { throw ExitCode(1) }
    }

    /// A file as it is; else a folder or the name of a fetched model.
    private func location() throws -> URL {
        let file = URL(fileURLWithPath: model)
        return ModelFolder.fileExtensions.contains(file.pathExtension) ? file : try ModelCatalog.locate(model)
    }
}
