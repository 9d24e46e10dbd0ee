import Autograd
import Checkpoints
import Decoding
import Foundation
import Kernels
import Parameters
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import TextModels

/// Models in GGUF files by the Python package `gguf`, against `transformers` and llama.cpp
/// (`Tests/Reference/gguf_fixtures.py`).
@Suite struct GGUFModelTests {
    private static func file(_ name: String) -> URL { Repository.file("Tests/Fixtures/gguf/\(name)") }

    private struct Expected: Decodable {
        struct Text: Decodable {
            let text: String
            let ids: [Int]
        }

        let greedy: [Text]
        let end: Int
    }

    /// A source that hides that it holds blocks.
    private struct Dense: TensorSource {
        let source: any TensorSource
        var names: [String] { source.names }
        func shape(of name: String) -> Shape? { source.shape(of: name) }
        func tensor(named name: String) throws -> Tensor? { try source.tensor(named: name) }
    }

    private func model(_ folder: ModelFolder, dense: Bool = false) throws -> (model: LlamaModel, store: ParameterStore)
    {
        let configuration = try #require(LanguageModelArchitecture.configuration(of: folder) as? LlamaConfiguration)
        let weights = try folder.openWeights()
        let store = ParameterStore(reading: dense ? Dense(source: weights) : weights)
        return (try LlamaModel(configuration, in: store), store)
    }

    @Test(arguments: KernelLevel.supported)
    func logitsAreThoseOfTransformers(level: KernelLevel) throws {
        let (model, store) = try model(ModelFolder(Self.file("tiny.gguf")))
        let blocks = Dictionary(
            uniqueKeysWithValues: store.parameters.map { ($0.name, $0.weight.quantized?.blockType) })
        #expect(blocks["model.layers.0.self_attn.q_proj.weight"] == .q41)
        #expect(blocks["model.layers.1.mlp.down_proj.weight"] == .q6K)
        #expect(blocks["model.embed_tokens.weight"] == .q80)
        let expected = try #require(
            try SafetensorsFile(path: Self.file("tiny.safetensors").path).tensor(named: "logits"))
        KernelLevel.force(level) {
            let all = model.logits(
                model(Tensor((3..<27).map { Int32($0) }, shape: [1, 24]), mode: .inference, dropout: 0))
            #expect(largestRelativeDifference(all.floats(), expected.floats()) < 1e-4)
            // Token by token, where products read blocks instead of panels.
            let past = model.makePast(sequences: 1, positions: 24)
            let single = (3..<27).flatMap { token in
                model.logits(model(Tensor([Int32(token)], shape: [1, 1]), extending: past)).floats()
            }
            #expect(largestRelativeDifference(single, expected.floats()) < 1e-4)
        }
    }

    @Test(arguments: ["gemma", "gemma2", "gemma3", "gpt2", "qwen2", "qwen3"])
    func everyArchitectureGivesTheLogitsOfTransformers(name: String) throws {
        let folder = try ModelFolder(Self.file("\(name).gguf"))
        let store = ParameterStore(reading: try folder.openWeights())
        let model = try LanguageModelArchitecture.configuration(of: folder).makeModel(in: store)
        let expected = try #require(
            try SafetensorsFile(path: Self.file("architectures.safetensors").path).tensor(named: name))
        let logits = model.logits(
            model(Tensor((3..<27).map { Int32($0) }, shape: [1, 24]), mode: .inference, dropout: 0))
        #expect(largestRelativeDifference(logits.floats(), expected.floats()) < 1e-4)
    }

    @Test func gradientsFlowThroughTheDenseForm() throws {
        let folder = try ModelFolder(Self.file("tiny.gguf"))
        let tokens = Tensor((3..<27).map { Int32($0) }, shape: [1, 24])
        func gradient(dense: Bool) throws -> [Float] {
            let (model, store) = try model(folder, dense: dense)
            let parameter = try #require(
                store.parameters.first { $0.name == "model.layers.0.mlp.up_proj.weight" })
            let (_, gradients) = valueAndGradients {
                sum(model.logits(model(tokens, mode: .inference, dropout: 0)))
            }
            return try #require(gradients[parameter]).floats()
        }
        #expect(try largestRelativeDifference(gradient(dense: false), gradient(dense: true)) < 1e-5)
    }

    @Test func greedyTextsAreThoseOfTransformers() async throws {
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: Self.file("tiny.json")))
        let generator = try Generator(ModelFolder(Self.file("tiny.gguf")))
        #expect(generator.model.endTokens == [expected.end] && generator.model.configuration.context == 64)
        var options = GenerationOptions()
        options.sampling.temperature = 0
        options.maximumCount = 12
        for text in expected.greedy {
            for try await event in generator.generate(text.text, options: options) {
                if case .finished(let generation) = event { #expect(generation.tokens == text.ids) }
            }
        }
    }

    /// What a tensor will be is told without making it.
    @Test(arguments: ["tiny", "sentencepiece", "gemma", "gemma2", "gemma3", "gpt2", "qwen2", "qwen3"])
    func typesAreThoseOfTheTensors(name: String) throws {
        let weights = try ModelFolder(Self.file("\(name).gguf")).openWeights()
        for name in weights.names {
            let tensor = try #require(try weights.tensor(named: name))
            #expect(try weights.elementType(of: name) == tensor.elementType && weights.shape(of: name) == tensor.shape)
        }
        #expect(try weights.elementType(of: "nothing") == nil)
    }

    @Test func aFolderWithOneFileIsAModel() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(at: Self.file("tiny.gguf"), to: folder.url.appending(path: "a.gguf"))
        let model = try ModelFolder(folder.url)
        #expect(model.layout == .gguf(fileName: "a.gguf"))
        #expect(try loadTokenizer(at: folder.url).vocabularySize == 701)
        let settings = try #require(
            try model.decode([String: ConfigurationValue].self, from: "tokenizer_config.json"))
        #expect(
            settings["chat_template"] == .text("{% for message in messages %}{{ message['content'] }}{% endfor %}"))
        #expect(settings["bos_token"] == .text("<|endoftext|>"))
    }

    @Test func sentencePieceIdsAreThoseOfLlamaCpp() throws {
        struct Texts: Decodable {
            let texts: [String]
            let ids: [[Int]]
        }
        let expected = try JSONDecoder().decode(Texts.self, from: Data(contentsOf: Self.file("sentencepiece.json")))
        let tokenizer = try loadTokenizer(at: Self.file("sentencepiece.gguf"))
        #expect(expected.texts.count > 200)
        for (text, ids) in zip(expected.texts, expected.ids) {
            #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
        #expect(try tokenizer.frame() == TokenFrame(prefix: [1]))
        #expect(tokenizer.decode(try tokenizer.encode("a b")) == "a b")
    }

    @Test func unknownTokenizersAreNamedWithTheWayRound() {
        var vocabulary = GGUFVocabulary(model: "gpt2", tokens: ["a", "b"])
        vocabulary.preTokenizer = "unheard-of"
        #expect {
            _ = try loadTokenizer(gguf: vocabulary, file: "m.gguf")
        } throws: { error in
            "\(error)".contains("\"unheard-of\"") && "\(error)".contains("use the model's Hugging Face folder")
        }
        vocabulary = GGUFVocabulary(model: "bert", tokens: ["a"])
        #expect(
            throws: TokenizerError(
                file: "m.gguf",
                .unknownInGGUF(setting: "tokenizer.ggml.model", value: "bert", known: "gpt2, llama"))
        ) { _ = try loadTokenizer(gguf: vocabulary, file: "m.gguf") }
    }

    // MARK: A real model

    /// Where the Python package brought it; a hub has other weights.
    private static let smolLM2: ModelFolder? = {
        guard let folder = try? ModelFolder(FetchedModel.folder("smollm2-135m-instruct")),
            case .gguf = folder.layout
        else { return nil }
        return folder
    }()

    private static let prompts = [
        ("The three primary colours are", 5),
        ("<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n", 16),
    ]
    /// By `transformers`, from the same weights dequantized.
    private static let continuations = [
        [
            260, 3003, 14797, 282, 260, 1205, 3323, 42, 2382, 28, 4461, 28, 284, 5724, 30, 1216, 359, 260, 805, 1296,
            4683,
            338, 1822, 6099,
        ],
        [504, 3575, 282, 4649, 314, 7042, 30],
    ]

    @Test(.enabled(if: smolLM2 != nil, "the GGUF file of smollm2-135m-instruct is not here"))
    func smolLM2WritesWhatTransformersWrites() async throws {
        let generator = try Generator(#require(Self.smolLM2))
        var options = GenerationOptions()
        options.sampling.temperature = 0
        options.maximumCount = 24
        for ((prompt, count), continuation) in zip(Self.prompts, Self.continuations) {
            #expect(try generator.model.tokenizer.encode(prompt).count == count)
            for try await event in generator.generate(prompt, options: options) {
                if case .finished(let generation) = event { #expect(generation.tokens == continuation) }
            }
        }
    }

    @Test(.enabled(if: smolLM2 != nil, "the GGUF file of smollm2-135m-instruct is not here"))
    func blocksGiveWhatTheirDenseFormGives() throws {
        let folder = try #require(Self.smolLM2)
        let tokens = Tensor([504, 1296, 3003, 14_797, 359] as [Int32], shape: [1, 5])
        let logits = try [false, true].map { dense -> [Float] in
            let model = try model(folder, dense: dense).model
            return model.logits(model(tokens, mode: .inference, dropout: 0)).floats()
        }
        #expect(largestRelativeDifference(logits[0], logits[1]) < 1e-4)
    }
}
