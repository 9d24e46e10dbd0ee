import ArgumentParser
import CommandLineKit
import ModelCatalog
import TextModels

/// `text`: writes text, and learns to.
@main
struct Text: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text", abstract: "Write text with a language model on this machine, offline.",
        version: triptychVersion,
        subcommands: [
            Train.self, Generate.self, Chat.self, Evaluate.self, Tokenize.self, Export.self, InspectCommand<Text>.self,
            ModelsCommand<Text>.self,
        ])

    static func main() async { await runProgram() }
}

/// `text models`: the models that this program can use.
extension Text: ModelProgram {
    static var modelTasks: Set<ModelTask> { [.generation] }
    static var defaultModel: String { "bible-shakespeare-5m" }
    static var architectures: [String] { LanguageModelArchitecture.known.map(\.className) }
}
