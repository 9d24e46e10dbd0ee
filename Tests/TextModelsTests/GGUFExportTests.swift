import Autograd
import Checkpoints
import Datasets
import Foundation
import Kernels
import Parameters
import Tensors
import TestKit
import Testing
import Tokenizers
import Training

@testable import TextModels

/// Models on their way into a GGUF file and back.
@Suite struct GGUFExportTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    /// Rows of 64 are whole blocks, those of 48 are not.
    private static let configurations: [any LanguageModelConfiguration] =
        LlamaFamily.allCases.map { family in
            var configuration = LlamaConfiguration(
                family, width: 64, feedForward: 48, layers: 2, heads: 4, keyHeads: 2, headWidth: 16,
                vocabularySize: 260, positions: 64)
            configuration.slidingWindow = [.gemma2, .gemma3].contains(family) ? 32 : nil
            configuration.localRotaryBase = family == .gemma3 ? 10_000 : nil
            configuration.attentionSoftCap = family == .gemma2 ? 20 : nil
            configuration.logitSoftCap = family == .gemma2 ? 10 : nil
            configuration.hasAttentionBias = family == .llama
            configuration.hasFeedForwardBias = family == .llama
            configuration.tiesEmbedding = family.isGemma
            configuration.initialDeviation = 0.3
            configuration.beginToken = 256
            configuration.endTokens = [256, 7]
            return configuration
        } + [gpt2]

    private static let gpt2: GPT2Configuration = {
        var configuration = GPT2Configuration(width: 64, layers: 2, heads: 4, vocabularySize: 260, positions: 64)
        configuration.initialDeviation = 0.3
        return configuration
    }()

    /// Writes a model with random weights, biases and norms included, and a tokenizer of bytes.
    private func write(_ configuration: any LanguageModelConfiguration) throws -> ModelFolder {
        let store = ParameterStore(random: RandomSource(seed: 4))
        let model = try configuration.makeModel(in: store)
        let corpus = try TextCorpus(paths: [temporary.write("some text", to: "text.txt")])
        let files = try model.files(tokenizer: TrainingTokenizer(.bytes, corpus: corpus, vocabularySize: 1))
        var random = RandomSource(seed: 5)
        let values = Dictionary(
            uniqueKeysWithValues: store.parameters.map { parameter in
                let noise = (0..<parameter.shape.elementCount).map { _ in Float.random(in: -0.25...0.25, using: &random)
                }
                // Steps of 1/64 stay what they are in sixteen bits, and when 1 is added.
                let sum = zip(parameter.value.floats(), noise).map { (($0 + $1) * 64).rounded() / 64 }
                return (parameter.name, Tensor(sum, shape: parameter.shape))
            })
        return try ModelFolder.save(
            to: temporary.url.appendingPathComponent("model"), configuration: files.configuration,
            weights: store.parameters.map { .init(name: $0.name, shape: $0.shape, elementType: .float32) },
            otherFiles: files.others, tensor: { name in try #require(values[name]) })
    }

    private func export(_ folder: ModelFolder, _ type: GGUFTensorType?, to name: String = "model.gguf") throws
        -> ModelFolder
    {
        try GGUFExport(folder).write(as: type, name: "model", to: temporary.path(name))
        return try ModelFolder(temporary.url.appendingPathComponent(name))
    }

    private static let tokens = Tensor((3..<43).map { Int32($0) }, shape: [1, 40])

    private static func logits(_ folder: ModelFolder, _ weights: (any TensorSource)? = nil) throws -> [Float] {
        let model = try LanguageModelArchitecture.configuration(of: folder)
            .makeModel(in: ParameterStore(reading: weights ?? folder.openWeights()))
        return model.logits(model(tokens, mode: .inference, dropout: 0)).floats()
    }

    @Test(arguments: configurations.indices)
    func aFileOfFloatsIsTheModel(index: Int) throws {
        let configuration = Self.configurations[index]
        let folder = try write(configuration)
        let file = try export(folder, .float32)
        let (stored, original) = (try file.openWeights(), try folder.openWeights())
        #expect(stored.names.sorted() == original.names.sorted())
        for name in original.names {
            #expect(try stored.tensor(named: name)?.floats() == original.tensor(named: name)?.floats(), "\(name)")
            #expect(stored.shape(of: name) == original.shape(of: name))
        }
        #expect(try Self.logits(file) == Self.logits(folder))
        let (there, here) = (try LanguageModel(file), try LanguageModel(folder))
        #expect(there.endTokens == here.endTokens && there.configuration.beginToken == here.configuration.beginToken)
        #expect(there.configuration.context == here.configuration.context)
        #expect(there.configuration.parameterCount == here.configuration.parameterCount)
        let text = "Größen, 12\n\n <|endoftext|>!"
        #expect(try there.tokenizer.encodeFramed(text) == here.tokenizer.encodeFramed(text))
    }

    /// Matrices are of the type, vectors float32; rows of broken blocks are float16, the tables of Q4_0 files Q8_0.
    @Test(arguments: [
        GGUFTensorType.float32, .float16, .bfloat16, .blocks(.q80), .blocks(.q40),
    ])
    func everyTypeHoldsWhatItCan(type: GGUFTensorType) throws {
        let folder = try write(Self.configurations[0])
        let file = try export(folder, type)
        let gguf = try GGUFFile(path: file.path)
        func isStored(_ name: String, _ expected: GGUFTensorType) -> Bool {
            gguf.storedTensor(named: name)?.type == expected
        }
        #expect(isStored("blk.0.attn_q.weight", type) && isStored("blk.1.ffn_up.weight", type))
        #expect(isStored("blk.0.attn_norm.weight", .float32) && isStored("blk.0.attn_q.bias", .float32))
        let isBlocks = if case .blocks = type { true } else { false }
        #expect(isStored("blk.0.ffn_down.weight", isBlocks ? .float16 : type))
        #expect(isStored("token_embd.weight", type == .blocks(.q40) ? .blocks(.q80) : type))
        let (stored, original) = (try file.openWeights(), try folder.openWeights())
        for name in original.names {
            let (found, tensor) = (
                try #require(try stored.tensor(named: name)), try #require(try original.tensor(named: name))
            )
            let expected =
                switch gguf.storedTensor(named: Self.storedName(name))?.type {
                case .float32, nil: tensor
                case .float16: tensor.converted(to: .float16)
                case .bfloat16: tensor.converted(to: .bfloat16)
                case .blocks(let blocks): Self.throughBlocks(tensor, blocks)
                }
            #expect(found.floats() == expected.floats(), "\(name)")
        }
    }

    private static func storedName(_ name: String) -> String {
        let parts = name.split(separator: ".")
        guard parts.count > 3 else {
            return ["model.embed_tokens.weight": "token_embd.weight", "lm_head.weight": "output.weight"][name] ?? name
        }
        let inner = [
            "q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output", "up_proj": "ffn_up",
            "gate_proj": "ffn_gate", "down_proj": "ffn_down",
        ][String(parts[parts.count - 2])]
        return inner.map { "blk.\(parts[2]).\($0).\(parts[parts.count - 1])" } ?? name
    }

    private static func throughBlocks(_ tensor: Tensor, _ type: BlockType) -> Tensor {
        Tensor(
            shape: tensor.shape,
            initializingFloats: { result in
                tensor.withFloats {
                    QuantizedMatrix(quantizing: $0, outputs: tensor.shape[0], inputs: tensor.shape[1], as: type)
                        .dequantize(into: result)
                }
            })
    }

    @Test func withoutATypeEachMatrixKeepsItsOwn() throws {
        let folder = try write(Self.configurations[0]).export(
            to: temporary.url.appendingPathComponent("half"), elementType: .bfloat16)
        let file = try GGUFFile(path: export(folder, nil).path)
        #expect(file.storedTensor(named: "blk.0.attn_q.weight")?.type == .bfloat16)
        #expect(file.storedTensor(named: "blk.0.attn_norm.weight")?.type == .float32)
        guard case .integer(32) = file.value(of: "general.file_type") else {
            Issue.record("another type of file")
            return
        }
    }

    @Test(arguments: ["tiny", "sentencepiece"])
    func aFileOfBlocksBecomesOneOfFloats(name: String) throws {
        let original = try ModelFolder(Repository.file("Tests/Fixtures/gguf/\(name).gguf"))
        let file = try export(original, .float32)
        #expect(largestRelativeDifference(try Self.logits(file), try Self.logits(original)) < 1e-5)
        let (before, after) = (try GGUFFile(path: original.path), try GGUFFile(path: file.path))
        for (key, value) in before.metadata where key.hasPrefix("tokenizer.") {
            #expect("\(after.value(of: key).map(Self.comparable) ?? "missing")" == Self.comparable(value), "\(key)")
        }
    }

    private static func comparable(_ value: GGUFValue) -> String {
        guard case .array(let array) = value else { return "\(value)" }
        // Their errors would show as another text.
        return "\((try? array.texts()) ?? (try? array.numbers().map { "\($0)" }) ?? [])"
    }

    @Test func anAdapterBecomesPartOfTheFile() throws {
        let folder = try write(Self.configurations[0])
        var settings = LowRankSettings(rank: 4, targets: .allLinear)
        settings.alpha = 8
        let weights = try folder.openWeights()
        var factors: [String: Tensor] = [:]
        for name in weights.names where name.hasSuffix("_proj.weight") {
            let shape = try #require(weights.shape(of: name))
            let path = String(name.dropLast(".weight".count))
            let (down, up) = ("base_model.model.\(path).lora_A.weight", "base_model.model.\(path).lora_B.weight")
            var random = RandomSource(seed: UInt64(factors.count))
            func factor(_ shape: Shape) -> Tensor {
                Tensor((0..<shape.elementCount).map { _ in Float.random(in: -0.2...0.2, using: &random) }, shape: shape)
            }
            factors[down] = factor([4, shape[1]])
            factors[up] = factor([shape[0], 4])
        }
        try SafetensorsWriter.write(factors, to: temporary.path("factors.safetensors"))
        let merged = try MergedWeights(
            weights, adding: SafetensorsFile(path: temporary.path("factors.safetensors")), settings)
        try GGUFExport(folder, weights: merged).write(as: .float32, name: "m", to: temporary.path("merged.gguf"))
        let file = try ModelFolder(temporary.url.appendingPathComponent("merged.gguf"))
        #expect(try Self.logits(file) == Self.logits(folder, merged))
        #expect(try Self.logits(file) != Self.logits(folder))
    }

    @Test(arguments: ["tiny", "sentencepiece"])
    func theTokenizerOfAFileBecomesTheOneOfAFolder(name: String) throws {
        let file = try ModelFolder(Repository.file("Tests/Fixtures/gguf/\(name).gguf"))
        let json = try #require(try file.derivedTokenizerJSON())
        let folder = try file.export(
            to: temporary.url.appendingPathComponent("folder"), adding: ["tokenizer.json": json])
        let (there, here) = (try loadTokenizer(of: file), try loadTokenizer(of: folder))
        #expect(here.vocabularySize == there.vocabularySize && here.addedTokens == there.addedTokens)
        #expect(try here.frame() == there.frame())
        for text in ["", "the", "  There was\n\n once", "Größen 123 你好 🙂", "<s><|endoftext|> "] {
            #expect(try here.encode(text) == there.encode(text), "\(text)")
        }
        #expect(try ModelFolder(folder.url).derivedTokenizerJSON() == nil)
        #expect(largestRelativeDifference(try Self.logits(folder), try Self.logits(file)) < 1e-5)
    }

    @Test func whatAFileCannotSayIsRefusedByName() throws {
        func refused(_ key: String, _ family: LlamaFamily, _ change: (inout LlamaConfiguration) -> Void) throws {
            var configuration = LlamaConfiguration(
                family, width: 16, feedForward: 24, layers: 2, heads: 4, keyHeads: 2, headWidth: 6,
                vocabularySize: 257, positions: 32)
            change(&configuration)
            #expect {
                try GGUFDescription(configuration, file: "model")
            } throws: { error in
                if case .notForGGUF("model", key, _, _) = error as? TextModelError { true } else { false }
            }
        }
        try refused("rope_scaling.rope_type", .llama) { $0.rotaryScaling = .dynamic(factor: 2) }
        try refused("use_sliding_window", .qwen2) { $0.slidingWindow = 8 }
        try refused("attention_bias", .qwen3) { $0.hasAttentionBias = true }
        try refused("rope_local_base_freq", .gemma3) { ($0.slidingWindow, $0.localRotaryBase) = (8, 100) }
        try refused("query_pre_attn_scalar", .gemma2) { $0.attentionDivisor = 64 }
        try refused("layer_types", .gemma2) { ($0.slidingWindow, $0.slidingLayers) = (8, [true, true]) }
        try refused("rope_scaling.low_freq_factor, high_freq_factor, original_max_position_embeddings", .llama) {
            $0.rotaryScaling = .llama3(
                factor: 8, lowFrequencyFactor: 2, highFrequencyFactor: 4, originalPositions: 8192)
        }
        try refused("rope_scaling.attention_factor", .qwen2) {
            $0.rotaryScaling = .yarn(.init(factor: 4, originalPositions: 16, attentionFactor: 1))
        }
        var gpt2 = Self.gpt2
        gpt2.activation = .relu
        #expect(throws: TextModelError.self) { try GGUFDescription(gpt2, file: "model") }
    }

    @Test(arguments: [
        RotaryScaling.linear(factor: 4),
        .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8192),
        .yarn(.init(factor: 4, originalPositions: 16, attentionFactor: 0.1 * naturalLogarithm(4) + 1)),
    ])
    func stretchedPositionsComeAlong(scaling: RotaryScaling) throws {
        var configuration = try #require(Self.configurations[0] as? LlamaConfiguration)
        configuration.rotaryScaling = scaling
        configuration.rotaryBase = 500_000
        let folder = try write(configuration)
        let file = try export(folder, .float32)
        #expect(largestRelativeDifference(try Self.logits(file), try Self.logits(folder)) < 1e-5)
    }

    @Test func aCharacterTokenizerIsRefused() throws {
        let folder = try write(Self.gpt2)
        let json = #"{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]},"decoder":{"type":"Fuse"}}"#
        try Data(json.utf8).write(to: folder.url.appendingPathComponent("tokenizer.json"))
        #expect {
            _ = try GGUFExport(ModelFolder(folder.url))
        } throws: { error in
            "\(error)".contains("pre_tokenizer") && "\(error)".contains("export the model as a Hugging Face folder")
        }
    }
}
