public import Datasets
import Hashing
public import Tokenizers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks through recordings with their texts for what spoils training or its judgement: those that training refuses, sound
/// that is cut off, the same sound twice, with two texts, or in two parts of the data.
///
/// Every recording is heard once (``RecordingFacts``), in any order; then all are compared.
public struct RecordingCheck: Sendable {
    public typealias Split = TranscribedRecording.Split

    /// A recording with the part of the data that it belongs to.
    public struct Entry: Sendable {
        public let recording: TranscribedRecording
        public let split: Split
        /// As a model would write it.
        let text: String
    }

    public struct Report: Sendable {
        /// In the order of the data, faulty lines first; those of the whole come last.
        public let findings: [RecordingFinding]
        /// What each part of the data has.
        public let parts: [Split: RecordingStatistics]
        /// Lengths of all recordings that were read.
        public let lengths: LengthHistogram
        /// Characters of all texts, in their order.
        public let characters: [String]

        public var problemCount: Int { findings.count { $0.isProblem } }
        public var goodCount: Int { parts.values.reduce(0) { $0 + $1.goodCount } }
    }

    /// What the data is called.
    public let path: String
    /// What is heard, in the order of the data.
    public let entries: [Entry]
    /// Whether the data says which part of it is for what.
    public let isDivided: Bool
    private let faults: [ManifestError]
    private let spelling: TargetSpelling
    /// Of the model that is to write the texts; nil for one that learns their characters.
    private let tokenizer: (any Tokenizer)?

    private static let limits = PreparedRecordings.Limits.conformer
    /// A part of the samples that, cut off at full scale, can be heard.
    private static let clippedShare = 1e-3
    /// Decibels of full scale under which the loudest sample of a recording is very soft.
    private static let quietDecibels = -40.0

    /// - Parameters:
    ///   - validation: of a second data set that is only judged by, if there is one.
    ///   - path: what the data is called.
    public init(
        _ manifest: TranscriptManifest, validation: TranscriptManifest? = nil, spelling: TargetSpelling = .words,
        tokenizer: (any Tokenizer)? = nil
    ) {
        (path, self.spelling, self.tokenizer) = (manifest.path, spelling, tokenizer)
        func good(_ manifest: TranscriptManifest) -> [TranscribedRecording] {
            manifest.recordings.compactMap { try? $0.get() }
        }
        func faults(_ manifest: TranscriptManifest) -> [ManifestError] {
            manifest.recordings.compactMap { entry in if case .failure(let error) = entry { error } else { nil } }
        }
        let own = good(manifest)
        var entries = own.map {
            Entry(recording: $0, split: $0.split ?? .training, text: spelling.spelled($0.text))
        }
        if let validation {
            // As for training: of data that is divided, only the part for that.
            let others = good(validation)
            let parts = others.filter { $0.split == .validation }
            entries += (parts.isEmpty ? others : parts).map {
                Entry(recording: $0, split: .validation, text: spelling.spelled($0.text))
            }
        }
        self.entries = entries
        self.faults = faults(manifest) + (validation.map(faults) ?? [])
        isDivided = validation != nil || own.contains { $0.split != nil }
    }

    /// - Parameter facts: of every entry, in their order.
    public func report(_ facts: [RecordingFacts]) -> Report {
        precondition(facts.count == entries.count, "\(facts.count) facts about \(entries.count) recordings")
        var findings = [[RecordingFinding]](repeating: [], count: entries.count)
        var sounds: [RecordingFacts.Sound?] = []
        var isGood: [Bool] = []
        for (index, fact) in facts.enumerated() {
            let recording = entries[index].recording
            switch fact.outcome {
            case .failed(let message):
                findings[index].append(RecordingFinding(recording, .unusable(.unreadable(message))))
                sounds.append(nil)
            case .read(let sound):
                findings[index] += judge(entries[index], sound).map { RecordingFinding(recording, $0) }
                sounds.append(sound)
            }
            isGood.append(!findings[index].contains { $0.isProblem })
        }
        compare(sounds, &isGood, &findings)
        let good = entries.indices.filter { isGood[$0] }
        for index in rareTexts(good) + unusualRates(good, sounds) {
            findings[index.place].append(RecordingFinding(entries[index.place].recording, index.reason))
        }
        return Report(
            findings: faults.map { RecordingFinding($0.place, place: $0.place, .fault($0)) }
                + findings.flatMap { $0 } + wholeFindings(good, sounds),
            parts: parts(isGood, sounds), lengths: LengthHistogram(sounds.compactMap { $0?.seconds }),
            characters: Set(entries.flatMap { $0.text.unicodeScalars.map { String($0) } }).sorted())
    }

    // MARK: One recording

    private func judge(_ entry: Entry, _ sound: RecordingFacts.Sound) -> [RecordingFinding.Reason] {
        var reasons: [RecordingFinding.Reason] = sound.warnings.map { .unusable(.damaged($0)) }
        if entry.text.isEmpty { reasons.append(.unusable(.noText)) }
        var length: SpeechDataError.Reason?
        if let tokenizer {
            do {
                let targets = try tokenizer.targets(of: entry.text)
                let unknown = tokenizer.unknownCharacters(in: entry.text, targets)
                if !unknown.isEmpty { reasons.append(.unusable(.outsideAlphabet(unknown))) }
                length = Self.limits.fault(seconds: sound.seconds, targets)
            } catch {
                reasons.append(.unusable(.unreadable("\(error)")))
            }
        } else {
            length = Self.limits.fault(seconds: sound.seconds, Array(entry.text.unicodeScalars))
        }
        if let length { reasons.append(.unusable(length)) }
        guard sound.sampleCount > 0, sound.peak > Float(PreparedRecordings.audibleAmplitude) / 32_767 else {
            return reasons + [.unusable(.silent)]
        }
        let decibels = 20 * log10(Double(sound.peak))
        if decibels < Self.quietDecibels { reasons.append(.quiet(decibels: decibels)) }
        let share = Double(sound.clippedCount) / Double(sound.sampleCount)
        if share >= Self.clippedShare { reasons.append(.clipped(share: share)) }
        return reasons
    }

    // MARK: All together

    /// What is the same sound more than once.
    private func compare(
        _ sounds: [RecordingFacts.Sound?], _ isGood: inout [Bool], _ findings: inout [[RecordingFinding]]
    ) {
        var groups: [SHA256Digest: [Int]] = [:]
        for index in entries.indices where isGood[index] {
            if let digest = sounds[index]?.digest { groups[digest, default: []].append(index) }
        }
        for group in groups.values where group.count > 1 {
            // Of a recording in several parts, the one stays by which the rest is judged.
            let kept = group.min { (entries[$0].split.rank, $0) < (entries[$1].split.rank, $1) } ?? group[0]
            for index in group {
                let entry = entries[index]
                let reason: RecordingFinding.Reason
                if let other = group.first(where: { entries[$0].text != entry.text }) {
                    reason = .contradiction(of: called(other), text: entries[other].text)
                } else if index != kept {
                    let split = entries[kept].split
                    reason = split == entry.split ? .duplicate(of: called(kept)) : .leak(of: called(kept), split)
                } else {
                    continue
                }
                isGood[index] = false
                findings[index].append(RecordingFinding(entry.recording, reason))
            }
        }
    }

    private func called(_ index: Int) -> String { entries[index].recording.name }

    private func parts(_ isGood: [Bool], _ sounds: [RecordingFacts.Sound?]) -> [Split: RecordingStatistics] {
        var parts: [Split: RecordingStatistics] = [:]
        for (index, entry) in entries.enumerated() {
            parts[entry.split, default: RecordingStatistics()].add(
                entry, seconds: sounds[index]?.seconds, isGood: isGood[index])
        }
        return parts
    }
}

extension TranscribedRecording.Split {
    /// The test first: what it holds is not to be learnt, nor to be chosen by.
    fileprivate var rank: Int {
        switch self {
        case .test: 0
        case .validation: 1
        case .training: 2
        }
    }
}
