import Audio
import CommandLineKit
import Foundation
import SpeechModels

/// What `speech align` does with each recording.
struct AlignmentWork: Sendable {
    let recognizer: any SpeechRecognizer
    let options: TranscriptionOptions
    let formats: [AlignmentFormat]
    /// Whether each word stands alone.
    let byWord: Bool
    let leastConfidence: Double
    let plan: OutputPlan
    let console: Console

    /// Messages of one kind about one recording; more are counted.
    private static let messageLimit = 5

    func align(_ item: AlignmentInputs.Item, _ position: Batch.Position) async throws {
        let name = item.input.displayName
        let destination = try plan.prepare(for: item.input)
        let audio = try await AudioStream.opened(item.input)
        let meter = ProgressMeter(on: console, label: position.prefix + name, unit: .secondsOfAudio)
        defer { meter.finish() }
        let (recognizer, options, duration) = (recognizer, options, audio.durationHint)
        let alignment = try await runOnThread { isCancelled in
            try recognizer.align(item.lines, with: audio, options: options) { seconds in
                meter.update(completed: seconds, of: duration)
            } checkCancellation: {
                if isCancelled() { throw CancellationError() }
            }
        }
        meter.finish()
        for warning in audio.warnings { console.note("\(warning)") }
        tell(alignment, item)
        let transcript = alignment.transcript
        switch destination {
        case .standardOutput:
            guard let format = formats.first else { return }
            try console.write(format.text(of: transcript, file: name, byWord: byWord, isLine: true))
        case .files(let paths):
            for (format, path) in zip(formats, paths) {
                try ResultFile.write(format.text(of: transcript, file: name, byWord: byWord, isLine: false), to: path)
            }
        }
        let speed = transcript.timings.total > 0 ? transcript.duration / transcript.timings.total : 0
        console.detail(
            "\(name): \(String(format: "%.1f", transcript.duration)) s of sound in "
                + "\(milliseconds(transcript.timings.total)), \(String(format: "%.1f", speed)) times real time")
    }

    /// Says what of the text could not be compared with the sound, or does not fit it.
    private func tell(_ alignment: TextAlignment, _ item: AlignmentInputs.Item) {
        let unspelled = alignment.unspelled.map { word in
            "\(item.place.name(line: word.line)): the model cannot write "
                + word.characters.map { "'\($0)'" }.joined(separator: " ")
                + " of '\(word.word)'; any sound is taken for it"
        }
        let doubtful = zip(alignment.lines, alignment.transcript.segments).filter { $1.confidence < leastConfidence }
            .map { line, segment in
                "\(item.place.name(line: line)): fits the sound badly (confidence "
                    + String(format: "%.3f", segment.confidence) + "):\(segment.text.prefix(60))"
            }
        for messages in [unspelled, doubtful] {
            for message in messages.prefix(Self.messageLimit) { console.note(message.escapingControlCharacters()) }
            if messages.count > Self.messageLimit {
                console.note("\(item.input.displayName): \(messages.count - Self.messageLimit) more of these")
            }
        }
    }
}
