public import ArgumentParser
public import Checkpoints
public import Foundation
import ModelCatalog

/// `--adapter`: what the model has learnt beside its weights.
public struct AdapterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Low-rank adapters of the model: a folder as PEFT writes it, or a run of 'train --lora'.",
            valueName: "folder"))
    public var adapter: String?
    @Option(help: ArgumentHelp("Multiply what the adapter adds by this (default: 1).", valueName: "number"))
    var adapterScale: Float?

    public init() {}

    public func validate() throws {
        if adapter == "" { throw ValidationError("--adapter is empty; give a folder.") }
        if adapterScale != nil, adapter == nil {
            throw ValidationError("--adapter-scale has no meaning without --adapter.")
        }
        if let adapterScale, !adapterScale.isFinite || abs(adapterScale) > 1000 {
            throw ValidationError("--adapter-scale \(adapterScale) is not possible; give -1000 to 1000.")
        }
    }

    public var strength: Float { adapterScale ?? 1 }

    public func folder() throws -> AdapterFolder? { try adapter.map { try AdapterFolder(URL(fileURLWithPath: $0)) } }
}

/// A model with its adapter, as options name them.
public struct AdaptedModel {
    public let folder: ModelFolder
    public let adapter: AdapterFolder?
    public let strength: Float
    /// What reports call it, without telling where it lies on this machine.
    public let name: String

    /// Without `--model` an adapter brings its own model along, if that is on this machine.
    ///
    /// - Parameters:
    ///   - defaultName: the model where neither names one.
    ///   - locate: finds the folder of the model that `--model` names, or the default.
    public init(
        _ model: ModelOptions, _ options: AdapterOptions, defaultName: String, locate: () throws -> URL
    ) throws {
        adapter = try options.folder()
        strength = options.strength
        var name = model.name(defaultName: defaultName)
        if model.model == nil, let base = adapter?.baseModel {
            name = ModelList.bundled.models.first { $0.hub?.identifier == base }?.name ?? base
            folder = try ModelFolder(ModelCatalog.locate(name))
        } else {
            folder = try ModelFolder(locate())
        }
        name = URL(fileURLWithPath: name).lastPathComponent
        self.name = options.adapter.map { "\(name)+\(URL(fileURLWithPath: $0).lastPathComponent)" } ?? name
    }
}
