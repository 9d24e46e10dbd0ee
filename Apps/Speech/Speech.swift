import ArgumentParser
import CommandLineKit

/// `speech`: hears recordings and writes what was said.
@main
struct Speech: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speech", abstract: "Transcribe recordings on this machine, offline.",
        version: triptychVersion,
        subcommands: [Transcribe.self, Evaluate.self, InspectCommand<Speech>.self, ModelsCommand<Speech>.self])

    static func main() async { await runProgram() }
}
