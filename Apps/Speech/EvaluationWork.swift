import Audio
import CommandLineKit
import Datasets
import Evaluation
import Hashing
import SpeechModels

/// What `speech evaluate` does: transcribes every recording of a manifest and gathers the scores.
struct EvaluationWork: Sendable {
    let transcriber: any SpeechRecognizer
    let options: TranscriptionOptions
    let normalizer: TextNormalizer
    /// Whether recordings are heard as if they came through a pipe.
    let isStreaming: Bool
    let console: Console

    func evaluate(_ manifest: TranscriptManifest) async -> (TranscriptionEvaluation, BatchReport) {
        var evaluation = TranscriptionEvaluation(normalizer: normalizer)
        let meter = ProgressMeter(on: console, label: "evaluating", unit: .items("recordings"))
        defer { meter.finish() }
        // Faulty lines are items too, so that the report names them.
        let items = manifest.recordings.map { Result<_, ManifestError>.success($0) }
        let batch = await Batch(on: console).run(items, name: Self.name, done: "evaluated") { line, position in
            meter.update(completed: Double(position.number - 1), of: Double(position.total))
            do {
                try await transcribe(line.get(), into: &evaluation)
            } catch {
                if !(error is CancellationError) { Self.add(error, of: line, to: &evaluation) }
                throw error
            }
        }
        return (evaluation, batch)
    }

    private func transcribe(
        _ recording: TranscribedRecording, into evaluation: inout TranscriptionEvaluation
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let audio = try AudioStream(opening: .file(recording.path), sampleRate: Transcriber.sampleRate)
        let transcript = try await transcript(of: audio)
        let wallTime = clock.now - start
        for warning in audio.warnings { console.note("\(warning)") }
        evaluation.add(
            name: recording.name, contentHash: try SHA256.hash(contentsOfFile: recording.path),
            reference: recording.text, output: transcript.text, speaker: recording.speaker,
            audioSeconds: transcript.duration, wallSeconds: wallTime / .seconds(1))
    }

    private func transcript(of audio: AudioStream) async throws -> Transcript {
        if isStreaming {
            return try await runOnThread { [transcriber, options] isCancelled in
                try transcriber.streamedTranscript(of: audio, options: options) {
                    if isCancelled() { throw CancellationError() }
                }
            }
        }
        for try await event in transcriber.transcribe(audio, options: options) {
            if case .finished(let transcript) = event { return transcript }
        }
        // The stream ends early without an error only when this task was cancelled.
        throw CancellationError()
    }

    private static func name(_ line: Result<TranscribedRecording, ManifestError>) -> String {
        switch line {
        case .success(let recording): recording.path
        case .failure(let error): error.place
        }
    }

    private static func add(
        _ error: any Error, of line: Result<TranscribedRecording, ManifestError>,
        to evaluation: inout TranscriptionEvaluation
    ) {
        switch line {
        case .success(let recording):
            // The report names items as the manifest does, not by where they lie on this machine.
            let message = String(describing: error).replacing(recording.path, with: recording.name)
            evaluation.addFailure(
                name: recording.name, contentHash: try? SHA256.hash(contentsOfFile: recording.path),
                reference: recording.text, error: message)
        case .failure(let fault):
            let name = fault.line.map { "line \($0)" } ?? "manifest"
            evaluation.addFailure(name: name, contentHash: nil, reference: nil, error: "\(error)")
        }
    }
}
