import Checkpoints
import Foundation
import Kernels
import Parameters
import Tensors
import TestKit
import Testing

/// Folders that CTranslate2's own converter made of one tiny random Whisper, against that Whisper.
@Suite struct CTranslate2WhisperTests {
    private func open(_ variant: String) throws -> CTranslate2Whisper {
        try CTranslate2Whisper(path: fixture("ctranslate2-\(variant)/model.bin").path)
    }

    private func original() throws -> SafetensorsFile {
        try SafetensorsFile(path: fixture("huggingface/model.safetensors").path)
    }

    @Test(
        "names and shapes are those of Hugging Face",
        arguments: ["float32", "float16", "bfloat16", "int8", "int8_float16", "int16"])
    func names(variant: String) throws {
        let model = try open(variant)
        let original = try original()
        #expect(model.names == original.names.sorted())
        for name in model.names { #expect(model.shape(of: name) == original.shape(of: name)) }
        #expect(model.shape(of: "proj_out.weight") == nil)
        #expect(try model.tensor(named: "proj_out.weight") == nil)
    }

    @Test("floating-point weights are the original's", arguments: [ElementType.float32, .float16, .bfloat16])
    func floatingPoint(type: ElementType) throws {
        let model = try open("\(type)")
        let original = try original()
        for name in model.names {
            let tensor = try #require(try model.tensor(named: name))
            let expected = try #require(try original.tensor(named: name)).converted(to: type)
            #expect(tensor.elementType == type)
            #expect(tensor.floats() == expected.floats(), "\(name)")
        }
    }

    /// CTranslate2's names for quantized matrices, where one is one of Hugging Face's.
    private let quantized = [
        "decoder/embeddings/weight": "model.decoder.embed_tokens.weight",
        "encoder/layer_1/ffn/linear_0/weight": "model.encoder.layers.1.fc1.weight",
        "encoder/layer_1/ffn/linear_1/weight": "model.encoder.layers.1.fc2.weight",
        "decoder/layer_0/attention/linear_0/weight": "model.decoder.layers.0.encoder_attn.q_proj.weight",
        "decoder/layer_0/attention/linear_2/weight": "model.decoder.layers.0.encoder_attn.out_proj.weight",
        "encoder/conv1/weight": "model.encoder.conv1.weight",
        "encoder/conv2/weight": "model.encoder.conv2.weight",
    ]

    @Test("integer weights are multiplied out as NumPy does it", arguments: ["int8", "int8_float16", "int16"])
    func quantized(variant: String) throws {
        let model = try open(variant)
        let expected = try SafetensorsFile(path: fixture("ctranslate2-\(variant)/expected.safetensors").path)
        for (source, target) in quantized {
            let tensor = try #require(try model.tensor(named: target))
            #expect(tensor.elementType == .float32)
            #expect(tensor.floats() == (try expected.tensor(named: source)?.floats()), "\(target)")
        }
        let fused = try #require(try expected.tensor(named: "decoder/layer_0/self_attention/linear_0/weight")).floats()
        let parts = try ["q_proj", "k_proj", "v_proj"].flatMap { projection in
            try #require(try model.tensor(named: "model.decoder.layers.0.self_attn.\(projection).weight")).floats()
        }
        #expect(parts == fused)
    }

    @Test("integer weights are near the original") func quantizationError() throws {
        let model = try open("int8")
        let original = try original()
        for name in model.names {
            let tensor = try #require(try model.tensor(named: name)).floats()
            let expected = try #require(try original.tensor(named: name)).floats()
            let largest = expected.map(abs).max() ?? 0
            for (value, reference) in zip(tensor, expected) {
                #expect(abs(value - reference) <= largest / 127 * 0.51, "\(name)")
            }
        }
    }

    @Test("sixteen-bit weights at even addresses are views of the file, row slices too") func views() throws {
        let file = try MappedFile(path: fixture("ctranslate2-float16/model.bin").path)
        let model = try CTranslate2Whisper(file)
        let start = Int(bitPattern: file.bytes.baseAddress)
        let views = try model.names.filter { name in
            let tensor = try #require(try model.tensor(named: name))
            let address = tensor.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
            return (start..<start + file.bytes.count).contains(address)
        }
        // The converter aligns nothing, so about half of the variables begin at an odd byte.
        #expect(views.count > model.names.count / 4)
        #expect(views.contains { $0.hasSuffix("v_proj.weight") })
    }

    @Test("dimensions come from the weights") func dimensions() throws {
        let dimensions = try open("int8").dimensions
        #expect(dimensions.width == 8)
        #expect(dimensions.encoderLayerCount == 2)
        #expect(dimensions.decoderLayerCount == 1)
        #expect(dimensions.encoderHeadCount == 2)
        #expect(dimensions.decoderHeadCount == 4)
        #expect(dimensions.encoderFeedForwardWidth == 12)
        #expect(dimensions.decoderFeedForwardWidth == 16)
        #expect(dimensions.melBinCount == 4)
        #expect(dimensions.sourcePositionCount == 6)
        #expect(dimensions.targetPositionCount == 5)
        #expect(dimensions.vocabularySize == 32)
    }

    @Test("derived configuration files agree with those of transformers") func configurationFiles() throws {
        let derived = try ModelFolder(fixture("ctranslate2-int8"))
        let original = try ModelFolder(fixture("huggingface"))
        func object(_ folder: ModelFolder, _ name: String) throws -> [String: Any] {
            let data = try #require(try folder.contents(of: name))
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        let expected = try object(original, "config.json")
        for (key, value) in try object(derived, "config.json") {
            #expect("\(value)" == expected[key].map { "\($0)" }, "\(key)")
        }
        let generation = try object(derived, "generation_config.json")
        #expect(generation["lang_to_id"] as? [String: Int] == ["<|en|>": 22, "<|de|>": 23])
        #expect(generation["task_to_id"] as? [String: Int] == ["translate": 24, "transcribe": 25])
        #expect(generation["no_timestamps_token_id"] as? Int == 29)
        #expect(generation["prev_sot_token_id"] as? Int == 27)
        #expect(generation["is_multilingual"] as? Bool == true)
        #expect(generation["alignment_heads"] as? [[Int]] == [[0, 1], [0, 3]])
        #expect(generation["begin_suppress_tokens"] as? [Int] == [3, 20])
        #expect(try object(derived, "preprocessor_config.json")["feature_size"] as? Int == 4)
    }

    @Test("both forms of the vocabulary give the same tokens") func vocabularies() throws {
        let older = try open("float16").configuration()
        let newer = try open("float32").configuration()
        #expect(older == newer)
        #expect(older.specialTokens["<|nospeech|>"] == 28)
        #expect(older.specialTokens["<|0.02|>"] == nil)
    }

    @Test("small files that do not fit the weights are refused") func wrongFiles() throws {
        let folder = try TemporaryFolder()
        let source = fixture("ctranslate2-float32")
        let vocabulary = try String(contentsOf: source.appending(path: "vocabulary.json"), encoding: .utf8)
        try folder.write(Data(contentsOf: source.appending(path: "model.bin")), to: "model.bin")
        func expect(
            _ config: String, vocabulary: String, _ file: String, _ key: String, _ reason: ConfigurationError.Reason
        )
            throws
        {
            try folder.write(config, to: "config.json")
            try folder.write(vocabulary, to: "vocabulary.json")
            let model = try CTranslate2Whisper(path: folder.path("model.bin"))
            #expect(throws: ConfigurationError(path: folder.path(file), key: key, reason)) { try model.configuration() }
        }
        try expect("{\"suppress_ids\":[32]}", vocabulary: vocabulary, "config.json", "suppress_ids", .outOfRange)
        try expect(
            "{\"suppress_ids_begin\":[-2]}", vocabulary: vocabulary, "config.json", "suppress_ids_begin", .outOfRange)
        for heads in ["[[1,0]]", "[[0,4]]", "[[0]]", "[[-1,0]]"] {
            try expect(
                "{\"alignment_heads\":\(heads)}", vocabulary: vocabulary, "config.json", "alignment_heads", .outOfRange)
        }
        try expect(
            "{\"suppress_ids\":[1,\"x\"]}", vocabulary: vocabulary, "config.json", "suppress_ids[1]",
            .wrongType(expected: "whole number"))
        try expect("{}", vocabulary: "[\"a\"]", "vocabulary.json", "", .wrongCount(found: 1, expected: 32))
        try expect(
            "{}", vocabulary: "[\"a\"", "vocabulary.json", "", .malformed("at byte 4: the JSON text ends too early"))
    }
}
