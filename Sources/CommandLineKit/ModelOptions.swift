public import ArgumentParser
public import Foundation
import ModelCatalog

/// `--model`.
public struct ModelOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A fetched model by its name, or a model folder; without it the program's default model.",
            valueName: "name|folder"))
    public var model: String?

    public init() {}

    public func validate() throws {
        if model == "" { throw ValidationError("--model is empty; give a name or a folder.") }
    }

    /// What the user called the model, or `defaultName`.
    public func name(defaultName: String) -> String { model ?? defaultName }

    /// The folder of the model.
    ///
    /// - Throws: an error that says how to get a model that is not on this machine.
    public func folder(defaultName: String) throws -> URL {
        try ModelCatalog.locate(name(defaultName: defaultName))
    }
}
