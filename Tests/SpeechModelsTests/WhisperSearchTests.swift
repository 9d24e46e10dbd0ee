import Audio
import Checkpoints
import Foundation
import Kernels
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import SpeechModels

/// Searches of the real whisper-tiny.en against OpenAI's own package (`Tests/Reference/whisper_search_fixtures.py`).
struct WhisperSearchTests {
    private struct Expected: Decodable {
        struct Search: Decodable {
            let file: String
            let beamSize: Int?
            let patience: Float?
            let lengthPenalty: Float?
            let withoutTimestamps: Bool?
            let prompt: String?
            let ids: [Int]
            let averageLogProbability: Float
            let noSpeechProbability: Float
        }
        struct Segment: Decodable {
            let seek: Int
            let start: Double
            let end: Double
            let text: String
            let tokens: [Int]
        }
        struct Transcript: Decodable {
            let beamSize: Int?
            let conditionOnPreviousText: Bool?
            let segments: [Segment]
        }
        let searches: [Search]
        let files: [String]
        let transcripts: [Transcript]
    }

    private static let name = "whisper-tiny.en"

    private func expected() throws -> Expected {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = Repository.file("Tests/Fixtures/\(Self.name)/searches.json")
        return try decoder.decode(Expected.self, from: Data(contentsOf: file))
    }

    private func samples(_ file: String) throws -> [Float] {
        let path = Repository.file("Assets/Samples/\(file)").path
        return try AudioStream(opening: .file(path), sampleRate: Transcriber.sampleRate).read(count: 480_000)
    }

    @Test(.needsModel(name)) func findsWhatTheReferenceFinds() throws {
        let transcriber = try Transcriber(ModelFolder(FetchedModel.folder(Self.name)))
        let decoder = transcriber.decoder
        var sources: [String: WhisperSource] = [:]
        for search in try expected().searches {
            let source =
                try sources[search.file]
                ?? decoder.encode(transcriber.spectrogram(samples(search.file), frames: 3000))
            sources[search.file] = source
            var request = WhisperWindowDecoder.Request(language: "en")
            request.usesTimestamps = search.withoutTimestamps != true
            request.search.beamSize = search.beamSize ?? 1
            request.search.patience = search.patience ?? 1
            request.search.lengthPenalty = search.lengthPenalty
            if let prompt = search.prompt {
                request.previous = try decoder.vocabulary.tokens.tokenizer.encode(" " + prompt.trimmed())
            }
            let found = try decoder.decode(source, request, checkCancellation: {})
            #expect(found.tokens == search.ids)
            #expect(abs(found.averageLogProbability - search.averageLogProbability) < 1e-3)
            #expect(abs(found.noSpeechProbability - search.noSpeechProbability) < 1e-4)
        }
    }

    @Test(.needsModel(name)) func longRecordingsAreHeardWindowByWindow() async throws {
        let transcriber = try Transcriber(ModelFolder(FetchedModel.folder(Self.name)))
        let expected = try expected()
        let folder = try TemporaryFolder()
        let pause = [Float](repeating: 0, count: Transcriber.sampleRate)
        let sound = try expected.files.flatMap { try samples($0) + pause }
        let path = folder.path("long.wav")
        try WaveWriter.write(sound, to: path, sampleRate: Transcriber.sampleRate)
        for reference in expected.transcripts {
            var options = TranscriptionOptions()
            options.detectsVoiceActivity = false
            options.temperatures = [0]
            options.search.beamSize = reference.beamSize ?? 1
            options.conditionsOnPreviousText = reference.conditionOnPreviousText ?? true
            let audio = try AudioStream(opening: .file(path), sampleRate: Transcriber.sampleRate)
            var segments: [TranscriptSegment] = []
            for try await event in transcriber.transcribe(audio, options: options) {
                if case .segment(let segment) = event { segments.append(segment) }
            }
            #expect(segments.map(\.tokens) == reference.segments.map(\.tokens))
            #expect(segments.map(\.text) == reference.segments.map(\.text))
            for (segment, expected) in zip(segments, reference.segments) {
                #expect(segment.seek == expected.seek)
                #expect(abs(segment.start - expected.start) < 1e-6)
                #expect(abs(segment.end - expected.end) < 1e-6)
            }
        }
    }
}
