import ArgumentParser
import ModelCatalog

/// `models verify`.
struct ModelVerifyCommand<Program: ModelProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "verify", abstract: "Compare the files of fetched models with their recorded hashes.")
    }

    @Argument(help: ArgumentHelp("Models by name; all that are here where none is named.", valueName: "name"))
    var names: [String] = []
    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        let console = verbosity.makeConsole(programName: Program.programName)
        let catalog = ModelCatalog()
        let names = names.isEmpty ? catalog.presentNames() : names
        try await runInterruptibly(on: console) {
            await forEachModel(names, on: console) { name in
                let manifest = try catalog.verify(name)
                guard console.verbosity > .quiet else { return }
                try console.write(
                    "\(name): \(manifest.files.count) files, \(megabytes(manifest.totalByteCount)), as fetched\n")
            }
        }
    }
}
