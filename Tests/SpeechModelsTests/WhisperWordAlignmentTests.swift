import Checkpoints
import Foundation
import Kernels
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import SpeechModels

/// What the decoder listens to, and the times that follow, against `transformers`
/// (`Tests/Reference/whisper_fixtures.py`).
struct WhisperWordAlignmentTests {
    private struct Expected: Decodable {
        struct Decoding: Decodable {
            let prompt: [Int]
            let ids: [Int]
        }
        let decodings: [Decoding]
        let tokenTimes: [Double]
    }

    /// Seconds of the sound in the fixtures; their windows have 2 s.
    private static let duration = 1.3

    private func load(_ name: String) throws -> (WhisperWindowDecoder, WhisperSource, Expected, SafetensorsFile) {
        let folder = Repository.file("Tests/Fixtures/whisper/\(name)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let expected = try decoder.decode(
            Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
        let tensors = try SafetensorsFile(path: folder.appending(path: "expected.safetensors").path)
        let transcriber = try Transcriber(ModelFolder(folder))
        let stored = try #require(try tensors.tensor(named: "features"))
        let (bins, frames) = (stored.shape[0], stored.shape[1])
        let values = stored.floats()
        let features = Tensor(
            (0..<frames).flatMap { frame in (0..<bins).map { values[$0 * frames + frame] } }, shape: [frames, bins])
        return (transcriber.decoder, transcriber.decoder.encode(features), expected, tensors)
    }

    @Test(arguments: WhisperParityTests.models) func sourceWeights(name: String) throws {
        let (decoder, source, expected, tensors) = try load(name)
        let tokens = expected.decodings[0].prompt + expected.decodings[0].ids
        let heads = decoder.settings.alignmentHeads(of: decoder.model.configuration)
        let (states, weights) = decoder.model.decoder.reading(
            tokens, source: source, heads: heads, cache: decoder.model.makeCache())
        let reference = try #require(try tensors.tensor(named: "source_weights")).floats()
        #expect(largestRelativeDifference(weights.flatMap { $0.floats() }, reference) < 1e-4)

        let plain = decoder.model.decoder(
            Tensor(tokens.map { Int32($0) }, shape: [1, tokens.count]), source: source,
            cache: decoder.model.makeCache())
        #expect(largestRelativeDifference(states.floats(), plain.floats()) < 1e-5)
    }

    @Test(arguments: WhisperParityTests.models) func tokenTimes(name: String) throws {
        let (decoder, source, expected, _) = try load(name)
        let (prompt, ids) = (expected.decodings[0].prompt, expected.decodings[0].ids)
        let attention = try decoder.attention(of: ids, source: source, prompt: prompt)
        #expect(attention.logProbabilities.count == ids.count)
        let times = decoder.tokenTimes(attention, windowDuration: Self.duration)
        #expect(times.starts.count == ids.count && times.ends.count == ids.count)
        for (time, reference) in zip(times.starts, expected.tokenTimes) { #expect(abs(time - reference) < 1e-6) }
        for (time, reference) in zip(times.ends, expected.tokenTimes.dropFirst()) {
            #expect(abs(time - reference) < 1e-6)
        }

        // Nothing is looked for where nothing sounds.
        let silences = [0...0.3, 0.5...1.0]
        let audible = decoder.tokenTimes(attention, windowDuration: Self.duration, silences: silences)
        for time in audible.starts + audible.ends {
            #expect(!silences.contains { max($0.lowerBound, 1e-9) + 0.05 < time && time < $0.upperBound - 0.05 })
        }
        #expect(zip(audible.starts, audible.ends).allSatisfy { $0 <= $1 })
        #expect(zip(audible.ends, audible.starts.dropFirst()).allSatisfy { $0 <= $1 })
    }

    /// The probability of each token is that of decoding step by step, among text tokens.
    @Test(arguments: WhisperParityTests.models) func logProbabilities(name: String) throws {
        let (decoder, source, expected, _) = try load(name)
        let (prompt, ids) = (expected.decodings[0].prompt, expected.decodings[0].ids)
        let attention = try decoder.attention(of: ids, source: source, prompt: prompt)
        let states = decoder.model.decoder(
            Tensor((prompt + ids).map { Int32($0) }, shape: [1, prompt.count + ids.count]), source: source,
            cache: decoder.model.makeCache())
        let size = decoder.model.configuration.vocabularySize
        let logits = decoder.model.logits(states).floats()
        for (index, id) in ids.enumerated() {
            let row = logits[(prompt.count - 1 + index) * size..<(prompt.count + index) * size]
            let text = row.prefix(decoder.vocabulary.tokens.endOfText).map { exp(Double($0)) }
            let expected = log(text[id] / text.reduce(0, +))
            #expect(abs(Double(attention.logProbabilities[index]) - expected) < 1e-4)
        }
    }

    /// More tokens than the decoder has positions: read in parts, the first of which is what it would be alone.
    @Test(arguments: WhisperParityTests.models) func moreTokensThanPositions(name: String) throws {
        let (decoder, source, expected, _) = try load(name)
        let (prompt, ids) = (expected.decodings[0].prompt, expected.decodings[0].ids)
        let positions = decoder.model.configuration.sourcePositions
        let capacity = decoder.model.configuration.targetPositions - prompt.count
        for count in [1, capacity - 1, capacity, capacity + 1, capacity + capacity / 2, 300] {
            let tokens = (0..<count).map { ids[$0 % ids.count] }
            let attention = try decoder.attention(of: tokens, source: source, prompt: prompt)
            #expect(attention.logProbabilities.count == count)
            #expect(attention.weights.allSatisfy { $0.count == (count + 1) * positions })
            let alone = try decoder.attention(of: Array(tokens.prefix(capacity)), source: source, prompt: prompt)
            #expect(Array(attention.weights[0].prefix(alone.weights[0].count)) == alone.weights[0])
            let words = try decoder.words(
                of: [Array(tokens.prefix(count / 2)), Array(tokens.dropFirst(count / 2))], source: source,
                language: "en", task: .transcribe, windowDuration: Self.duration, silences: [])
            #expect(words.joined().map(\.text).joined() == decoder.vocabulary.tokens.decode(tokens))
        }
    }

    @Test(arguments: WhisperParityTests.models) func wordsOfPhrases(name: String) throws {
        let (decoder, source, expected, _) = try load(name)
        let ids = expected.decodings[0].ids
        let phrases = [Array(ids.prefix(4)), [], Array(ids.dropFirst(4)), [decoder.vocabulary.firstTimestamp]]
        for language in ["en", "zh"] {
            for silences in [[], [0...0.3, 0.8...1]] {
                let words = try decoder.words(
                    of: phrases, source: source, language: language, task: .transcribe, windowDuration: Self.duration,
                    silences: silences)
                #expect(words.map { $0.map(\.text).joined() } == phrases.map(decoder.vocabulary.tokens.decode))
                let all = Array(words.joined())
                #expect(all.allSatisfy { 0 < $0.probability && $0.probability <= 1 && $0.start <= $0.end })
                #expect(zip(all, all.dropFirst()).allSatisfy { $0.end <= $1.start })
                #expect(try #require(all.last).end <= Self.duration)
            }
        }
        // Nothing said, hardly any sound.
        #expect(
            try decoder.words(
                of: [[], []], source: source, language: "en", task: .transcribe, windowDuration: 1, silences: [])
                == [[], []])
        #expect(
            try decoder.words(
                of: [ids], source: source, language: "en", task: .transcribe, windowDuration: 0.01, silences: [])[0]
                .allSatisfy { $0.start >= 0 && $0.end <= 0.01 })
    }

    @Test func headsWhereNobodyHasNamedThem() throws {
        let (decoder, _, _, _) = try load("tiny-random-multilingual")
        var settings = decoder.settings
        for none in [nil, []] as [[[Int]]?] {
            settings.alignmentHeads = none
            #expect(
                settings.alignmentHeads(of: decoder.model.configuration)
                    == (0..<4).map { AlignmentHead(layer: 1, head: $0) })
        }
        for wrong in [[2, 0], [0, 4], [0], [0, 0, 0], [-1, 0], []] {
            settings.alignmentHeads = [[0, 0], wrong]
            #expect(throws: SpeechModelError.self) {
                try settings.validateAlignmentHeads(of: decoder.model.configuration, file: "generation_config.json")
            }
        }
    }
}
