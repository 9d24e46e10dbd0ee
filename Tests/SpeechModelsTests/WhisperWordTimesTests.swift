import Audio
import Checkpoints
import Foundation
import Tensors
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
        let start = ContinuousClock.now
        let words = try transcriber.decoder.words(
            of: phrases, source: source, language: "en", task: .transcribe,
            windowDuration: Double(samples.count) / Double(Transcriber.sampleRate), silences: silences)
        report("\(phrases.joined().count) tokens aligned in \(ContinuousClock.now - start)")
        return words
    }

    /// Recordings that are at hand: those of the repository, and the others where `$TRIPTYCH_DATA` holds them.
    private func recordings() -> [(file: URL, recording: Reference.Recording)] {
        var found = reference.sample.map { (Repository.file($0.key), $0.value) }
        if let data = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"] {
            found += reference.data.map { (URL(fileURLWithPath: data).appending(path: $0.key), $0.value) }
        }
        return found.filter { FileManager.default.fileExists(atPath: $0.0.path) }.sorted { $0.0.path < $1.0.path }
    }

    /// Prints what it is given where `$TRIPTYCH_WORD_TIMES` is set: the figures of docs/models/whisper.md.
    private func report(_ line: @autoclosure () -> String) {
        if ProcessInfo.processInfo.environment["TRIPTYCH_WORD_TIMES"] != nil { print(line()) }
    }

    private func text(_ ranges: [ClosedRange<Double>]) -> String {
        ranges.map { String(format: "%.2f–%.2f", $0.lowerBound, $0.upperBound) }.joined(separator: " ")
    }

    /// As found by attention alone, and as moved out of the silences, which the reference knows nothing of.
    @Test(.needsModel(name), arguments: [false, true]) func againstTransformers(findsSilences: Bool) throws {
        var differences: [Double] = []
        for (file, recording) in recordings() {
            let samples = try samples(of: file)
            let silences = findsSilences ? WindowSilences.find(in: samples) : []
            report("\(file.lastPathComponent), silences \(text(silences))")
            let found = try words(samples, phrases: recording.phrases, silences: silences).flatMap { $0 }
            #expect(found.map(\.text) == recording.words.map(\.text))
            for (word, other) in zip(found, recording.words) {
                differences += [abs(word.start - other.start), abs(word.end - other.end)]
                report("\(word.text) \(text([word.start...word.end, other.start...other.end])) \(word.probability)")
            }
        }
        differences.sort()
        let (median, tenth) = (differences[differences.count / 2], differences[differences.count * 9 / 10])
        report("\(differences.count) boundaries, silences \(findsSilences): median \(median) s, 90 % within \(tenth) s")
        #expect(median <= 0.04)
    }

    /// What lies between recordings that are joined.
    enum Pause: String, CaseIterable {
        case digital, noise, tones

        func samples(_ count: Int) -> [Float] {
            switch self {
            case .digital: Array(repeating: 0, count: count)
            // -50 dB of full scale: a uniform variable has a third of its largest square.
            case .noise: Tensor.random([count], seed: 5).floats().map { $0 * 0.0055 }
            case .tones:
                (0..<count).map { index in
                    let time = Double(index) / Double(Transcriber.sampleRate)
                    return Float(0.004 * (sin(2764 * time) + sin(3483 * time)))
                }
            }
        }
    }

    private struct Joined {
        var samples: [Float] = []
        var phrases: [[Int]] = []
        /// Where each recording lies, in seconds.
        var places: [ClosedRange<Double>] = []
        var pauses: [ClosedRange<Double>] = []
    }

    /// Recordings with pauses before, between and behind them, a window at a time.
    private func joined(_ pause: Pause) throws -> [Joined] {
        let rate = Double(Transcriber.sampleRate)
        var windows: [Joined] = []
        var current = Joined()
        func add(_ samples: [Float], isPause: Bool) {
            let start = Double(current.samples.count) / rate
            current.samples += samples
            let place = start...Double(current.samples.count) / rate
            if isPause { current.pauses.append(place) } else { current.places.append(place) }
        }
        let lengths = [0.4, 1.2, 0.7, 2.5, 0.3, 1.7]
        for (index, (file, recording)) in recordings().enumerated() {
            let samples = try samples(of: file)
            if Double(current.samples.count + samples.count) / rate > 25 {
                windows.append(current)
                current = Joined()
            }
            if current.samples.isEmpty { add(pause.samples(Int(0.9 * rate)), isPause: true) }
            add(samples, isPause: false)
            current.phrases.append(recording.phrases.flatMap { $0 })
            add(pause.samples(Int(lengths[index % lengths.count] * rate)), isPause: true)
        }
        return windows + [current]
    }

    @Test(.needsModel(name), arguments: Pause.allCases) func noBoundaryInsideASilence(pause: Pause) throws {
        var (inside, strays, boundaries) = (0, 0, 0)
        for window in try joined(pause) {
            let silences = WindowSilences.find(in: window.samples)
            let found = try words(window.samples, phrases: window.phrases, silences: silences)
            report("pauses \(text(window.pauses)), found \(text(silences))")
            for word in found.joined() { report("\(word.text) \(text([word.start...word.end]))") }
            for (place, words) in zip(window.places, found) {
                for time in words.flatMap({ [$0.start, $0.end] }) {
                    boundaries += 1
                    if window.pauses.contains(where: { $0.lowerBound + 0.1 < time && time < $0.upperBound - 0.1 }) {
                        inside += 1
                    }
                    if time < place.lowerBound - 0.1 || time > place.upperBound + 0.1 { strays += 1 }
                }
            }
        }
        report("\(pause): \(boundaries) boundaries, \(inside) inside a silence, \(strays) outside their recording")
        #expect(inside == 0)
    }
}
