import ArgumentParser
import CommandLineKit
import ModelCatalog
import VisionModels

/// `vision`: says what pictures show, and learns to.
@main
struct Vision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vision", abstract: "Say what pictures show, on this machine, offline.",
        version: triptychVersion,
        subcommands: [
            Classify.self, Detect.self, Train.self, Evaluate.self, ExportCommand<Vision>.self, Import.self,
            DataCommand.self, InspectCommand<Vision>.self, ModelsCommand<Vision>.self,
        ])

    static func main() async { await runProgram() }
}

/// `vision models`: the models that this program can use.
extension Vision: ModelProgram {
    static var modelTasks: Set<ModelTask> { [.classification, .detection] }
    static var defaultModel: String { "efficientnet-lite0" }
    static var architectures: [String] { Classifier.architectures + Detector.architectures }
}
