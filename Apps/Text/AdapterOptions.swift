import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import ModelCatalog
import TextModels

/// `--adapter`: what the model has learnt beside its weights.
struct AdapterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Low-rank adapters of the model: a folder as PEFT writes it, or a run of 'text train --lora'.",
            valueName: "folder"))
    var adapter: String?
    @Option(help: ArgumentHelp("Multiply what the adapter adds by this (default: 1).", valueName: "number"))
    var adapterScale: Float?

    func validate() throws {
        if adapter == "" { throw ValidationError("--adapter is empty; give a folder.") }
        if adapterScale != nil, adapter == nil {
            throw ValidationError("--adapter-scale has no meaning without --adapter.")
        }
        if let adapterScale, !adapterScale.isFinite || abs(adapterScale) > 1000 {
            throw ValidationError("--adapter-scale \(adapterScale) is not possible; give -1000 to 1000.")
        }
    }

    var strength: Float { adapterScale ?? 1 }

    func folder() throws -> AdapterFolder? { try adapter.map { try AdapterFolder(URL(fileURLWithPath: $0)) } }
}

/// A model with its adapter, as options name them.
struct ChosenModel {
    let folder: ModelFolder
    let adapter: AdapterFolder?
    /// What reports call it, without telling where it lies on this machine.
    let name: String
    private let strength: Float

    /// Without `--model` an adapter brings its own model along, if that is on this machine.
    init(_ model: ModelOptions, _ adapter: AdapterOptions) throws {
        self.adapter = try adapter.folder()
        strength = adapter.strength
        let base = self.adapter?.baseModel
        var name = model.name(defaultName: Text.defaultModel)
        if model.model == nil, let base {
            name = ModelList.bundled.models.first { $0.hub?.identifier == base }?.name ?? base
            folder = try ModelFolder(ModelCatalog.locate(name))
        } else {
            folder = try ModelFolder(model.writingFolder())
        }
        name = URL(fileURLWithPath: name).lastPathComponent
        self.name = adapter.adapter.map { "\(name)+\(URL(fileURLWithPath: $0).lastPathComponent)" } ?? name
    }

    func load() throws -> LanguageModel { try LanguageModel(folder, adapter: adapter, strength: strength) }
}
