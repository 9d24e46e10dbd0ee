import ArgumentParser
import ChatTemplates
import Checkpoints
import CommandLineKit
import Datasets
import Foundation
import ModelCatalog
import Parameters
import Tensors
import TextModels
import Tokenizers
import Training

/// Makes batches and model of `text train --model` from its options.
struct FineTuningPreparation {
    private let language: LanguageOptions
    private let options: FineTuningOptions
    private let training: TrainingOptions
    private let console: Console
    private let data: LanguageData
    private let name: String
    private let template: ChatTemplate?

    /// - Parameters:
    ///   - name: the model's, as `--model` has it.
    ///   - template: what `--chat-template` names.
    init(
        _ language: LanguageOptions, _ options: FineTuningOptions, _ training: TrainingOptions, model name: String,
        template: ChatTemplate?, console: Console
    ) throws {
        let ofNewModels: [(name: String, isGiven: Bool)] = [
            ("preset", language.preset != nil), ("tokenizer", language.tokenizer != nil),
            ("vocabulary", language.vocabulary != nil), ("initial-weights", language.initialWeights != nil),
            ("export", language.export != nil),
        ]
        if let option = ofNewModels.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) is for a model from nothing; leave it or --model out.")
        }
        (self.language, self.options, self.training) = (language, options, training)
        (self.console, self.name, self.template) = (console, name, template)
        data = try LanguageData(language, seed: UInt64(training.seed ?? 1), console: console)
    }

    func work() throws -> TrainingWork<LanguageModelTraining> {
        let folder = try ModelFolder(ModelCatalog.locate(name))
        let adapters = try options.adapters.settings(standardTargets: FineTuning.standardTargets(of: folder))
        let tuning = try FineTuning(
            folder,
            adapters: adapters.map {
                FineTuning.Adapters(
                    $0, baseModel: LowRankOptions.baseModel(of: name), random: RandomSource(seed: data.seed))
            }, template: template)
        let context = tuning.model.configuration.context
        if let asked = language.context, asked > context {
            throw TextModelError.contextOutOfRange(asked, limit: context)
        }
        let batchSize = training.batchSize ?? FineTuning.batchSize
        let (batches, validation) = try batches(tuning, context: context, batchSize: batchSize)
        let preset = FineTuning.trainingSettings(
            adapts: adapters != nil,
            stepsPerEpoch: (batches.batchesPerEpoch - 1) / max(1, training.accumulation ?? 1) + 1)
        let settings = training.settings(preset: preset)
        try settings.validate()
        return TrainingWork(
            LanguageModelTraining(
                tuning.model, parameters: tuning.parameters, dropout: language.dropout ?? 0,
                labelSmoothing: language.labelSmoothing ?? 0,
                bytesPerToken: try validation.map {
                    try tuning.tokenizer.bytesPerTarget(of: $0, first: settings.evaluationBatches)
                }),
            data: batches, validation: validation, settings: settings, files: tuning.files,
            description: RunDescription(
                program: "text", version: triptychVersion, options: resolved(settings, adapters, batchSize: batchSize),
                settings: settings, parameterCount: tuning.parameters.elementCount,
                data: try data.fingerprints(
                    and: folder.weightFiles().map(\.path) + [templateFile].compactMap { $0 })))
    }

    private func batches(
        _ tuning: FineTuning, context: Int, batchSize: Int
    ) throws -> (training: any BatchSource<TokenBatch>, validation: (any BatchSource<TokenBatch>)?) {
        guard try data.hasAnswers() else {
            let (training, validation) = try data.blocks(
                tuning.tokenizer, endOfText: tuning.endTokens.first,
                blockLength: language.context ?? min(context, FineTuning.blockLength), batchSize: batchSize)
            return (training, validation)
        }
        let (training, validation) = try data.answers(
            tuning.answerEncoder(limit: language.context ?? context, truncates: options.truncate),
            batchSize: batchSize)
        return (training, validation)
    }

    private var templateFile: String? { options.template.file.map { URL(fileURLWithPath: $0).path } }

    /// Every option with the value that was resolved.
    private func resolved(
        _ settings: TrainingSettings, _ adapters: LowRankSettings?, batchSize: Int
    ) -> [String: OptionValue] {
        var resolved = settings.options(batchSize: batchSize).merging(data.options) { $1 }
        resolved["model"] = .model(name)
        resolved["context"] = language.context.map { .integer($0) }
        resolved["dropout"] = .number(Double(language.dropout ?? 0))
        resolved["label-smoothing"] = .number(Double(language.labelSmoothing ?? 0))
        resolved["truncate"] = .flag(options.truncate)
        resolved["chat-template"] = (templateFile ?? options.template.chatTemplate).map { .text($0) }
        if let adapters { resolved.merge(options.adapters.resolved(adapters)) { $1 } }
        return resolved
    }
}
