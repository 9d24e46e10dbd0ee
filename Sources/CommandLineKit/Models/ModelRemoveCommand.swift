import ArgumentParser
import ModelCatalog

/// `models remove`.
struct ModelRemoveCommand<Program: ModelProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "remove", abstract: "Delete models, and what a broken pull of them left.")
    }

    @Argument(help: ArgumentHelp("Models by name.", valueName: "name"))
    var names: [String]
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if names.isEmpty { throw ValidationError("Nothing to remove: name at least one model.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: Program.programName)
        let catalog = ModelCatalog()
        let report = await forEachModel(names, on: console) { name in
            try catalog.remove(name)
            console.note("\(name) removed")
        }
        if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
    }
}
