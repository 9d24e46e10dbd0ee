public import ArgumentParser
public import ModelCatalog

/// A program that works with models of certain tasks.
public protocol ModelProgram: AsyncParsableCommand {
    static var modelTasks: Set<ModelTask> { get }
    /// The model that is used where none is named.
    static var defaultModel: String { get }
    /// What `architectures` of `config.json` is for the models that it runs.
    static var architectures: [String] { get }
}

extension ModelProgram {
    static var programName: String { configuration.commandName ?? _commandName }
}

/// `models`: what every program offers for its models.
public struct ModelsCommand<Program: ModelProgram>: AsyncParsableCommand {
    // Computed, because a generic type has no stored static properties; so in the sub-commands.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "models", abstract: "List, fetch and verify models.",
            discussion: """
                Models are kept in ${TRIPTYCH_HOME:-~/.cache/triptych}/models. Only 'pull' uses the network: it asks the
                hub at HF_ENDPOINT, with the token in HF_TOKEN where a model needs one.
                """,
            subcommands: [
                ModelListCommand<Program>.self, ModelPullCommand<Program>.self, ModelVerifyCommand<Program>.self,
                ModelShowCommand<Program>.self, ModelPathCommand.self, ModelRemoveCommand<Program>.self,
            ])
    }

    public init() {}
}

/// Does `body` for each model; one that fails gets a line of its own and does not stop the others.
func forEachModel(
    _ names: [String], on console: Console, _ body: (String) async throws -> Void
) async -> BatchReport {
    var report = BatchReport(total: names.count)
    for name in names {
        do {
            try Task.checkCancellation()
            try await body(name)
            report.succeeded += 1
        } catch  where error is CancellationError || Task.isCancelled {
            report.wasInterrupted = true
            break
        } catch {
            let message = Batch.message(for: error, about: name)
            report.failures.append(BatchReport.Failure(name: name, message: message))
            console.error(message)
        }
    }
    return report
}

/// Bytes as `78.1 MB`.
func megabytes(_ byteCount: Int) -> String { "\(fixed(Double(byteCount) / 1e6, 1)) MB" }

/// A number of weights as `310 k`, `39 M` or `1.55 G`.
func weights(_ count: Int) -> String {
    if count >= 1_000_000_000 { return "\(fixed(Double(count) / 1e9, 2)) G" }
    if count >= 1_000_000 { return "\(fixed(Double(count) / 1e6, 0)) M" }
    return "\(fixed(Double(count) / 1e3, 0)) k"
}
