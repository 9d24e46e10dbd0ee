import Autograd
import Datasets
import Foundation
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing
import TextModels
import Tokenizers
import Training

@Suite struct LanguageModelTrainingTests {
    private static func model(seed: UInt64 = 3) throws -> (LlamaModel, ParameterStore) {
        var configuration = LlamaConfiguration(
            width: 16, feedForward: 24, layers: 2, heads: 2, vocabularySize: 40, positions: 12)
        configuration.tiesEmbedding = true
        let store = ParameterStore(random: RandomSource(seed: seed))
        return (try LlamaModel(configuration, in: store), store)
    }

    private static func batches(_ count: Int = 400) throws -> TokenBatches {
        let tokens = (0..<count).map { Int32($0 * $0 % 37) }
        return try TokenBatches(TokenCorpus(tokens: tokens), blockLength: 12, batchSize: 3, seed: 1)
    }

    @Test func theLossIsTheSumOverAllTargets() throws {
        let (model, store) = try Self.model()
        let batch = try Self.batches().batch(0, epoch: 0)
        let loss = LanguageModelTraining(model, parameters: store).loss(batch, mode: .inference)
        let shape: Shape = [batch.sequenceCount, batch.blockLength]
        let mean = model.loss(Tensor(batch.inputs, shape: shape), targets: Tensor(batch.targets, shape: shape))
        #expect(loss.targetCount == 36 && loss.itemCount == 36)
        #expect(abs(loss.sum.scalar - 36 * mean.scalar) < 1e-4 * loss.sum.scalar)
    }

    @Test func dropoutAndSmoothingAreForTrainingAlone() throws {
        let (model, store) = try Self.model()
        let batch = try Self.batches().batch(1, epoch: 0)
        let plain = LanguageModelTraining(model, parameters: store)
        let regular = LanguageModelTraining(model, parameters: store, dropout: 0.5, labelSmoothing: 0.2)
        let mode = Mode.training(RandomSource(seed: 5))
        #expect(regular.loss(batch, mode: .inference).sum.scalar == plain.loss(batch, mode: .inference).sum.scalar)
        #expect(regular.loss(batch, mode: mode).sum.scalar != plain.loss(batch, mode: mode).sum.scalar)
        #expect(regular.loss(batch, mode: mode).sum.scalar == regular.loss(batch, mode: mode).sum.scalar)
    }

    @Test func figuresFollowFromTheLoss() throws {
        let (model, store) = try Self.model()
        let figures = LanguageModelTraining(model, parameters: store, bytesPerToken: 4).figures(validationLoss: 2)
        #expect(abs((figures["perplexity"] ?? 0) - exp(2)) < 1e-12)
        #expect(abs((figures["bits_per_byte"] ?? 0) - 2 / log(2) / 4) < 1e-12)
        let without = LanguageModelTraining(model, parameters: store).figures(validationLoss: 1e6)
        #expect(Array(without.keys) == ["perplexity"] && without.values.allSatisfy(\.isFinite))
    }

    /// A few sequences are learnt by heart: every parameter gets a gradient that leads down.
    @Test func aSmallTextIsLearntByHeart() throws {
        let (model, store) = try Self.model()
        var settings = TrainingSettings()
        settings.maximumSteps = 200
        settings.overfitsOneBatch = true
        settings.schedule = .init(.constant, peak: 0.02, warmUpSteps: 10)
        var trainer = try Trainer(
            LanguageModelTraining(model, parameters: store), data: Self.batches(), validation: nil, settings: settings)
        let first = try trainer.tryStep().loss
        var last = first
        for _ in 0..<199 { last = try trainer.tryStep().loss }
        #expect(first > 3 && last < 0.1, "\(first) \(last)")
    }

    /// In a process of its own, where nobody else allocates: gradients, optimizer and dropout give back what they took.
    @Test func stepsKeepNoMemory() async {
        await #expect(processExitsWith: .success) {
            let (model, store) = try LanguageModelTrainingTests.model()
            var settings = TrainingSettings()
            settings.maximumSteps = 100
            settings.accumulation = 2
            settings.averageDecay = 0.9
            var trainer = try Trainer(
                LanguageModelTraining(model, parameters: store, dropout: 0.1),
                data: LanguageModelTrainingTests.batches(), validation: nil, settings: settings)
            for _ in 0..<2 { _ = try trainer.tryStep() }
            let before = BufferPool.shared.statistics.live
            for _ in 0..<20 { _ = try trainer.tryStep() }
            precondition(BufferPool.shared.statistics.live == before, "a training step keeps memory")
        }
    }

    @Test func tokenizersAreLearntOrTaken() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "the sea, the king; ", count: 40)
        let corpus = try TextCorpus(paths: [folder.write(text, to: "a.txt")])
        for (source, size) in [(TrainingTokenizer.Source.bpe, 270), (.bytes, 257)] {
            let trained = try TrainingTokenizer(source, corpus: corpus, vocabularySize: 270)
            #expect(trained.tokenizer.vocabularySize <= size && trained.endOfText == 0)
            for (name, contents) in trained.files { try folder.write(contents, to: "model/\(name)") }
            let taken = try TrainingTokenizer(
                TrainingTokenizer.Source(folder.path("model")), corpus: corpus, vocabularySize: 1)
            #expect(try taken.tokenizer.encode(text) == trained.tokenizer.encode(text))
            #expect(taken.files == trained.files && taken.endOfText == trained.endOfText)
            let tokens = try TokenCorpus(corpus, endOfText: 0, encode: { try trained.tokenizer.encode($0) })
            let batches = try TokenBatches(tokens, blockLength: 8, batchSize: 2, seed: nil)
            // All but the first token's bytes, and those beyond the last block.
            let bytes = try trained.tokenizer.bytesPerTarget(of: batches) * Double(batches.blockCount * 8)
            #expect(bytes <= Double(text.utf8.count) && bytes > Double(text.utf8.count) * 0.9)
        }
        let characters = try TrainingTokenizer(.characters, corpus: corpus, vocabularySize: 1)
        #expect(characters.tokenizer.vocabularySize < 20)
    }
}
