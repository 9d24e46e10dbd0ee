import ArgumentParser
import Foundation
import Hashing
import ModelCatalog

/// `models show`.
struct ModelShowCommand<Program: ModelProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show", abstract: "Tell what a model is, where it can be had and what was fetched.")
    }

    @Argument(help: ArgumentHelp("A model by name.", valueName: "name"))
    var name: String

    func run() async throws {
        let catalog = ModelCatalog()
        guard let entry = catalog.list[name] else {
            throw ModelCatalogError.unknown(name: name, known: catalog.list.models.map(\.name))
        }
        var lines = [
            "\(entry.name): \(entry.summary)", "  task     \(entry.task.rawValue)", "  licence  \(entry.licence)",
            "  weights  about \(weights(entry.parameterCount))",
        ]
        for source in entry.sources {
            let byteCount = source.files.isEmpty ? nil : source.files.totalByteCount
            let size = byteCount.map { ", \(megabytes($0))" } ?? ""
            lines.append("  from     \(source)\(size)")
            lines += source.files.map { "             \($0.path)\($0.hash.map { "  sha256 \($0)" } ?? "")" }
        }
        if catalog.isPresent(name) {
            lines.append("  here     \(catalog.folder(of: name).path)")
            do {
                let manifest = try ModelManifest(folder: catalog.folder(of: name))
                lines.append("  fetched  \(manifest.source), \(megabytes(manifest.totalByteCount))")
                lines += manifest.files.map { "             \($0.path)  sha256 \($0.hash)" }
            } catch {
                // Put there by hand, most likely: that is worth a line and no failure.
                lines.append("  fetched  unknown: \(error)")
            }
        } else if let folder = catalog.bundled.folder(of: name) {
            lines.append("  here     \(folder.path)")
        } else if entry.isBundled {
            lines.append("  here     no; it is installed with the programs")
        } else {
            let command = entry.canBePulled ? "\(Program.programName) models pull \(name)" : "make models"
            lines.append("  here     no; '\(command)' fetches it")
        }
        try Console(programName: Program.programName).write(lines.joined(separator: "\n") + "\n")
    }
}
