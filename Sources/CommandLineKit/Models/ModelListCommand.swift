import ArgumentParser
import Foundation
import ModelCatalog

enum ModelListFormat: String, OutputFormat {
    case text, json

    static var standard: Self { .text }
    var fileExtension: String { self == .text ? "txt" : "json" }
}

/// `models list`.
struct ModelListCommand<Program: ModelProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List the models that have a name, and which are here.")
    }

    @Flag(help: "List models of other programs as well.")
    var all = false
    @Option(help: "Form of the list.")
    var format = ModelListFormat.standard

    func run() async throws {
        let catalog = ModelCatalog()
        let entries = catalog.list.models.filter { all || Program.modelTasks.contains($0.task) }
        let text =
            switch format {
            case .text: table(entries, in: catalog)
            case .json: try json(entries, in: catalog)
            }
        try Console(programName: Program.programName).write(text)
    }

    private func table(_ entries: [ModelEntry], in catalog: ModelCatalog) -> String {
        var table = TextTable([
            .init("NAME"), .init("WEIGHTS", .right), .init("LICENCE"), .init("ON DISK", .right), .init("WHAT"),
        ])
        for entry in entries {
            table.append([
                entry.name, weights(entry.parameterCount), entry.licence, sizeOnDisk(of: entry.name, in: catalog),
                entry.summary,
            ])
        }
        for name in unlistedNames(in: catalog) {
            table.append([name, "", "", sizeOnDisk(of: name, in: catalog), "put there by hand"])
        }
        return table.rendered()
    }

    private func sizeOnDisk(of name: String, in catalog: ModelCatalog) -> String {
        guard catalog.isPresent(name) else { return catalog.bundled.folder(of: name) == nil ? "-" : "comes along" }
        // A folder put there by hand has no record, and works as well.
        return (try? ModelManifest(folder: catalog.folder(of: name))).map { megabytes($0.totalByteCount) } ?? "yes"
    }

    private func unlistedNames(in catalog: ModelCatalog) -> [String] {
        catalog.presentNames().filter { catalog.list[$0] == nil }
    }

    private func json(_ entries: [ModelEntry], in catalog: ModelCatalog) throws -> String {
        let rows =
            entries.map { entry in
                Row(
                    name: entry.name, task: entry.task.rawValue, licence: entry.licence,
                    parameters: entry.parameterCount,
                    path: (try? catalog.locate(entry.name))?.path)
            }
            + unlistedNames(in: catalog).map { name in
                Row(name: name, task: nil, licence: nil, parameters: nil, path: catalog.folder(of: name).path)
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(["models": rows]), as: UTF8.self) + "\n"
    }
}

/// One model in the JSON form of the list.
private struct Row: Encodable {
    let name: String
    let task: String?
    let licence: String?
    let parameters: Int?
    let path: String?
}
