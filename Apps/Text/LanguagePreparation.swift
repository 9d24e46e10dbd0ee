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
    private let corpus: TextCorpus
    private let validationCorpus: TextCorpus?
    private let seed: UInt64

    init(_ language: LanguageOptions, _ training: TrainingOptions, console: Console) throws {
        (self.language, self.training, self.console) = (language, training, console)
        preset = try LlamaPreset(named: language.preset ?? "5m")
        func corpus(_ paths: [String]) throws -> TextCorpus {
            try TextCorpus(
                paths: paths.map { URL(fileURLWithPath: $0).path }, field: language.field ?? "text",
                skippingBadRows: language.skipBad ?? 0)
        }
        self.corpus = try corpus(language.data)
        validationCorpus = language.validation.isEmpty ? nil : try corpus(language.validation)
        seed = UInt64(training.seed ?? 1)
    }

    func work() throws -> TrainingWork<LanguageModelTraining> {
        let settings = training.settings(preset: preset.trainingSettings)
        try settings.validate()
        let files = corpus.files + (validationCorpus?.files ?? [])
        let dataFiles = try files.map { path in
            RunDescription.DataFile(
                path: path,
                byteCount: try URL(fileURLWithPath: path).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0,
                sha256: try SHA256.hash(contentsOfFile: path).hexadecimal)
        }
        let tokenizer = try makeTokenizer()
        let batchSize = training.batchSize ?? preset.batchSize
        let blockLength = language.context ?? preset.blockLength
        let (batches, validation) = try makeBatches(tokenizer, blockLength: blockLength, batchSize: batchSize)
        var configuration = preset.configuration(
            vocabularySize: tokenizer.tokenizer.vocabularySize, positions: blockLength)
        configuration.beginToken = tokenizer.endOfText
        configuration.endTokens = tokenizer.endOfText.map { [$0] } ?? []
        let store = ParameterStore(random: RandomSource(seed: seed))
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
                bytesPerToken: validation.map { tokenizer.bytesPerToken(of: $0, first: settings.evaluationBatches) }),
            data: batches, validation: validation, settings: settings, files: modelFiles,
            description: RunDescription(
                program: "text", version: triptychVersion, options: options(settings, batchSize: batchSize),
                settings: settings, parameterCount: store.elementCount, data: dataFiles))
    }

    // MARK: Parts

    /// A resumed run has its tokenizer in its checkpoints.
    private func makeTokenizer() throws -> TrainingTokenizer {
        if let run = training.resume, FileManager.default.fileExists(atPath: run + "/last/tokenizer.json") {
            return try TrainingTokenizer(folder: run + "/last")
        }
        let source = TrainingTokenizer.Source(language.tokenizer ?? "bpe")
        if source == .bpe || source == .characters {
            console.note("learning the tokenizer from \(corpus.files.count) files")
        }
        return try TrainingTokenizer(
            source, corpus: corpus, vocabularySize: language.vocabulary ?? preset.vocabularySize)
    }

    private func makeBatches(
        _ tokenizer: TrainingTokenizer, blockLength: Int, batchSize: Int
    ) throws -> (training: TokenBatches, validation: TokenBatches?) {
        let tokens = try readTokens(of: corpus, tokenizer)
        guard let validationCorpus else {
            let share = language.validationShare ?? 0.05
            let (trained, kept) = try tokens.split(validationShare: share, blockLength: blockLength, seed: seed)
            return (
                try TokenBatches(tokens, ranges: trained, blockLength: blockLength, batchSize: batchSize, seed: seed),
                share == 0
                    ? nil
                    : try TokenBatches(tokens, ranges: kept, blockLength: blockLength, batchSize: batchSize, seed: nil)
            )
        }
        return (
            try TokenBatches(tokens, blockLength: blockLength, batchSize: batchSize, seed: seed),
            try TokenBatches(
                readTokens(of: validationCorpus, tokenizer), blockLength: blockLength, batchSize: batchSize, seed: nil)
        )
    }

    private func readTokens(of corpus: TextCorpus, _ tokenizer: TrainingTokenizer) throws -> TokenCorpus {
        let meter = ProgressMeter(on: console, label: "reading", unit: .bytes)
        defer { meter.finish() }
        let tokens = try TokenCorpus(
            corpus, endOfText: tokenizer.endOfText.map { Int32($0) }, progress: { meter.update(completed: Double($0)) },
            encode: { try tokenizer.tokenizer.encode($0) })
        meter.finish()
        for row in tokens.report.badRows { console.error("left out: \(row)") }
        console.note(
            "\(tokens.report.textCount) texts, \(tokens.report.byteCount) bytes, \(tokens.tokens.count) tokens")
        return tokens
    }

    /// Every option with the value that was resolved.
    private func options(_ settings: TrainingSettings, batchSize: Int) -> [String: OptionValue] {
        var options = settings.options(batchSize: batchSize)
        options["data"] = .list(language.data.map { URL(fileURLWithPath: $0).path })
        if !language.validation.isEmpty {
            options["validation"] = .list(language.validation.map { URL(fileURLWithPath: $0).path })
        }
        options["preset"] = .text(preset.rawValue)
        let tokenizer = language.tokenizer ?? "bpe"
        let isFolder = if case .folder = TrainingTokenizer.Source(tokenizer) { true } else { false }
        options["tokenizer"] = .text(isFolder ? URL(fileURLWithPath: tokenizer).path : tokenizer)
        options["vocabulary"] = .integer(language.vocabulary ?? preset.vocabularySize)
        options["context"] = .integer(language.context ?? preset.blockLength)
        options["dropout"] = .number(Double(language.dropout ?? 0))
        options["validation-share"] = .number(language.validationShare ?? 0.05)
        options["label-smoothing"] = .number(Double(language.labelSmoothing ?? 0))
        options["field"] = .text(language.field ?? "text")
        options["skip-bad"] = .integer(language.skipBad ?? 0)
        options["initial-weights"] = language.initialWeights.map { .text(URL(fileURLWithPath: $0).path) }
        return options
    }

    /// First weights as a model folder, and the batches of all steps: `tokens` and `targets`, `[batches, sequences, time]`.
    private func export(
        to folder: String, _ store: ParameterStore, _ files: ModelFiles, _ batches: TokenBatches,
        _ settings: TrainingSettings
    ) throws {
        let count = (settings.plannedSteps(batchesPerEpoch: batches.batchesPerEpoch) ?? 1) * settings.accumulation
        let whole = (0..<count).map { batches.batch($0 % batches.batchesPerEpoch, epoch: $0 / batches.batchesPerEpoch) }
            .filter { $0.sequenceCount == batches.batchSize }
        guard whole.count == count else {
            throw TrainingError.invalidSetting(
                name: "export", expected: "fewer steps, so that all batches are of one size")
        }
        let shape: Shape = [count, batches.batchSize, batches.blockLength]
        let values = Dictionary(
            uniqueKeysWithValues: store.parameters.map { ($0.name, $0.value.converted(to: .float32)) })
        try ModelFolder.save(
            to: URL(fileURLWithPath: folder), configuration: files.configuration,
            weights: store.parameters.map { .init(name: $0.name, shape: $0.shape, elementType: .float32) },
            otherFiles: files.others,
            tensor: { name in
                values[name]!  // asked for are the names just declared
            },
            finish: { hiddenPath in
                try SafetensorsWriter.write(
                    [
                        "tokens": Tensor(whole.flatMap(\.inputs), shape: shape),
                        "targets": Tensor(whole.flatMap(\.targets), shape: shape),
                    ], to: "\(hiddenPath)/batches.safetensors")
            })
    }
}
