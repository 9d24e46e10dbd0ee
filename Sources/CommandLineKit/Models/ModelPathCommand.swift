import ArgumentParser
import Foundation
import ModelCatalog

/// `models path`, for scripts.
struct ModelPathCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path", abstract: "Print the folder of a model that is here.")

    @Argument(help: ArgumentHelp("A model by name.", valueName: "name"))
    var name: String

    func run() async throws {
        try Console(programName: "models").write(try ModelCatalog.locate(name).path + "\n")
    }
}
