import Checkpoints
import CommandLineKit
import Foundation
import Kernels
import ModelCatalog
import Parameters
import TextModels
import Tokenizers
import Training

/// A model with an adapter in its weights.
struct MergedModel {
    let folder: ModelFolder
    let adapter: AdapterFolder
    private let weights: MergedWeights

    init(_ folder: ModelFolder, _ adapter: AdapterFolder, strength: Float = 1) throws {
        (self.folder, self.adapter) = (folder, adapter)
        do {
            weights = try MergedWeights(
                folder.openWeights(), adding: adapter.openWeights(), adapter.settings, strength: strength)
        } catch let error as AdaptationError {
            throw TextModelError.adapter(folder: adapter.url.path(percentEncoded: false), error)
        }
    }

    /// Writes the model as a folder; of 32 bits where `elementType` is nil, as what an adapter adds may be too little for
    /// the 16 that it was added to.
    func write(
        to url: URL, elementType: ElementType? = nil, on console: Console
    ) throws {
        // What was trained last has the card that says most.
        let card = try ModelCard(checkpoint: adapter.url.path) ?? ModelCard(checkpoint: folder.url.path)
        var additions: [String: Data] = [:]
        if let card {
            let count = card.isOfAdapters ? try folder.parameterCount() : nil
            additions[ModelCard.fileName] = Data(card.text(name: url.lastPathComponent, mergedInto: count).utf8)
        }
        additions[Self.templateName] = try adapter.contents(of: Self.templateName)
        try folder.export(
            to: url, elementType: elementType ?? .float32, adding: additions, weights: weights, on: console)
    }

    /// The same as a GGUF file.
    func writeGGUF(to url: URL, type: GGUFTensorType?, on console: Console) throws {
        try folder.exportGGUF(
            to: url, type: type ?? .float32, weights: weights,
            chatTemplate: adapter.contents(of: Self.templateName).map { String(decoding: $0, as: UTF8.self) },
            on: console)
    }

    /// By which the adapter has learnt to answer.
    private static let templateName = "chat_template.jinja"
}

extension ModelFolder {
    /// Writes the model as a folder, shows how far that is, and tells what was written.
    func export(
        to url: URL, elementType: ElementType?, adding additions: [String: Data], weights: (any TensorSource)? = nil,
        on console: Console
    ) throws {
        var additions = additions
        do {
            if let tokenizer = try derivedTokenizerJSON() { additions["tokenizer.json"] = tokenizer }
        } catch let error as TokenizerError {
            console.error("\(error); no tokenizer.json is written, copy it from the model's origin")
        }
        let written = try withMeter(on: console) { progress in
            try export(
                to: url, elementType: elementType, adding: additions, weights: weights, progress: progress)
        }
        try written.report(as: url.relativePath, on: console)
    }

    /// The same for a GGUF file.
    func exportGGUF(
        to url: URL, type: GGUFTensorType?, weights: (any TensorSource)? = nil, chatTemplate: String? = nil,
        on console: Console
    ) throws {
        let model = try GGUFExport(self, weights: weights, chatTemplate: chatTemplate)
        try withMeter(on: console) { progress in
            try model.write(
                as: type, name: url.deletingPathExtension().lastPathComponent, to: url.path, progress: progress)
        }
        try ModelFolder(url).report(as: url.relativePath, on: console)
    }

    private func withMeter<Result>(
        on console: Console, _ body: ((_ done: Int, _ count: Int) -> Void) throws -> Result
    ) rethrows -> Result {
        let meter = ProgressMeter(on: console, label: "writing", unit: .items("tensors"))
        defer { meter.finish() }
        return try body { done, count in meter.update(completed: Double(done), of: Double(count)) }
    }

    private func report(as path: String, on console: Console) throws {
        let byteCount = try weightFiles().reduce(0) { sum, file in
            sum + (try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
        }
        console.note("\(path): \(try parameterCount()) parameters in \(byteCount) bytes")
    }
}
