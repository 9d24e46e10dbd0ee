import Audio
import CommandLineKit
import Dispatch
import Foundation
import SpeechModels
import Synchronization

/// Sound on its way from a pipe or a file to whoever hears it: read on a thread of its own, so that nothing gets lost while the last
/// piece is computed, and that the wait for a silent pipe can end.
final class ArrivingSound: Sendable {
    struct Piece: Sendable {
        var samples: [Float]
        /// When its first samples came.
        let arrival: ContinuousClock.Instant
    }

    private struct State {
        var format: AudioFormat?
        var waiting: [Piece] = []
        var warnings: [AudioWarning] = []
        var end: Result<Void, any Error>?
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)
    /// Pieces that may wait before the reader does.
    private let room = DispatchSemaphore(value: 0)
    private static let roomCount = 64

    /// Samples that are read of a file at once (0.25 s).
    private static let fileBlock = Transcriber.sampleRate / 4
    private static let patience = DispatchTimeInterval.milliseconds(50)

    init(_ input: Input, rawSampleRate: Int) {
        // Signalled and not begun with: a semaphore must not go while it has less than in the beginning.
        for _ in 0..<Self.roomCount { room.signal() }
        let thread = Thread { [self] in
            let end = Result { try read(input, rawSampleRate: rawSampleRate) }
            state.withLock { $0.end = end }
            arrived.signal()
        }
        thread.name = "sound"
        thread.start()
    }

    /// The format, once sound has come.
    var format: AudioFormat? { state.withLock { $0.format } }
    /// Complete once the end is reached.
    var warnings: [AudioWarning] { state.withLock { $0.warnings } }

    private func read(_ input: Input, rawSampleRate: Int) throws {
        let rate = Transcriber.sampleRate
        switch input.source {
        case .standardInput:
            let live = try LiveSound(opening: .standardInput, rawSampleRate: rawSampleRate, sampleRate: rate)
            try read(live.sourceFormat) {
                try live.next()
            } warnings: {
                live.warnings
            }
        case .file(let path):
            let audio = try AudioStream(opening: .file(path), sampleRate: rate)
            try read(audio.sourceFormat) {
                try audio.read(count: Self.fileBlock)
            } warnings: {
                audio.warnings
            }
        }
    }

    private func read(_ format: AudioFormat, _ next: () throws -> [Float], warnings: () -> [AudioWarning]) throws {
        state.withLock { $0.format = format }
        while true {
            let samples = try next()
            if samples.isEmpty { break }
            room.wait()
            let piece = Piece(samples: samples, arrival: ContinuousClock.now)
            state.withLock { $0.waiting.append(piece) }
            arrived.signal()
        }
        let warnings = warnings()
        state.withLock { $0.warnings = warnings }
    }

    /// All that has come, waiting for the first of it; nil at the end, or when `isCancelled` says so.
    ///
    /// - Throws: why the sound broke off, after all that came before.
    func next(isCancelled: () -> Bool) throws -> Piece? {
        while true {
            if isCancelled() { return nil }
            let (pieces, end) = state.withLock { state in
                defer { state.waiting = [] }
                return (state.waiting, state.end)
            }
            for _ in pieces { room.signal() }
            if let first = pieces.first {
                return Piece(samples: pieces.flatMap(\.samples), arrival: first.arrival)
            }
            if let end {
                try end.get()
                return nil
            }
            _ = arrived.wait(timeout: .now() + Self.patience)
        }
    }
}
