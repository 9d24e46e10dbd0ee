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

struct ConformerParityTests {
    /// Of a batch of sequences of different lengths, each has the logits that it has alone.
    @Test(arguments: [false, true]) func logitsAreThoseOfPyTorchForEachSequenceAlone(isPacked: Bool) throws {
        let fixture = try ConformerFixture()
        if isPacked { fixture.store.packMatrices() }
        let features = try fixture.tensor("features")
        let output = fixture.model(features, lengths: ConformerFixture.lengths)
        let (time, classes) = (output.logits.shape[1], output.logits.shape[2])
        for (index, length) in ConformerFixture.lengths.enumerated() {
            let expected = try fixture.tensor("logits.\(index)")
            #expect(expected.shape == [output.lengths[index], classes])
            let found = slice(
                reshape(output.logits, [3 * time, classes]), index * time..<index * time + expected.shape[0])
            #expect(largestRelativeDifference(found.floats(), expected.floats()) < 1e-5)
            let own = slice(slice(features, index..<index + 1), axis: 1, range: 0..<length)
            let alone = fixture.model(own, lengths: [length])
            #expect(alone.logits.shape == [1, expected.shape[0], classes])
            #expect(largestRelativeDifference(alone.logits.floats(), expected.floats()) < 1e-5)
        }
    }

    @Test func aStepOfTrainingIsThatOfPyTorch() throws {
        let fixture = try ConformerFixture()
        let training = CTCTraining(
            fixture.model, tokenizer: try ConformerFixture.tokenizer(), parameters: fixture.store,
            intermediateWeight: 0.3)
        let batch = try fixture.batch()
        var updates = BufferUpdates()
        let (loss, gradients) = valueAndGradients {
            let loss = training.loss(batch, mode: .training(RandomSource(seed: 1)))
            #expect(loss.targetCount == 9 && loss.itemCount == 86)
            updates = loss.updates
            return loss.sum
        }
        let expected = try fixture.tensor("loss").scalar
        #expect(abs(loss.scalar - expected) < 1e-5 * expected)
        let weights = fixture.store.parameters.filter { $0.role == .weight }
        #expect(weights.count == fixture.expected.names.filter { $0.hasPrefix("gradient.") }.count)
        for parameter in weights {
            let expected = try fixture.tensor("gradient.\(parameter.name)").floats()
            let found = try #require(gradients[parameter], "\(parameter.name)")
            #expect(found.floats().contains { $0 != 0 }, "\(parameter.name)")
            #expect(largestRelativeDifference(found.floats(), expected) < 1e-4, "\(parameter.name)")
        }
        for buffer in fixture.store.parameters where buffer.role == .buffer {
            expectClose(
                updates.value(of: buffer), try fixture.tensor("after.\(buffer.name)"), relative: 1e-5, absolute: 1e-6)
        }
    }

    /// The texts that the best token of each frame spells, read and compared by hand.
    @Test func errorsAreThoseOfTheTextsOfGreedyDecoding() throws {
        let fixture = try ConformerFixture()
        let tokenizer = try ConformerFixture.tokenizer()
        let training = CTCTraining(fixture.model, tokenizer: tokenizer, parameters: fixture.store)
        let batch = try fixture.batch()
        func distance<Token: Equatable>(_ first: [Token], _ second: [Token]) -> Int {
            guard let a = first.first else { return second.count }
            guard let b = second.first else { return first.count }
            let (restOfFirst, restOfSecond) = (Array(first.dropFirst()), Array(second.dropFirst()))
            if a == b { return distance(restOfFirst, restOfSecond) }
            return 1
                + min(
                    distance(restOfFirst, second), distance(first, restOfSecond), distance(restOfFirst, restOfSecond))
        }
        func text(_ ids: [Int]) -> [Character] {
            Array(tokenizer.decode(ids).split(separator: " ").joined(separator: " "))
        }
        var (words, characters) = (BatchCount(0, of: 0), BatchCount(0, of: 0))
        for (index, target) in batch.targets.enumerated() {
            let logits = try fixture.tensor("logits.\(index)")
            let classes = logits.shape[1]
            var ids: [Int] = []
            var last = 0
            for frame in 0..<logits.shape[0] {
                let row = Array(logits.floats()[frame * classes..<(frame + 1) * classes])
                let best = row.firstIndex(of: row.max() ?? 0) ?? 0
                if best != 0, best != last { ids.append(best) }
                last = best
            }
            let (expected, found) = (text(target), text(ids))
            words.count += Double(distance(expected.split(separator: " "), found.split(separator: " ")))
            words.total += Double(expected.split(separator: " ").count)
            characters.count += Double(distance(expected, found))
            characters.total += Double(expected.count)
        }
        #expect(characters.count > 0)
        let counts = training.loss(batch, mode: .inference).counts
        #expect(counts == ["word_error_rate": words, "character_error_rate": characters])
        #expect(training.decisiveFigure == "word_error_rate")
    }

    /// With dropout a pass is a function of the random source.
    @Test func dropoutFollowsItsSource() throws {
        let fixture = try ConformerFixture()
        let training = CTCTraining(
            fixture.model, tokenizer: try ConformerFixture.tokenizer(), parameters: fixture.store, dropout: 0.2)
        let batch = try fixture.batch()
        func loss(_ seed: UInt64) -> Float {
            training.loss(batch, mode: .training(RandomSource(seed: seed))).sum.scalar
        }
        #expect(loss(1) == loss(1))
        #expect(loss(1) != loss(2))
    }

    /// A network from nothing learns one batch by heart, to no error.
    @Test func aBatchIsLearntByHeart() throws {
        var configuration = ConformerConfiguration(
            subsamplingChannels: 4, width: 32, layers: 2, heads: 2, feedForward: 64, taps: 7, vocabularySize: 6)
        configuration.melBins = 12
        configuration.intermediateLayers = [1]
        let store = ParameterStore(random: RandomSource(seed: 3))
        let model = try ConformerModel(configuration, in: store)
        let training = CTCTraining(
            model, tokenizer: try ConformerFixture.tokenizer(), parameters: store, dropout: 0.05)
        let batch = SpeechBatch(
            features: .random([3, 60, 12], seed: 5), lengths: [60, 41, 52],
            targets: [[2, 3, 3, 4, 2], [5, 2], [4, 4, 4, 3, 5, 2]])
        #expect(try #require(training.loss(batch, mode: .inference).counts["word_error_rate"]).count > 0)
        let optimizer = AdamW(
            ParameterGroup.decayingMatrices(store.parameters.filter { $0.role == .weight }),
            AdamW.Settings(weightDecay: 0))
        var trained: any Optimizer = optimizer
        for step in 0..<150 {
            let (loss, gradients) = valueAndGradients {
                let loss = training.loss(batch, mode: .training(RandomSource(seed: 9).split(UInt64(step))))
                loss.updates.apply()
                return loss.sum
            }
            var sum = GradientSum(of: trained.parameters)
            sum.add(gradients, lossSum: Double(loss.scalar), targetCount: 13)
            trained.step(sum, factor: sum.factor(limitingNorm: sum.norm, to: 5), learningRate: 3e-3)
        }
        let counts = training.loss(batch, mode: .inference).counts
        #expect(counts["word_error_rate"] == BatchCount(0, of: 3))
        // The spaces at the ends of texts are no characters of theirs.
        #expect(counts["character_error_rate"] == BatchCount(0, of: 3 + 1 + 5))
    }
}
