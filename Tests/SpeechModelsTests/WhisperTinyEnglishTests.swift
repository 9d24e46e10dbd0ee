import Audio
import Checkpoints
import Foundation
import Kernels
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import SpeechModels

/// The real whisper-tiny.en on a real recording, against `transformers` in float32
/// (`Tests/Reference/whisper_tiny_en_fixtures.py`).
struct WhisperTinyEnglishTests {
    private struct Expected: Decodable {
        struct Decoding: Decodable {
            let timestamps: Bool
            let prompt: [Int]
            let ids: [Int]
            let text: String
        }
        struct Recording: Decodable {
            let samples: Int
            let logitsOf: [Int]
            let decodings: [Decoding]
            let largestAbsolute: [String: Float]
            let file: String?
        }
        let frameStride: Int
        let positionStride: Int
        let tokenStride: Int
        let recordings: [String: Recording]
    }

    private static let name = "whisper-tiny.en"

    /// A sample of this repository, and whisper.cpp's `jfk.wav` where `$TRIPTYCH_DATA/audio` holds it.
    static let recordings = ["sample"] + (jfk == nil ? [] : ["jfk"])

    private static var jfk: URL? {
        guard let data = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"] else { return nil }
        let file = URL(fileURLWithPath: data).appending(path: "audio/jfk.wav")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }

    private func load(_ name: String = "sample") throws -> (Transcriber, Expected, Expected.Recording, SafetensorsFile)
    {
        let folder = Repository.root.appending(path: "Tests/Fixtures/\(Self.name)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let expected = try decoder.decode(
            Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
        let recording = try #require(expected.recordings[name])
        let tensors = try SafetensorsFile(path: folder.appending(path: "expected.safetensors").path)
        return (try Transcriber(ModelFolder(FetchedModel.folder(Self.name))), expected, recording, tensors)
    }

    private func samples(_ recording: Expected.Recording) throws -> [Float] {
        let file = try recording.file.map(Repository.file) ?? #require(Self.jfk)
        let samples = try AudioStream(opening: .file(file.path), sampleRate: Transcriber.sampleRate)
            .read(count: 480_000)
        #expect(samples.count == recording.samples)
        return samples
    }

    /// Every `stride`-th row of a matrix.
    private func rows(_ tensor: Tensor, every stride: Int) -> [Float] {
        let columns = tensor.shape[tensor.rank - 1]
        let values = tensor.floats()
        return Swift.stride(from: 0, to: values.count / columns, by: stride).flatMap { row in
            values[row * columns..<(row + 1) * columns]
        }
    }

    @Test(.needsModel(name), arguments: recordings) func featuresEncoderAndLogits(of name: String) throws {
        let (transcriber, expected, recording, tensors) = try load(name)
        func reference(_ part: String) throws -> Tensor { try #require(try tensors.tensor(named: "\(name).\(part)")) }
        /// Only a part of each tensor is stored, but the scale is that of the whole.
        func difference(_ actual: [Float], _ reference: [Float], _ name: String) throws -> Float {
            #expect(actual.count == reference.count)
            let scale = try #require(recording.largestAbsolute[name])
            return zip(actual, reference).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
        }
        let features = transcriber.spectrogram(try samples(recording), frames: 3000)
        let stored = try reference("features")
        let (bins, frames) = (stored.shape[0], stored.shape[1])
        let values = stored.floats()
        let timeMajor = (0..<frames).flatMap { frame in (0..<bins).map { values[$0 * frames + frame] } }
        #expect(try difference(rows(features, every: expected.frameStride), timeMajor, "features") < 1e-4)

        let model = transcriber.decoder.model
        let encoded = model.encoder(features.viewed(as: [1, 3000, bins]))
        let encoderReference = try reference("encoder_output").floats()
        #expect(
            try difference(rows(encoded, every: expected.positionStride), encoderReference, "encoder_output") < 1e-3)

        let tokens = recording.logitsOf.map { Int32($0) }
        let hidden = model.decoder(
            Tensor(tokens, shape: [1, tokens.count]), source: model.decoder.source(for: encoded),
            cache: model.makeCache())
        let logits = model.logits(hidden).floats()
        let size = transcriber.configuration.vocabularySize
        let strided = tokens.indices.flatMap { position in
            Swift.stride(from: 0, to: size, by: expected.tokenStride).map { logits[position * size + $0] }
        }
        #expect(try difference(strided, reference("logits").floats(), "logits") < 1e-3)
        let top = try reference("top_ids").integers()
        let topLogits = top.enumerated().map { logits[$0.offset / (top.count / tokens.count) * size + Int($0.element)] }
        #expect(try difference(topLogits, reference("top_logits").floats(), "logits") < 1e-3)
    }

    @Test(.needsModel(name), arguments: recordings) func greedyIds(of name: String) throws {
        let (transcriber, _, recording, _) = try load(name)
        let source = transcriber.decoder.encode(transcriber.spectrogram(try samples(recording), frames: 3000))
        for decoding in recording.decodings {
            let request = WhisperWindowDecoder.Request(language: "en", usesTimestamps: decoding.timestamps)
            #expect(transcriber.decoder.prompt(for: request) == decoding.prompt)
            let result = try transcriber.decoder.decode(source, request, checkCancellation: {})
            #expect(result.tokens == decoding.ids)
            #expect(transcriber.decoder.vocabulary.tokens.decode(result.tokens) == decoding.text)
        }
    }

    @Test(.needsModel(name)) func severalRecordingsAtATime() async throws {
        let (transcriber, _, recording, _) = try load()
        let path = Repository.root.appending(path: try #require(recording.file)).path
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let audio = try AudioStream(opening: .file(path), sampleRate: Transcriber.sampleRate)
                    var text = ""
                    for try await event in transcriber.transcribe(audio) {
                        if case .finished(let transcript) = event { text = transcript.text }
                    }
                    return text
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(texts).count == 1)
        #expect(texts[0].hasPrefix("They prepare to depart"))
    }

    /// A stream that is no longer read ends its work before the next token.
    @Test(.needsModel(name)) func cancellationEndsTheWork() async throws {
        let (transcriber, _, recording, _) = try load()
        let path = Repository.root.appending(path: try #require(recording.file)).path
        let audio = try AudioStream(opening: .file(path), sampleRate: Transcriber.sampleRate)
        let task = Task {
            for try await event in transcriber.transcribe(audio) {
                if case .finished = event { return true }
            }
            return false
        }
        task.cancel()
        #expect(try await task.value == false)
    }
}
