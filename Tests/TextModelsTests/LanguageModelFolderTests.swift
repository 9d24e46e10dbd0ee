import Autograd
import Checkpoints
import Datasets
import Decoding
import Foundation
import Kernels
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing
import Tokenizers
import Training

@testable import TextModels

/// Models of every architecture made from nothing: trained, written to a folder, opened, asked for a text.
struct LanguageModelFolderTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    static let configurations: [any LanguageModelConfiguration] =
        LlamaFamily.allCases.map { family in
            var configuration = LlamaConfiguration(
                family, width: 16, feedForward: 24, layers: 2, heads: 4, keyHeads: 2, headWidth: 6,
                vocabularySize: 257, positions: 32)
            configuration.slidingWindow = [.mistral, .qwen2, .gemma2, .gemma3].contains(family) ? 5 : nil
            configuration.localRotaryBase = family == .gemma3 ? 100 : nil
            configuration.attentionSoftCap = family == .gemma2 ? 20 : nil
            configuration.initialDeviation = 0.3
            return configuration
        } + [gpt2]

    private static let gpt2: GPT2Configuration = {
        var configuration = GPT2Configuration(width: 16, layers: 2, heads: 2, vocabularySize: 257, positions: 32)
        configuration.initialDeviation = 0.3
        return configuration
    }()

    /// Writes a model with random weights to the folder `name`.
    private func write(_ configuration: any LanguageModelConfiguration, to name: String) throws -> ModelFolder {
        let store = ParameterStore(random: RandomSource(seed: 4))
        let model = try configuration.makeModel(in: store)
        let corpus = try TextCorpus(paths: [temporary.write("some text", to: "text.txt")])
        let files = try model.files(tokenizer: TrainingTokenizer(.bytes, corpus: corpus, vocabularySize: 1))
        let values = Dictionary(uniqueKeysWithValues: store.parameters.map { ($0.name, $0.value) })
        return try ModelFolder.save(
            to: temporary.url.appendingPathComponent(name), configuration: files.configuration,
            weights: store.parameters.map { .init(name: $0.name, shape: $0.shape, elementType: .float32) },
            otherFiles: files.others, tensor: { name in try #require(values[name]) })
    }

    /// The same model in three files with an index.
    private func shard(_ folder: ModelFolder, as name: String) throws -> ModelFolder {
        let target = temporary.url.appendingPathComponent(name)
        try FileManager.default.copyItem(at: folder.url, to: target)
        try FileManager.default.removeItem(at: target.appendingPathComponent("model.safetensors"))
        let weights = try folder.openWeights()
        var map: [String: String] = [:]
        for shard in 0..<3 {
            let file = "model-0000\(shard + 1)-of-00003.safetensors"
            var tensors: [String: Tensor] = [:]
            for (index, name) in weights.names.sorted().enumerated() where index % 3 == shard {
                tensors[name] = try weights.tensor(named: name)
                map[name] = file
            }
            try SafetensorsWriter.write(tensors, to: target.appendingPathComponent(file).path)
        }
        let index: [String: Any] = ["metadata": ["total_size": 1], "weight_map": map]
        try JSONSerialization.data(withJSONObject: index)
            .write(to: target.appendingPathComponent("model.safetensors.index.json"))
        return try ModelFolder(target)
    }

    private func tokens(_ folder: ModelFolder) async throws -> [Int] {
        var options = GenerationOptions()
        options.sampling.temperature = 0
        options.maximumCount = 20
        options.stopsAtEndToken = false
        for try await event in Generator(try LanguageModel(folder)).generate("Once", options: options) {
            if case .finished(let generation) = event { return generation.tokens }
        }
        throw CancellationError()
    }

    @Test(arguments: configurations.indices)
    func aFolderThatWasWrittenWritesText(index: Int) async throws {
        let configuration = Self.configurations[index]
        let whole = try write(configuration, to: "whole")
        let model = try LanguageModel(whole)
        #expect(try model.configuration.json() == configuration.json())
        #expect(model.configuration.modelType == configuration.modelType)
        let written = try await tokens(whole)
        #expect(written.count == 20)
        #expect(try await tokens(shard(whole, as: "shards")) == written)
        let score = try TextScorer(model, window: 8, stride: 3).score("Once upon a time there was a king")
        #expect(try #require(score.perplexity) > 1 && score.tokenCount > 25)
    }

    @Test func aMissingShardIsNamed() throws {
        let folder = try shard(write(Self.gpt2, to: "whole"), as: "shards")
        let file = folder.url.appendingPathComponent("model-00002-of-00003.safetensors")
        try FileManager.default.removeItem(at: file)
        let error = #expect(throws: (any Error).self) { try LanguageModel(folder) }
        #expect("\(try #require(error))".contains("model-00002-of-00003.safetensors"))
    }

    /// GPT-2's oldest layout is written as the later one, without the masks of attention.
    @Test func anOldFolderIsExportedAsALaterOne() throws {
        let fixture = try LanguageModelFixture("gpt2-bare")
        let stored = try SafetensorsFile(path: fixture.folder.url.appendingPathComponent("model.safetensors").path)
        #expect(stored.names.contains("h.1.attn.bias") && stored.names.contains("h.1.attn.masked_bias"))
        let exported = try fixture.folder.export(to: temporary.url.appendingPathComponent("exported"))
        let written = try SafetensorsFile(path: exported.url.appendingPathComponent("model.safetensors").path)
        #expect(Set(written.names) == Set(fixture.store.parameters.map(\.name)))
        #expect(
            written.names.contains("transformer.h.1.attn.c_attn.weight") && written.names.contains("lm_head.weight"))
        let model = try LanguageModelArchitecture.configuration(of: exported)
            .makeModel(in: ParameterStore(reading: exported.openWeights()))
        let tokens = try fixture.tokens().inputs
        #expect(model.logits(model(tokens)).floats() == fixture.model.logits(fixture.model(tokens)).floats())
    }

    /// Every parameter gets a gradient that leads down.
    @Test(arguments: configurations.indices)
    func aSmallTextIsLearntByHeart(index: Int) throws {
        let store = ParameterStore(random: RandomSource(seed: 3))
        let model = try Self.configurations[index].makeModel(in: store)
        let tokens = (0..<400).map { Int32($0 * $0 % 37) }
        let batches = try TokenBatches(TokenCorpus(tokens: tokens), blockLength: 12, batchSize: 3, seed: 1)
        let batch = batches.batch(0, epoch: 0)
        let training = LanguageModelTraining(model, parameters: store)
        let (_, gradients) = valueAndGradients { training.loss(batch, mode: .inference).sum }
        for parameter in store.parameters {
            let gradient = try #require(gradients[parameter], "\(parameter.name)")
            #expect(gradient.floats().contains { $0 != 0 }, "\(parameter.name)")
        }
        var settings = TrainingSettings()
        settings.maximumSteps = 200
        settings.overfitsOneBatch = true
        settings.schedule = .init(.constant, peak: 0.02, warmUpSteps: 10)
        var trainer = try Trainer(training, data: batches, validation: nil, settings: settings)
        let first = try trainer.tryStep().loss
        var last = first
        for _ in 0..<199 { last = try trainer.tryStep().loss }
        #expect(first > 3 && last < 0.3, "\(first) \(last)")
    }
}
