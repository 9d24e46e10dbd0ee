import Autograd
import Checkpoints
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

/// A layer that spells on the encoder of a small random Whisper, beside PyTorch (`Tests/Reference/whisper_ctc_fixtures.py`).
struct WhisperCTCTests {
    private static let lengths = [50, 37, 44]
    private static let targets = [[2, 3, 3, 1], [4, 2], [1, 1, 5, 2, 3]]

    private let expected: SafetensorsFile
    private let tuning: CTCTuning

    init() throws {
        expected = try SafetensorsFile(path: Repository.file("Tests/Fixtures/whisper/spelling.safetensors").path)
        tuning = try Self.tuning()
        for parameter in tuning.parameters.parameters where parameter.name.hasPrefix("ctc_head.") {
            parameter.update(try tensor(String(parameter.name.dropFirst("ctc_head.".count))))
        }
    }

    private static func tuning(isEncoderFrozen: Bool = false) throws -> CTCTuning {
        try CTCTuning(
            ModelFolder(WhisperTrainingTests.folder),
            layer: CTCTuning.NewLayer(vocabularySize: 6, spelling: .words, random: RandomSource(seed: 1)),
            isEncoderFrozen: isEncoderFrozen)
    }

    private func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }

    private func training(
        _ tuning: CTCTuning, dropout: Float = 0, headRate: Float = 1, headSteps: Int = 0
    ) throws -> CTCTraining {
        let trained = try TargetTokenizer.trained(on: ["abcd"])
        return CTCTraining(
            tuning.model, tokenizer: try loadTokenizer(json: Array(trained.json().utf8)), parameters: tuning.parameters,
            dropout: dropout, headRate: headRate, headSteps: headSteps)
    }

    /// Of a batch of sequences of different lengths, each has the logits that it has alone.
    @Test func logitsAreThoseOfEachSequenceAlone() throws {
        let features = try tensor("features")
        let output = tuning.model(features, lengths: Self.lengths)
        let time = output.logits.shape[1]
        for (index, length) in Self.lengths.enumerated() {
            let expected = try tensor("logits.\(index)")
            #expect(expected.shape == [output.lengths[index], 6] && output.lengths[index] == (length + 1) / 2)
            let found = slice(reshape(output.logits, [3 * time, 6]), index * time..<index * time + expected.shape[0])
            #expect(largestRelativeDifference(found.floats(), expected.floats()) < 1e-5)
            let alone = tuning.model(
                slice(slice(features, index..<index + 1), axis: 1, range: 0..<length), lengths: [length])
            #expect(largestRelativeDifference(alone.logits.floats(), expected.floats()) < 1e-5)
        }
    }

    @Test func lossAndGradientsAreThoseOfPyTorch() throws {
        let batch = SpeechBatch(features: try tensor("features"), lengths: Self.lengths, targets: Self.targets)
        let training = try training(tuning)
        let (loss, gradients) = valueAndGradients {
            training.loss(batch, mode: .training(RandomSource(seed: 1))).sum
        }
        let value = try tensor("loss").scalar
        #expect(abs(loss.scalar - value) < 1e-5 * value)
        let weights = tuning.parameters.parameters.filter { $0.role == .weight }
        #expect(weights.count == expected.names.count { $0.hasPrefix("gradient.") })
        for parameter in weights {
            let found = try #require(gradients[parameter], "\(parameter.name)")
            let expected = try tensor("gradient.\(parameter.name)").floats()
            #expect(largestRelativeDifference(found.floats(), expected) < 1e-4, "\(parameter.name)")
        }
    }

    @Test func theEncoderIsThatOfTheModelAndMayBeFrozen() throws {
        let stored = try ModelFolder(WhisperTrainingTests.folder).openWeights()
        let frozen = try Self.tuning(isEncoderFrozen: true)
        for parameter in frozen.parameters.parameters {
            let isHead = parameter.name.hasPrefix("ctc_head.")
            #expect(parameter.role == (isHead ? .weight : parameter.name.contains("positions") ? .buffer : .frozen))
            guard !isHead else { continue }
            let isSame = try #require(try stored.tensor(named: parameter.name)).floats() == parameter.value.floats()
            #expect(isSame, "\(parameter.name)")
        }
        #expect(!frozen.parameters.parameters.contains { $0.name.contains("decoder") })
        let batch = SpeechBatch(features: try tensor("features"), lengths: Self.lengths, targets: Self.targets)
        let training = try training(frozen)
        let (_, gradients) = valueAndGradients { training.loss(batch, mode: .training(RandomSource(seed: 1))).sum }
        #expect(frozen.parameters.parameters.count { gradients[$0] != nil } == 2)
    }

    /// A batch is learnt by heart, the new layer at a rate of its own and at first alone.
    @Test func aBatchIsLearntByHeart() throws {
        let training = try training(tuning, dropout: 0.05, headRate: 5, headSteps: 10)
        let batch = SpeechBatch(features: try tensor("features"), lengths: Self.lengths, targets: Self.targets)
        var optimizer: any Optimizer = AdamW(training.parameterGroups, AdamW.Settings(weightDecay: 0))
        #expect(
            Set(optimizer.parameters.map(\.name))
                == Set(tuning.parameters.parameters.filter { $0.role == .weight }.map(\.name)))
        let encoder = try #require(optimizer.parameters.first { $0.name.hasSuffix("layers.0.fc1.weight") })
        let first = encoder.value.floats()
        for step in 0..<150 {
            let (loss, gradients) = valueAndGradients {
                training.loss(batch, mode: .training(RandomSource(seed: 9).split(UInt64(step)))).sum
            }
            var sum = GradientSum(of: optimizer.parameters)
            sum.add(gradients, lossSum: Double(loss.scalar), targetCount: 11)
            optimizer.step(sum, factor: sum.factor(limitingNorm: sum.norm, to: 5), learningRate: 1e-3)
            let isUnchanged = encoder.value.floats() == first
            if step < 12 { #expect(isUnchanged == (step < 10), "step \(step)") }
        }
        #expect(training.loss(batch, mode: .inference).counts["character_error_rate"]?.count == 0)
    }

    @Test func configurationsOutOfRangeAreRefused() throws {
        let configuration = try #require(tuning.model as? WhisperCTCModel).configuration
        #expect(configuration.frameLimit == 200 && tuning.limits.longest == 2)
        let again = try JSONDecoder().decode(WhisperCTCConfiguration.self, from: configuration.json())
        #expect(again == configuration)
        for change in [
            { $0.modelType = "whisper" }, { $0.width = 0 }, { $0.heads = 3 }, { $0.vocabularySize = 1 },
            { $0.blank = 6 }, { $0.sourcePositions = 1_501 }, { $0.melBins = 0 }, { $0.layers = 257 },
        ] as [(inout WhisperCTCConfiguration) -> Void] {
            var changed = configuration
            change(&changed)
            #expect(throws: SpeechModelError.self) { try changed.validate() }
        }
    }
}
