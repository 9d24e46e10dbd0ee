import ArgumentParser
import Foundation
import ModelCatalog
import Synchronization

/// `models pull`.
struct ModelPullCommand<Program: ModelProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "pull", abstract: "Fetch models from a hub, or take them from a folder.",
            discussion: """
                A pull that breaks off is continued by the next one. Every file is checked by its hash before the model
                can be used.
                """)
    }

    @Argument(help: ArgumentHelp("Models by name; 'models list' shows them.", valueName: "name"))
    var names: [String]
    @Option(help: ArgumentHelp("Copy the model from this folder; no network is used.", valueName: "folder"))
    var from: String?
    @Flag(help: "Fetch again what is here already.")
    var force = false
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if names.isEmpty { throw ValidationError("Nothing to fetch: name at least one model.") }
        if from != nil, names.count > 1 { throw ValidationError("--from takes one model at a time.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: Program.programName)
        let work = PullWork(
            puller: ModelPuller(catalog: ModelCatalog()), console: console, isForced: force,
            folder: from.map { URL(fileURLWithPath: $0, isDirectory: true) })
        try await runInterruptibly(on: console) { [names] in
            await forEachModel(names, on: console) { try await work.pull($0) }
        }
    }
}

/// What is done for each model that is to be pulled.
private struct PullWork: Sendable {
    let puller: ModelPuller
    let console: Console
    let isForced: Bool
    /// Where the model is copied from; nil for the hub.
    let folder: URL?

    func pull(_ name: String) async throws {
        if !isForced, puller.catalog.isPresent(name) {
            console.note("\(name) is here already; --force fetches it again")
            return
        }
        if !isForced, folder == nil, puller.catalog.bundled.folder(of: name) != nil {
            console.note("\(name) comes with the programs; there is nothing to fetch")
            return
        }
        let manifest = try await manifest(of: name)
        console.note("\(name): \(megabytes(manifest.totalByteCount)) from \(manifest.source)")
    }

    private func manifest(of name: String) async throws -> ModelManifest {
        if let folder { return try puller.adopt(name, from: folder) }
        let meters = FileMeters(console: console, model: name)
        defer { meters.finish() }
        return try await puller.pull(name, from: HubEndpoint()) { meters.update($0) }
    }
}

/// One progress line after the other, for each file in turn.
private final class FileMeters: Sendable {
    private let console: Console
    private let model: String
    private let current = Mutex<(file: String, meter: ProgressMeter)?>(nil)

    init(console: Console, model: String) {
        self.console = console
        self.model = model
    }

    func update(_ progress: ModelPuller.Progress) {
        let meter = current.withLock { current in
            if let current, current.file == progress.file { return current.meter }
            current?.meter.finish()
            let meter = ProgressMeter(on: console, label: "\(model)/\(progress.file)", unit: .bytes)
            current = (progress.file, meter)
            return meter
        }
        meter.update(completed: Double(progress.byteCount), of: progress.total.map(Double.init))
    }

    func finish() { current.withLock { $0?.meter.finish() } }
}
