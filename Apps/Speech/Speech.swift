import ArgumentParser
import CommandLineKit

/// `speech`: hears recordings and writes what was said.
@main
struct Speech: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speech", abstract: "Transcribe recordings on this machine, offline, and train models that do.",
        version: triptychVersion,
        subcommands: [
            Transcribe.self, Align.self, Train.self, Evaluate.self, DataCommand.self, LanguageModelCommand.self,
            ExportCommand<Speech>.self, InspectCommand<Speech>.self, ModelsCommand<Speech>.self,
        ])

    static func main() async { await runProgram() }
}
