import Audio
import Checkpoints
import Evaluation
import Foundation
import ModelCatalog
import TestKit
import Testing

@testable import SpeechModels

/// Every Whisper model that somebody has fetched: `speech models pull whisper-base`.
struct WhisperHubTests {
    static let models = [
        "whisper-tiny.en", "whisper-tiny", "whisper-base", "whisper-base.en", "whisper-small", "whisper-small.en",
        "whisper-large-v3-turbo",
    ].filter { ModelCatalog().isPresent($0) }

    @Test(.enabled(if: !models.isEmpty, "no Whisper model is here"), arguments: models)
    func hearsWhatIsSaid(name: String) async throws {
        let transcriber = try Transcriber(ModelFolder(ModelCatalog.locate(name)))
        let rows = try String(contentsOf: Repository.file("Assets/Samples/transcripts.tsv"), encoding: .utf8)
            .split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        for row in rows where row.count == 2 && row[0].hasPrefix("librispeech") {
            let path = Repository.file("Assets/Samples/\(row[0])").path
            let audio = try AudioStream(opening: .file(path), sampleRate: Transcriber.sampleRate)
            var transcript: Transcript?
            for try await event in transcriber.transcribe(audio) {
                if case .finished(let finished) = event { transcript = finished }
            }
            let found = try #require(transcript)
            // Detected by multilingual models.
            #expect(found.language == "en")
            let score = TranscriptScore(reference: row[1], hypothesis: found.text, normalizer: .english)
            #expect(score.words.errors <= 2, "\(found.text)")
        }
    }
}
