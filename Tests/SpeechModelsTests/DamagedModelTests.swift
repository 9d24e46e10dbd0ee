import Audio
import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import SpeechModels

/// Model folders that must be refused, each made from a small good one by one change.
struct DamagedModelTests {
    /// A copy of the small English model, removed at the end.
    private func withModel(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "triptych-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Repository.file("Tests/Fixtures/whisper/tiny-random-english"), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func set(_ key: String, _ value: Any?, in file: String, of folder: URL) throws {
        let url = folder.appending(path: file)
        var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        object[key] = value
        try JSONSerialization.data(withJSONObject: object).write(to: url)
    }

    @Test(
        arguments: [
            ("config.json", "d_model", -1), ("config.json", "d_model", 1_000_000_000),
            ("config.json", "encoder_attention_heads", 5), ("config.json", "max_source_positions", 0),
            ("config.json", "scale_embedding", true), ("config.json", "activation_function", "relu"),
            ("generation_config.json", "max_initial_timestamp_index", -1),
            ("generation_config.json", "suppress_tokens", [1, 400_000]),
            ("preprocessor_config.json", "feature_size", 64), ("preprocessor_config.json", "sampling_rate", 8_000),
        ] as [(String, String, any Sendable)])
    func settingsOutOfRange(file: String, key: String, value: any Sendable) throws {
        try withModel { folder in
            try set(key, value, in: file, of: folder)
            do {
                _ = try Transcriber(ModelFolder(folder))
                Issue.record("\(key) = \(value) was accepted")
            } catch SpeechModelError.invalidConfiguration(let errorFile, let errorKey, _, _) {
                #expect(errorKey == key)
                #expect(errorFile == folder.appending(path: file).path(percentEncoded: false))
            }
        }
    }

    @Test func controlTokensOutOfOrder() throws {
        try withModel { folder in
            let url = folder.appending(path: "tokenizer.json")
            let text = try String(contentsOf: url, encoding: .utf8)
            let swapped = text.replacing("<|endoftext|>", with: "<|swap|>")
                .replacing("<|notimestamps|>", with: "<|endoftext|>").replacing("<|swap|>", with: "<|notimestamps|>")
            try Data(swapped.utf8).write(to: url)
            #expect(throws: (any Error).self) { _ = try Transcriber(ModelFolder(folder)) }
        }
    }

    @Test func anotherArchitecture() throws {
        try withModel { folder in
            try set("model_type", "bert", in: "config.json", of: folder)
            try set("architectures", ["BertModel"], in: "config.json", of: folder)
            let path = folder.path(percentEncoded: false)
            #expect(throws: SpeechModelError.unsupportedArchitecture(name: "bert", folder: path)) {
                _ = try Transcriber(ModelFolder(folder))
            }
        }
    }

    @Test func aConfigurationOfAnotherSize() throws {
        try withModel { folder in
            try set("decoder_layers", 3, in: "config.json", of: folder)
            do {
                _ = try Transcriber(ModelFolder(folder))
                Issue.record("a missing layer was accepted")
            } catch SpeechModelError.weightsDoNotFit(_, let mismatch) {
                #expect(mismatch.missing.contains("model.decoder.layers.2.fc1.weight"))
                #expect(mismatch.unused.isEmpty)
            }
        }
    }

    @Test func missingFiles() throws {
        for name in ["config.json", "model.safetensors", "tokenizer.json"] {
            try withModel { folder in
                try FileManager.default.removeItem(at: folder.appending(path: name))
                #expect(throws: (any Error).self) { _ = try Transcriber(ModelFolder(folder)) }
            }
        }
    }

    /// Weights that are not numbers lead to an error that names the model, not to words.
    @Test func weightsThatAreNotNumbers() throws {
        try withModel { folder in
            let url = folder.appending(path: "model.safetensors")
            var bytes = try Data(contentsOf: url)
            for index in bytes.count - 4000..<bytes.count { bytes[index] = 0xFF }
            try bytes.write(to: url)
            let transcriber = try Transcriber(ModelFolder(folder))
            let features = transcriber.spectrogram([Float](repeating: 0.1, count: 16_000), frames: 200)
            #expect(throws: SpeechModelError.notFinite(model: folder.path(percentEncoded: false))) {
                _ = try transcriber.decoder.decode(
                    transcriber.decoder.encode(features), WhisperWindowDecoder.Request(language: "en"),
                    checkCancellation: {})
            }
        }
    }
}
