import Audio
import CommandLineKit
import Foundation
import SpeechModels

/// What `speech transcribe` does with each input.
struct TranscriptionWork: Sendable {
    let transcriber: Transcriber
    let options: TranscriptionOptions
    let format: TranscriptFormat
    let plan: OutputPlan
    let isSingle: Bool
    let console: Console

    func transcribe(_ input: Input, _ position: Batch.Position) async throws {
        let destination = try plan.prepare(for: input)
        let source: AudioSource =
            switch input.source {
            case .file(let path): .file(path)
            case .standardInput: .standardInput
            }
        let audio = try await open(source)
        console.detail("\(input.displayName): \(audio.sourceFormat)")
        // Plain text to standard output appears phrase by phrase; everything else at once, when it is complete.
        let isLive = format == .text && destination == .standardOutput
        if isLive, !isSingle { try console.write("\(position.number > 1 ? "\n" : "")\(input.displayName):\n") }
        let meter = ProgressMeter(
            on: console, label: position.prefix + input.displayName, unit: .secondsOfAudio)
        defer { meter.finish() }
        var finished: Transcript?
        for try await event in transcriber.transcribe(audio, options: options) {
            switch event {
            case .segment(let segment):
                if isLive { try console.write(TranscriptFormat.line(segment)) }
                let times = [segment.start, segment.end].map { String(format: "%.2f", $0) }
                console.detail("\(times[0])–\(times[1]) s, mean log-probability \(segment.averageLogProbability)")
            case .decision(let decision): console.detail("\(decision)")
            case .progress(let seconds): meter.update(completed: seconds, of: audio.durationHint)
            case .finished(let transcript): finished = transcript
            }
        }
        // The stream ends early without an error only when this task was cancelled.
        guard let transcript = finished else { throw CancellationError() }
        meter.finish()
        for warning in audio.warnings { console.note("\(warning)") }
        if !isLive {
            let text = try format.render(
                transcript, file: input.displayName, isLine: destination == .standardOutput)
            try console.deliver(text, to: destination)
        }
        report(transcript.timings, of: transcript, input)
    }

    /// Opens sound on a thread of its own: a pipe may keep its reader waiting for ever, and Ctrl-C must end that.
    private func open(_ source: AudioSource) async throws -> AudioStream {
        let opened = AsyncThrowingStream<AudioStream, any Error> { continuation in
            Thread.detachNewThread {
                do {
                    continuation.yield(try AudioStream(opening: source, sampleRate: Transcriber.sampleRate))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
        for try await audio in opened { return audio }
        throw CancellationError()
    }

    private func report(_ timings: TranscriptionTimings, of transcript: Transcript, _ input: Input) {
        let speed = timings.total > 0 ? transcript.duration / timings.total : 0
        console.detail(
            "\(input.displayName): \(String(format: "%.1f", transcript.duration)) s of sound in "
                + "\(milliseconds(timings.total)) (features \(milliseconds(timings.features)), encoder "
                + "\(milliseconds(timings.encode)), decoder \(milliseconds(timings.decode))), "
                + "\(String(format: "%.1f", speed)) times real time")
    }
}

/// Seconds as whole milliseconds.
func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1000).rounded())) ms" }
