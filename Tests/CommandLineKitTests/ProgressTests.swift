import Synchronization
import Testing

@testable import CommandLineKit

@Suite struct ProgressTests {
    private func line(
        _ unit: ProgressUnit, _ completed: Double, of total: Double?, elapsed: Double = 10, columns: Int = 200,
        label: String = "talk.wav"
    ) -> String {
        ProgressLine(label: label, unit: unit, completed: completed, total: total, elapsed: elapsed)
            .text(columns: columns)
    }

    @Test func unitsAreWrittenInFull() {
        #expect(
            line(.secondsOfAudio, 125, of: 3661) == "talk.wav: 2:05 of 1:01:01, 12.5x real time, 4:42 left")
        #expect(line(.bytes, 20e6, of: 75.5e6) == "talk.wav: 20.0 of 75.5 MB, 2.0 MB/s, 0:27 left")
        #expect(line(.items("pictures"), 35, of: 70) == "talk.wav: 35 of 70 pictures, 3.50 pictures/s, 0:10 left")
        #expect(line(.items("tokens"), 4000, of: nil) == "talk.wav: 4000 tokens, 400 tokens/s")
        #expect(line(.items("steps"), 0, of: 7, elapsed: 0) == "talk.wav: 0 of 7 steps")
        #expect(line(.bytes, 5e6, of: nil, elapsed: 0) == "talk.wav: 5.0 MB")
    }

    @Test(arguments: 1...70)
    func neverReachesTheLastColumn(columns: Int) {
        let text = line(
            .secondsOfAudio, 125, of: 3661, columns: columns, label: "[2/5] recordings/日本語/2024 talk.wav")
        #expect(text.displayWidth < columns)
        if columns > 40 { #expect(text.contains("talk.wav: 2:05 of 1:01:01")) }
    }

    @Test func terminalGetsOneLineThatMessagesDoNotTear() {
        let sink = RecordingSink(isTerminal: true)
        let console = Console(programName: "speech", messages: sink)
        let clock = ManualClock()
        let meter = ProgressMeter(on: console, label: "a", unit: .items("steps"), now: { clock.now })
        clock.advance(.seconds(1))
        meter.update(completed: 1, of: 2)
        meter.update(completed: 2, of: 2)  // too soon to be shown
        console.error("oh")
        console.error("dear")
        meter.finish()
        clock.advance(.seconds(1))
        meter.update(completed: 2, of: 2)
        #expect(
            sink.text == "\r\u{1B}[2Ka: 1 of 2 steps, 1.00 steps/s, 0:01 left\r\u{1B}[2Kspeech: oh\nspeech: dear\n")
    }

    @Test func elsewhereALineEveryTenSeconds() {
        let sink = RecordingSink()
        let console = Console(programName: "speech", messages: sink)
        let clock = ManualClock()
        let meter = ProgressMeter(on: console, label: "a", unit: .items("steps"), now: { clock.now })
        for step in 1...25 {
            clock.advance(.seconds(1))
            meter.update(completed: Double(step))
        }
        meter.finish()
        #expect(sink.text == "speech: a: 10 steps, 1.00 steps/s\nspeech: a: 20 steps, 1.00 steps/s\n")
    }

    @Test func quietShowsNothing() {
        let sink = RecordingSink(isTerminal: true)
        let console = Console(programName: "speech", verbosity: .quiet, messages: sink)
        let clock = ManualClock()
        let meter = ProgressMeter(on: console, label: "a", unit: .bytes, now: { clock.now })
        clock.advance(.seconds(60))
        meter.update(completed: 1)
        console.note("hidden")
        meter.finish()
        #expect(sink.text == "")
    }

    /// A clock that the test sets.
    private final class ManualClock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 += duration } }
    }
}
