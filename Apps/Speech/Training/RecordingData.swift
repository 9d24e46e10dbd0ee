import CommandLineKit
import Datasets
import Foundation
import Hashing
import SpeechModels
import Tokenizers
import Training

/// What `speech train` learns from and judges by, as its options name it.
struct RecordingData {
    let path: String
    let training: [TranscribedRecording]
    let validation: [TranscribedRecording]
    let seed: UInt64
    /// Of lists, and of recordings that are named there.
    private let badLines: [ManifestError]
    private let badLimit: Int
    private let console: Console

    static let validationShare = 0.1
    /// With fewer speakers, a share of them would be far from what was asked for.
    private static let fewestSpeakers = 10

    init(_ options: RecordingOptions, path: String, seed: UInt64, console: Console) throws {
        (self.seed, self.console) = (seed, console)
        self.path = URL(fileURLWithPath: path).path
        badLimit = options.skipBad ?? 0
        var (all, bad) = try Self.recordings(self.path)
        let others = try options.validation.map { try Self.recordings(URL(fileURLWithPath: $0).path) }
        bad += others?.bad ?? []
        badLines = bad
        if let last = bad.last, bad.count > badLimit {
            throw SpeechDataError(place: self.path, .tooManyBad(limit: badLimit, last: "\(last)"))
        }
        // Those for testing are for nothing else.
        let isDivided = all.contains { $0.split != nil }
        let kept = all.filter { $0.split == .validation }
        if isDivided { all = all.filter { $0.split == .training } }
        if let others = others?.good {
            let parts = others.filter { $0.split == .validation }
            (training, self.validation) = (all, parts.isEmpty ? others : parts)
        } else if !options.speakerNames.isEmpty {
            let held = Set(options.speakerNames)
            let known = Set(all.compactMap(\.speaker))
            let unknown = held.subtracting(known).sorted()
            guard unknown.isEmpty else {
                throw SpeechDataError(place: self.path, .unknownSpeakers(unknown, known: known.sorted()))
            }
            (training, validation) = (
                all.filter { !held.contains($0.speaker ?? "") }, all.filter { held.contains($0.speaker ?? "") }
            )
        } else if !kept.isEmpty {
            (training, validation) = (all, kept)
        } else {
            let share = options.validationShare ?? Self.validationShare
            let speakers = Set(all.compactMap(\.speaker)).count
            let unit = options.splitBy ?? (speakers >= Self.fewestSpeakers ? .speaker : .recording)
            let kept = RecordingSplitter.kept(of: all, share: share, by: unit, seed: seed)
            guard share == 0 || !kept.isEmpty else { throw SpeechDataError(place: self.path, .tooFewToSplit) }
            training = all.indices.filter { !kept.contains($0) }.map { all[$0] }
            validation = all.indices.filter { kept.contains($0) }.map { all[$0] }
        }
        guard !training.isEmpty else { throw SpeechDataError(place: self.path, .empty) }
        for error in bad { console.error("left out: \(error)") }
    }

    private static func recordings(
        _ path: String
    ) throws -> (good: [TranscribedRecording], bad: [ManifestError]) {
        var (good, bad): ([TranscribedRecording], [ManifestError]) = ([], [])
        for entry in try TranscriptManifest(path: path).recordings {
            switch entry {
            case .success(let recording): good.append(recording)
            case .failure(let error): bad.append(error)
            }
        }
        return (good, bad)
    }

    var recordings: [TranscribedRecording] { training + validation }

    /// Every text as the model is to write it.
    func texts(_ spelling: TargetSpelling) -> [String] { recordings.map { spelling.spelled($0.text) } }

    /// Options that say which recordings they are, with the values that were resolved.
    func options(_ given: RecordingOptions) -> [String: OptionValue] {
        var options: [String: OptionValue] = ["data": .text(path), "skip-bad": .integer(badLimit)]
        options["validation"] = given.validation.map { .text(URL(fileURLWithPath: $0).path) }
        options["validation-speakers"] = given.validationSpeakers.map { .text($0) }
        options["validation-share"] = .number(given.validationShare ?? Self.validationShare)
        options["split-by"] = given.splitBy.map { .text($0.rawValue) }
        options["noise"] = given.noise.map { .text(URL(fileURLWithPath: $0).path) }
        options["reverberation"] = given.reverberation.map {
            .text($0 == RecordedSurroundings.generated ? $0 : URL(fileURLWithPath: $0).path)
        }
        return options
    }

    /// Reads all recordings once: a bad one is found before the training, not in its midst.
    func prepared(
        _ spelling: TargetSpelling, _ tokenizer: any Tokenizer, limits: PreparedRecordings.Limits
    ) throws -> (training: PreparedRecordings, validation: PreparedRecordings?) {
        let meter = ProgressMeter(on: console, label: "reading", unit: .items("recordings"))
        defer { meter.finish() }
        var learnt = try PreparedRecordings(
            training, spelling: spelling, tokenizer: tokenizer, limits: limits,
            skippingBad: badLimit - badLines.count, path: path,
            progress: { [count = training.count] in meter.update(completed: Double($0), of: Double(count)) })
        var kept =
            validation.isEmpty
            ? nil
            : try PreparedRecordings(
                validation, spelling: spelling, tokenizer: tokenizer, limits: limits,
                skippingBad: badLimit - badLines.count - learnt.bad.count, path: path)
        meter.finish()
        let bad = learnt.bad + (kept?.bad ?? [])
        for error in bad { console.error("left out: \(error)") }
        let faults = LateFaults(limit: badLimit, earlierCount: badLines.count + bad.count) { [console] error in
            console.error("left out: \(error)".escapingControlCharacters())
        }
        learnt.faults = faults
        kept?.faults = faults
        tell(learnt, kept)
        return (learnt, kept)
    }

    private func tell(_ learnt: PreparedRecordings, _ kept: PreparedRecordings?) {
        func text(_ recordings: PreparedRecordings) -> String {
            let samples = recordings.clips.reduce(0) { $0 + $1.sampleCount }
            let speakers = Set(recordings.clips.compactMap(\.speaker)).count
            let hours = Double(samples) / Double(PreparedRecordings.sampleRate) / 3600
            return "\(recordings.clips.count) recordings (\(String(format: "%.2f", hours)) hours"
                + (speakers > 0 ? ", \(speakers) speakers)" : ")")
        }
        console.note("\(text(learnt)) to learn from, \(kept.map(text) ?? "none") for validation")
    }

    /// What a resumed run knows its data by: names, texts and sizes of all recordings.
    func fingerprint() throws -> RunDescription.DataFile {
        var (hasher, total) = (SHA256(), 0)
        for (part, recordings) in [("train", training), ("validation", validation)] {
            for recording in recordings {
                // One that is missing is told of when it is read.
                let size = (try? RunDescription.DataFile.byteCount(of: recording.path)) ?? 0
                hasher.update("\(part)\t\(recording.name)\t\(recording.text)\t\(size)\n".utf8)
                total += size
            }
        }
        return RunDescription.DataFile(path: path, byteCount: total, sha256: hasher.finalized().hexadecimal)
    }
}
