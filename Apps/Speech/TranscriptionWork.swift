import Audio
import CommandLineKit
import Foundation
import SpeechModels

/// What `speech transcribe` does with each input.
struct TranscriptionWork: Sendable {
    let transcriber: any SpeechRecognizer
    let options: TranscriptionOptions
    let formats: [TranscriptFormat]
    let layout: CaptionLayout
    let plan: OutputPlan
    let skipsExisting: Bool
    let isSingle: Bool
    let console: Console
    let output: OrderedOutput
    /// Nil where inputs are worked on one after the other: each has its own line then.
    let progress: JobProgress?

    func transcribe(_ input: Input, _ position: Batch.Position) async throws -> Batch.Outcome {
        if skipsExisting, plan.isDone(input) {
            console.detail("\(input.displayName): skipped, its results are there")
            return .skipped
        }
        let destination = try plan.prepare(for: input)
        let audio = try await AudioStream.opened(input)
        console.detail("\(input.displayName): \(audio.sourceFormat)")
        if formats == [.text], destination == .standardOutput, !isSingle {
            try output.write("\(position.number > 1 ? "\n" : "")\(input.displayName):\n", of: position.number)
        }
        let delivery = try TranscriptDelivery(destination, formats: formats) { format, isLine in
            format.makeWriter(layout: layout, file: input.displayName, task: options.task, isLine: isLine)
        } print: { [output] text in
            try output.write(text, of: position.number)
        }
        var heard = Transcript(
            text: "", language: (try? transcriber.languageCode(for: options)) ?? "", duration: 0, segments: [],
            timings: TranscriptionTimings())
        do {
            let isFinished = try await hear(audio, of: input, position, into: &heard, delivery)
            // The stream ends early without an error only when this task was cancelled.
            if !isFinished { throw CancellationError() }
            for warning in audio.warnings { console.note("\(warning)") }
            try delivery.finish(heard)
        } catch {
            heard.text = heard.segments.map(\.text).joined().trimmingCharacters(in: .whitespacesAndNewlines)
            let kept = delivery.keepPartial(heard)
            if !kept.isEmpty {
                console.error(
                    "\(input.displayName): what was transcribed so far is kept in \(kept.joined(separator: ", "))"
                        .escapingControlCharacters())
            }
            throw error
        }
        report(heard.timings, of: heard, input)
        return .done
    }

    /// - Returns: whether the recording was heard to its end; `transcript` is whole then.
    private func hear(
        _ audio: AudioStream, of input: Input, _ position: Batch.Position, into transcript: inout Transcript,
        _ delivery: TranscriptDelivery
    ) async throws -> Bool {
        let meter =
            progress == nil
            ? ProgressMeter(on: console, label: position.prefix + input.displayName, unit: .secondsOfAudio) : nil
        progress?.begin(position.number, name: input.displayName)
        defer {
            meter?.finish()
            progress?.end(position.number)
        }
        let name = progress == nil ? "" : "\(input.displayName): "
        var isFinished = false
        for try await event in transcriber.transcribe(audio, options: options) {
            switch event {
            case .segment(let segment):
                transcript.segments.append(segment)
                try delivery.add(segment)
                let times = [segment.start, segment.end].map { String(format: "%.2f", $0) }
                console.detail(
                    "\(name)\(times[0])–\(times[1]) s, mean log-probability \(segment.averageLogProbability), "
                        + "temperature \(segment.temperature)")
            case .decision(let decision):
                transcript.decisions.append(decision)
                console.detail("\(name)\(decision)")
            case .progress(let seconds):
                transcript.duration = seconds
                meter?.update(completed: seconds, of: audio.durationHint)
                progress?.update(position.number, completed: seconds, of: audio.durationHint)
            case .finished(let whole):
                transcript = whole
                isFinished = true
            }
        }
        return isFinished
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
