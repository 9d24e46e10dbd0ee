import CommandLineKit
import Foundation
import SpeechModels

/// What `speech transcribe --stream` does.
struct StreamingWork: Sendable {
    let transcriber: any SpeechRecognizer
    let options: TranscriptionOptions
    let settings: SpeechStreamSettings
    let rawSampleRate: Int
    let formats: [TranscriptFormat]
    let layout: CaptionLayout
    let plan: OutputPlan
    let input: Input
    let console: Console

    /// Hears to the end, or until the task is cancelled; what was said by then is written in either case.
    func run() async throws {
        try await runOnThread { isCancelled in try hear(isCancelled) }
    }

    private func hear(_ isCancelled: () -> Bool) throws {
        let destination = try plan.prepare(for: input)
        let delivery = try TranscriptDelivery(destination, formats: formats) { format, isLine in
            format.makeWriter(layout: layout, file: input.displayName, task: options.task, isLine: isLine)
        } print: {
            try console.write($0)
        }
        var presentation = StreamPresentation(
            delivery, printed: destination == .standardOutput ? formats.first : nil, file: input.displayName,
            console: console)
        var heard = Transcript(
            text: "", language: (try? transcriber.languageCode(for: options)) ?? "", duration: 0, segments: [],
            timings: TranscriptionTimings())
        var meter = StreamMeter()
        do {
            try hear(&heard, &presentation, &meter, isCancelled)
            heard.text = heard.segments.map(\.text).joined().trimmingCharacters(in: .whitespacesAndNewlines)
            heard.timings.load = transcriber.loadTime
            heard.timings.total = meter.busy
            try delivery.finish(heard)
        } catch {
            let kept = delivery.keepPartial(heard)
            if !kept.isEmpty {
                console.error(
                    "\(input.displayName): what was heard so far is kept in \(kept.joined(separator: ", "))"
                        .escapingControlCharacters())
            }
            throw error
        }
        console.detail("\(input.displayName): \(meter.summary(of: heard.duration))")
    }

    private func hear(
        _ heard: inout Transcript, _ presentation: inout StreamPresentation, _ meter: inout StreamMeter,
        _ isCancelled: () -> Bool
    ) throws {
        let sound = ArrivingSound(input, rawSampleRate: rawSampleRate)
        var stream = transcriber.makeStream(options: options, settings: settings)
        func take(_ events: [SpeechEvent]) throws {
            for event in events {
                if case .final(let segment) = event { heard.segments.append(segment) }
                try presentation.show(event)
            }
            heard.duration = stream.duration
        }
        var breaking: (any Error)?
        var isFirst = true
        do {
            while let piece = try sound.next(isCancelled: isCancelled) {
                if isFirst, let format = sound.format {
                    let manner =
                        stream.chunkDuration.map { "in chunks of \(String(format: "%.2f", $0)) s" }
                        ?? "by windows, since the model hears whole lines"
                    console.detail("\(input.displayName): \(format), heard \(manner)")
                }
                isFirst = false
                let start = ContinuousClock.now
                let events = try stream.append(piece.samples)
                try take(events)
                meter.add(from: start, arrival: piece.arrival, hasSpoken: !events.isEmpty)
            }
        } catch let error as OutputError {
            throw error
        } catch {
            // What came before it was heard all the same.
            breaking = error
        }
        try take(stream.finish())
        if let breaking { throw breaking }
        for warning in sound.warnings { console.note("\(warning)") }
        guard stream.duration > 0 || isCancelled() else {
            throw SpeechModelError.noSamples(source: input.displayName)
        }
    }
}
