import Audio
import Checkpoints
import Foundation
import TestKit
import Testing

@testable import SpeechModels

/// Word times of the real whisper-tiny.en: against `transformers` (`Tests/Reference/whisper_word_times.py`), and where the
/// true places of silences are known.
struct WhisperWordTimesTests {
    private struct Reference: Decodable {
        struct Recording: Decodable {
            let phrases: [[Int]]
            let words: [Word]
        }
        struct Word: Decodable {
            let text: String
            let start: Double
            let end: Double
        }
        let sample: [String: Recording]
        let data: [String: Recording]
    }

    private static let name = "whisper-tiny.en"
    private let reference: Reference
    private let transcriber: Transcriber

    init() throws {
        let file = Repository.file("Tests/Fixtures/\(Self.name)/word_times.json")
        reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
        transcriber = try Transcriber(ModelFolder(FetchedModel.folder(Self.name)))
    }

    private func samples(of file: URL) throws -> [Float] {
        try AudioStream(opening: .file(file.path), sampleRate: Transcriber.sampleRate).read(count: 480_000)
    }

    private func words(_ samples: [Float], phrases: [[Int]], silences: [ClosedRange<Double>]) throws
        -> [[TranscriptWord]]
    {
        let source = transcriber.decoder.encode(
            transcriber.spectrogram(samples, frames: transcriber.configuration.framesPerWindow))
        return try transcriber.decoder.words(
            of: phrases, source: source, language: "en", task: .transcribe,
            windowDuration: Double(samples.count) / Double(Transcriber.sampleRate), silences: silences)
    }

    /// Recordings that are at hand: those of the repository, and the others where `$TRIPTYCH_DATA` holds them.
    private func recordings() -> [(file: URL, recording: Reference.Recording)] {
        var found = reference.sample.map { (Repository.file($0.key), $0.value) }
        if let data = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"] {
            found += reference.data.map { (URL(fileURLWithPath: data).appending(path: $0.key), $0.value) }
        }
        return found.filter { FileManager.default.fileExists(atPath: $0.0.path) }.sorted { $0.0.path < $1.0.path }
    }

    @Test(.needsModel(name), arguments: [false, true]) func againstTransformers(snapping: Bool) throws {
        var differences: [Double] = []
        for (file, recording) in recordings() {
            let samples = try samples(of: file)
            let silences = snapping ? WindowSilences.find(in: samples) : []
            let found = try words(samples, phrases: recording.phrases, silences: silences).flatMap { $0 }
            #expect(found.map(\.text) == recording.words.map(\.text))
            for (word, other) in zip(found, recording.words) {
                differences += [abs(word.start - other.start), abs(word.end - other.end)]
            }
            if ProcessInfo.processInfo.environment["TRIPTYCH_WORD_TIMES"] != nil {
                print(file.lastPathComponent, silences)
                for (word, other) in zip(found, recording.words) {
                    print(
                        word.text,
                        String(
                            format: "%.2f–%.2f  %.2f–%.2f  %.2f", word.start, word.end, other.start, other.end,
                            word.probability))
                }
            }
        }
        differences.sort()
        print(
            "\(differences.count) boundaries, median \(differences[differences.count / 2]), 90 %: \(differences[differences.count * 9 / 10]), max \(differences.last!)"
        )
        #expect(differences[differences.count / 2] <= 0.04)
    }
}
