import Autograd
import Checkpoints
import Evaluation
import Foundation
import Layers
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing
import Tokenizers
import Training

@testable import SpeechModels

/// A small random Whisper that learns, beside `transformers` (`Tests/Reference/whisper_training_fixtures.py`).
struct WhisperTrainingTests {
    static let folder = Repository.file("Tests/Fixtures/whisper/tiny-random-english")

    private func tuning(
        freezing frozen: WhisperFineTuning.Part? = nil, _ adaptation: LowRankAdaptation? = nil
    ) throws -> WhisperFineTuning {
        try WhisperFineTuning(ModelFolder(Self.folder), freezing: frozen, adaptation: adaptation, baseModel: "base")
    }

    private struct Step {
        let tensors: SafetensorsFile
        let batch: WindowBatch

        init() throws {
            tensors = try SafetensorsFile(path: Repository.file("Tests/Fixtures/whisper/training.safetensors").path)
            let tensors = tensors
            func tensor(_ name: String) throws -> Tensor { try #require(try tensors.tensor(named: name)) }
            batch = WindowBatch(
                features: try tensor("features"), inputs: try tensor("inputs"), targets: try tensor("targets"),
                texts: ["", ""])
        }

        func tensor(_ name: String) throws -> Tensor { try #require(try tensors.tensor(named: name)) }

        func valueAndGradients(_ tuning: WhisperFineTuning) -> (value: Tensor, gradients: Gradients) {
            Parameters.valueAndGradients {
                WhisperTraining(tuning).loss(batch, mode: .training(RandomSource(seed: 1))).sum
            }
        }
    }

    @Test func lossAndGradientsAreThoseOfTransformers() throws {
        let (tuning, step) = (try tuning(), try Step())
        #expect(step.batch.targetCount == 13)
        let (loss, gradients) = step.valueAndGradients(tuning)
        let expected = try step.tensor("loss").scalar
        #expect(abs(loss.scalar - expected) < 1e-5 * expected)
        let weights = tuning.parameters.parameters.filter { $0.role == .weight }
        #expect(weights.count == step.tensors.names.count { $0.hasPrefix("gradient.") })
        for parameter in weights {
            let expected = try step.tensor("gradient.\(parameter.name)").floats()
            let found = try #require(gradients[parameter], "\(parameter.name)")
            #expect(largestRelativeDifference(found.floats(), expected) < 1e-4, "\(parameter.name)")
        }
    }

    @Test(arguments: WhisperFineTuning.Part.allCases)
    func whatIsFrozenHasNoGradientAndChangesNoOther(frozen: WhisperFineTuning.Part) throws {
        let (tuning, step) = (try tuning(freezing: frozen), try Step())
        let (loss, gradients) = step.valueAndGradients(tuning)
        #expect(abs(loss.scalar - (try step.tensor("loss").scalar)) < 1e-3)
        for parameter in tuning.parameters.parameters where parameter.role != .buffer {
            let isFrozen = parameter.name.hasPrefix("model.\(frozen.rawValue).")
            #expect(parameter.role == (isFrozen ? .frozen : .weight), "\(parameter.name)")
            guard let found = gradients[parameter] else {
                #expect(isFrozen, "\(parameter.name)")
                continue
            }
            let expected = try step.tensor("gradient.\(parameter.name)").floats()
            #expect(!isFrozen && largestRelativeDifference(found.floats(), expected) < 1e-4, "\(parameter.name)")
        }
    }

    /// The gradient of an adapter follows from that of the weight that it adds to: dB = s dW Aᵀ.
    @Test func adaptersLearnBesideTheModel() throws {
        let adaptation = try LowRankAdaptation(
            LowRankSettings(rank: 2, targets: .named(WhisperFineTuning.standardTargets)), random: RandomSource(seed: 3))
        let (tuning, step) = (try tuning(adaptation), try Step())
        // 2 layers of the encoder with an attention each, 2 of the decoder with two.
        #expect(tuning.parameters.parameters.count == 2 * 2 * 6)
        let (loss, gradients) = step.valueAndGradients(tuning)
        #expect(abs(loss.scalar - (try step.tensor("loss").scalar)) < 1e-3)
        for path in ["model.encoder.layers.0.self_attn.q_proj", "model.decoder.layers.1.encoder_attn.v_proj"] {
            let weight = try step.tensor("gradient.\(path).weight")
            let factors = tuning.parameters.parameters.filter { $0.name.contains(path) }
            let (down, up) = (factors[0], factors[1])
            let expected = scale(matrixProduct(weight, down.value, transposeB: true), by: 2)
            expectClose(try #require(gradients[up]), expected, relative: 1e-4, absolute: 1e-4)
        }
        #expect(tuning.files.names == .adapter)
        let configuration = String(decoding: tuning.files.configuration, as: UTF8.self)
        #expect(configuration.contains("\"base\"") && !configuration.contains("task_type"), "\(configuration)")
    }

    /// Two windows of noise are learnt by heart, with and without timestamps: greedy decoding then writes their texts.
    @Test func twoWindowsAreLearntByHeart() throws {
        let tuning = try tuning()
        let (format, texts) = (tuning.format, [["the cat", "sat"], ["a mat"]])
        let windows = try texts.map { parts in
            try [true, false].map { hasTimestamps in
                try WindowText(
                    parts.enumerated().map {
                        WindowText.Phrase(text: $1, start: 0.6 * Double($0), end: 0.5 + 0.6 * Double($0))
                    },
                    start: format.start, hasTimestamps: hasTimestamps, tokens: format.tokens)
            }
        }
        let one = Tensor.random([1, format.frameCount, 80], seed: 5)
        let other = Tensor.random([1, format.frameCount, 80], seed: 6)
        let batch = WindowBatch(
            features: concatenate([one, one, other, other], axis: 0), texts: windows.flatMap { $0 },
            fillingToken: format.tokens.endOfText)
        let training = WhisperTraining(tuning)
        func errors() -> ErrorCounts { training.wordErrors(tuning.model.encoder(batch.features), batch.texts) }
        #expect(errors().errors > 5 && errors().referenceCount == 10)
        var optimizer: any Optimizer = AdamW(
            ParameterGroup.decayingMatrices(tuning.parameters.parameters.filter { $0.role == .weight }),
            AdamW.Settings(weightDecay: 0))
        for step in 0..<250 {
            let (loss, gradients) = valueAndGradients {
                training.loss(batch, mode: .training(RandomSource(seed: UInt64(step)))).sum
            }
            var sum = GradientSum(of: optimizer.parameters)
            sum.add(gradients, lossSum: Double(loss.scalar), targetCount: batch.targetCount)
            optimizer.step(sum, factor: sum.factor(limitingNorm: sum.norm, to: 1), learningRate: 3e-3)
        }
        #expect(errors().errors == 0)
        let source = tuning.model.decoder.source(for: tuning.model.encoder(one))
        let request = WhisperWindowDecoder.Request(language: "en")
        let found = try tuning.decoder.decode(source, request, checkCancellation: {}).tokens
        #expect(found == windows[0][0].targets.dropLast().compactMap { $0 })
    }

    /// What adapters add is the same beside the weights and in them.
    @Test func mergedAdaptersAreThoseBeside() throws {
        let base = try ModelFolder(Self.folder)
        let settings = LowRankSettings(rank: 2, alpha: 6, targets: .allLinear)
        let adaptation = try LowRankAdaptation(settings, random: RandomSource(seed: 3))
        let tuning = try tuning(adaptation)
        for (index, factor) in adaptation.parameters.parameters.enumerated() {
            factor.update(scale(.random(factor.shape, seed: UInt64(index)), by: 0.1))
        }
        let merged = try WhisperModel(
            tuning.model.configuration,
            in: ParameterStore(
                reading: MergedWeights(
                    base.openWeights(), adding: MemorySource(adaptation.parameters), settings)))
        let plain = try WhisperModel(tuning.model.configuration, in: ParameterStore(reading: base.openWeights()))
        let batch = try Step().batch
        func states(_ model: WhisperModel) -> Tensor {
            model.logits(model.decoder(batch.inputs, encoded: model.encoder(batch.features)))
        }
        expectClose(states(merged), states(tuning.model), relative: 1e-5, absolute: 1e-4)
        #expect(largestRelativeDifference(states(plain).floats(), states(merged).floats()) > 1e-2)
    }

    @Test func languagesAreThoseOfTheModel() throws {
        let folder = try ModelFolder(Repository.file("Tests/Fixtures/whisper/tiny-random-multilingual"))
        #expect(throws: SpeechModelError.languageMissing) { try WhisperFineTuning(folder) }
        #expect(throws: SpeechModelError.self) { try WhisperFineTuning(folder, language: "klingon") }
        let tuning = try WhisperFineTuning(folder, language: "German")
        let tokens = tuning.format.tokens
        #expect(
            tuning.format.start == [
                tokens.startOfTranscript, try #require(tokens.id(ofLanguage: "de")), tokens.transcribe,
            ])
        #expect(throws: SpeechModelError.languageNotSupported("de")) {
            try WhisperFineTuning(ModelFolder(Self.folder), language: "de")
        }
    }
}

/// The values of a store, as a file would have them.
private struct MemorySource: TensorSource {
    private let tensors: [String: Tensor]

    init(_ store: ParameterStore) {
        tensors = Dictionary(uniqueKeysWithValues: store.parameters.map { ($0.name, $0.value) })
    }

    var names: [String] { tensors.keys.sorted() }
    func shape(of name: String) -> Shape? { tensors[name]?.shape }
    func tensor(named name: String) throws -> Tensor? { tensors[name] }
}
