import Checkpoints
import CommandLineKit
import Datasets
import Foundation
import Hashing
import Kernels
import Parameters
import Tensors
import TextModels
import Tokenizers
import Training

/// Makes tokenizer, batches and model of `text train` from its options.
struct LanguagePreparation {
    private let language: LanguageOptions
    private let training: TrainingOptions
    private let console: Console
    private let preset: LlamaPreset
    private let data: LanguageData

    init(_ language: LanguageOptions, _ training: TrainingOptions, console: Console) throws {
        (self.language, self.training, self.console) = (language, training, console)
        preset = try LlamaPreset(named: language.preset ?? "5m")
        data = try LanguageData(language, seed: UInt64(training.seed ?? 1), console: console)
    }

    func work() throws -> TrainingWork<LanguageModelTraining> {
        let settings = training.settings(preset: preset.trainingSettings)
        try settings.validate()
        let tokenizer = try makeTokenizer()
        let batchSize = training.batchSize ?? preset.batchSize
        let blockLength = language.context ?? preset.blockLength
        let (batches, validation) = try data.blocks(
            tokenizer.tokenizer, endOfText: tokenizer.endOfText, blockLength: blockLength, batchSize: batchSize)
        var configuration = preset.configuration(
            vocabularySize: tokenizer.tokenizer.vocabularySize, positions: blockLength)
        configuration.beginToken = tokenizer.endOfText
        configuration.endTokens = tokenizer.endOfText.map { [$0] } ?? []
        let store = ParameterStore(random: RandomSource(seed: data.seed))
        let model = try LlamaModel(configuration, in: store)
        if let folder = language.initialWeights {
            try store.load(ModelFolder(URL(fileURLWithPath: folder)).openWeights())
        }
        let modelFiles = try model.files(tokenizer: tokenizer)
        if let folder = language.export {
            try export(to: folder, store, modelFiles, batches, settings)
        }
        return TrainingWork(
            LanguageModelTraining(
                model, parameters: store, dropout: language.dropout ?? 0, labelSmoothing: language.labelSmoothing ?? 0,
                bytesPerToken: try validation.map {
                    try tokenizer.tokenizer.bytesPerTarget(of: $0, first: settings.evaluationBatches)
                }),
            data: batches, validation: validation, settings: settings, files: modelFiles,
            description: RunDescription(
                program: "text", version: triptychVersion, options: options(settings, batchSize: batchSize),
                settings: settings, parameterCount: store.elementCount, data: try data.fingerprints()))
    }

    // MARK: Parts

    /// A resumed run has its tokenizer in its checkpoints.
    private func makeTokenizer() throws -> TrainingTokenizer {
        if let run = training.resume, FileManager.default.fileExists(atPath: run + "/last/tokenizer.json") {
            return try TrainingTokenizer(folder: run + "/last")
        }
        let source = TrainingTokenizer.Source(language.tokenizer ?? "bpe")
        if source == .bpe || source == .characters {
            console.note("learning the tokenizer from \(data.corpus.files.count) files")
        }
        return try TrainingTokenizer(
            source, corpus: data.corpus, vocabularySize: language.vocabulary ?? preset.vocabularySize)
    }

    /// Every option with the value that was resolved.
    private func options(_ settings: TrainingSettings, batchSize: Int) -> [String: OptionValue] {
        var options = settings.options(batchSize: batchSize).merging(data.options) { $1 }
        options["preset"] = .text(preset.rawValue)
        let tokenizer = language.tokenizer ?? "bpe"
        let isFolder = if case .folder = TrainingTokenizer.Source(tokenizer) { true } else { false }
        options["tokenizer"] = .text(isFolder ? URL(fileURLWithPath: tokenizer).path : tokenizer)
        options["vocabulary"] = .integer(language.vocabulary ?? preset.vocabularySize)
        options["context"] = .integer(language.context ?? preset.blockLength)
        options["dropout"] = .number(Double(language.dropout ?? 0))
        options["label-smoothing"] = .number(Double(language.labelSmoothing ?? 0))
        options["initial-weights"] = language.initialWeights.map { .text(URL(fileURLWithPath: $0).path) }
        return options
    }

    /// First weights as a model folder, and the batches of all steps: `tokens` and `targets`, `[batches, sequences, time]`.
    /// The last batch of a pass may have fewer sequences; the rest of its targets then is ``TokenBatch/ignoredTarget``.
    private func export(
        to folder: String, _ store: ParameterStore, _ files: ModelFiles, _ batches: TokenBatches,
        _ settings: TrainingSettings
    ) throws {
        let count = (settings.plannedSteps(batchesPerEpoch: batches.batchesPerEpoch) ?? 1) * settings.accumulation
        let shape: Shape = [count, batches.batchSize, batches.blockLength]
        let steps = (0..<count).map { batches.batch($0 % batches.batchesPerEpoch, epoch: $0 / batches.batchesPerEpoch) }
        func whole(_ part: KeyPath<TokenBatch, [Int32]>, filledWith filler: Int32) -> Tensor {
            let size = batches.batchSize * batches.blockLength
            return Tensor(
                steps.flatMap { $0[keyPath: part] + Array(repeating: filler, count: size - $0[keyPath: part].count) },
                shape: shape)
        }
        try files.export(
            store,
            batches: [
                "tokens": whole(\.inputs, filledWith: 0),
                "targets": whole(\.targets, filledWith: TokenBatch.ignoredTarget),
            ], to: folder)
    }
}
