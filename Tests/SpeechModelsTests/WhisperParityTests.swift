import Checkpoints
import Foundation
import Kernels
import Parameters
import Tensors
import TestKit
import Testing

@testable import SpeechModels

/// Small random models against `transformers` (`Tests/Reference/whisper_fixtures.py`).
struct WhisperParityTests {
    static let models = ["tiny-random-english", "tiny-random-multilingual", "tiny-random-v3"]

    private struct Expected: Decodable {
        struct Decoding: Decodable {
            let task: String?
            let timestamps: Bool
            let prompt: [Int]
            let ids: [Int]
            let limit: Int
        }
        let logitsOf: [Int]
        let decodings: [Decoding]
        let languageProbabilities: [String: Float]?
    }

    private let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/whisper").standardizedFileURL

    private func load(_ name: String) throws -> (Transcriber, Expected, SafetensorsFile) {
        let folder = fixtures.appending(path: name)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let expected = try decoder.decode(
            Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
        let tensors = try SafetensorsFile(path: folder.appending(path: "expected.safetensors").path)
        return (try Transcriber(ModelFolder(folder)), expected, tensors)
    }

    /// The reference has bins first, we have time first.
    private func features(_ tensors: SafetensorsFile) throws -> Tensor {
        let stored = try #require(try tensors.tensor(named: "features"))
        let (bins, frames) = (stored.shape[0], stored.shape[1])
        let values = stored.floats()
        return Tensor(
            (0..<frames).flatMap { frame in (0..<bins).map { values[$0 * frames + frame] } }, shape: [frames, bins])
    }

    @Test(arguments: models)
    func encoderAndLogits(name: String) throws {
        let (transcriber, expected, tensors) = try load(name)
        let model = transcriber.decoder.model
        let features = try features(tensors)
        let encoded = model.encoder(features.viewed(as: Shape([1] + features.shape)))
        let encoderReference = try #require(try tensors.tensor(named: "encoder_output")).floats()
        #expect(largestRelativeDifference(encoded.floats(), encoderReference) < 1e-5)

        let source = model.decoder.source(for: encoded)
        let tokens = expected.logitsOf.map { Int32($0) }
        let hidden = model.decoder(
            Tensor(tokens, shape: [1, tokens.count]), source: source, cache: model.makeCache())
        let logits = try #require(try tensors.tensor(named: "logits")).floats()
        #expect(largestRelativeDifference(model.logits(hidden).floats(), logits) < 1e-5)

        // One token at a time gives the same.
        let cache = model.makeCache()
        let stepwise = tokens.flatMap { token in
            model.logits(model.decoder(Tensor([token], shape: [1, 1]), source: source, cache: cache)).floats()
        }
        #expect(largestRelativeDifference(stepwise, logits) < 1e-5)
    }

    @Test(arguments: models)
    func greedyDecoding(name: String) throws {
        let (transcriber, expected, tensors) = try load(name)
        let source = transcriber.decoder.encode(try features(tensors))
        for decoding in expected.decodings {
            var language = "en"
            if let code = transcriber.decoder.vocabulary.languages.first(where: { decoding.prompt.contains($0.value) })
            {
                language = code.key
            }
            let request = WhisperWindowDecoder.Request(
                language: language, task: decoding.task.flatMap(TranscriptionOptions.Task.init) ?? .transcribe,
                usesTimestamps: decoding.timestamps, maximumCount: decoding.limit)
            #expect(transcriber.decoder.prompt(for: request) == decoding.prompt)
            let result = try transcriber.decoder.decode(source, request, checkCancellation: {})
            #expect(result.tokens == decoding.ids)
        }
    }

    @Test(arguments: models.dropFirst())
    func languageDetection(name: String) throws {
        let (transcriber, expected, tensors) = try load(name)
        let found = try transcriber.decoder.languageProbabilities(transcriber.decoder.encode(try features(tensors)))
        let reference = try #require(expected.languageProbabilities)
        #expect(Set(found.keys) == Set(reference.keys))
        for (language, probability) in reference {
            #expect(abs(found[language, default: -1] - probability) < 1e-4)
        }
    }
}
