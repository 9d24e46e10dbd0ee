import Checkpoints
import CommandLineKit
import Foundation
import Kernels
import ModelCatalog
import Parameters
import SpeechModels
import Training

/// A model with the adapters of a run in its weights.
enum MergedRecognizer {
    /// Writes it as the folder `merged` of the run, in place of an older one.
    ///
    /// - Parameter model: what the adapters were trained beside, as `--model` has it.
    static func write(run: String, model: String, on console: Console) throws {
        let url = URL(fileURLWithPath: run + "/merged", isDirectory: true)
        if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
        let folder = try ModelFolder(ModelCatalog.locate(model))
        let adapter = try AdapterFolder(URL(fileURLWithPath: run))
        let weights: MergedWeights
        do {
            weights = try MergedWeights(folder.openWeights(), adding: adapter.openWeights(), adapter.settings)
        } catch let error as AdaptationError {
            throw SpeechModelError.adapter(folder: adapter.url.path(percentEncoded: false), error)
        }
        var additions: [String: Data] = [:]
        if let card = try ModelCard(checkpoint: adapter.url.path) {
            let text = card.text(name: url.lastPathComponent, mergedInto: try folder.parameterCount())
            additions[ModelCard.fileName] = Data(text.utf8)
        }
        // Of 32 bits, as what an adapter adds may be too little for the 16 that it was added to.
        let merged = try folder.export(to: url, elementType: .float32, adding: additions, weights: weights)
        console.note("\(url.relativePath): \(try merged.parameterCount()) parameters")
    }
}
