public import Evaluation
public import Hashing

/// Gathers transcripts beside what was said, and makes the report of them.
public struct TranscriptionEvaluation: Sendable {
    public static let wordErrorRate = "word_error_rate"
    public static let characterErrorRate = "character_error_rate"

    public let normalizer: TextNormalizer
    private var items: [EvaluationReport.Item] = []
    private var scores: [TranscriptScore] = []
    private var wordErrors = WordErrorTally()
    private var speakers: [String: [TranscriptScore]] = [:]
    private var dataHash = SHA256()
    private var audioSeconds = 0.0
    private var wallSeconds = 0.0

    public init(normalizer: TextNormalizer) { self.normalizer = normalizer }

    /// Adds a transcript.
    ///
    /// - Parameters:
    ///   - contentHash: of the sound file.
    ///   - speaker: who speaks, where that is known.
    ///   - audioSeconds: length of the recording.
    ///   - wallSeconds: what the transcription took.
    public mutating func add(
        name: String, contentHash: SHA256Digest, reference: String, output: String, speaker: String? = nil,
        audioSeconds: Double, wallSeconds: Double
    ) {
        addToHash(name, contentHash, reference)
        let score = TranscriptScore(reference: reference, hypothesis: output, normalizer: normalizer)
        scores.append(score)
        var item = EvaluationReport.Item(
            name: name, reference: reference, output: output, figures: Self.figures([score]),
            parts: [Self.wordErrorRate: score.words.parts, Self.characterErrorRate: score.characters.parts])
        let (expected, given) = (normalizer.normalized(reference), normalizer.normalized(output))
        wordErrors.add(reference: expected, hypothesis: given)
        if score.words.errors > 0 { item.alignment = Alignment.marked(reference: expected, hypothesis: given) }
        item.speaker = speaker
        if let speaker { speakers[speaker, default: []].append(score) }
        items.append(item)
        self.audioSeconds += audioSeconds
        self.wallSeconds += wallSeconds
    }

    /// Adds an item that could not be transcribed; it is reported and stands in no figure.
    ///
    /// - Parameter contentHash: nil where the sound file could not be read.
    public mutating func addFailure(name: String, contentHash: SHA256Digest?, reference: String?, error: String) {
        addToHash(name, contentHash, reference ?? "")
        items.append(EvaluationReport.Item(name: name, reference: reference, error: error))
    }

    private static func figures(_ scores: [TranscriptScore]) -> [String: Ratio] {
        [
            wordErrorRate: Ratio(scores.reduce(ErrorCounts()) { $0 + $1.words }),
            characterErrorRate: Ratio(scores.reduce(ErrorCounts()) { $0 + $1.characters }),
        ]
    }

    private mutating func addToHash(_ name: String, _ contentHash: SHA256Digest?, _ reference: String) {
        dataHash.update("\(name)\t\(contentHash?.hexadecimal ?? "-")\t\(reference)\n".utf8)
    }

    /// The report of everything added so far.
    public func report(
        model: EvaluationReport.Model, dataName: String, settings: [String: Setting],
        environment: EvaluationReport.Environment, bootstrap: Bootstrap = Bootstrap()
    ) -> EvaluationReport {
        var report = EvaluationReport(
            task: "speech transcription", model: model,
            data: EvaluationReport.DataSet(
                name: dataName, sha256: dataHash.finalized().hexadecimal, itemCount: items.count),
            settings: settings.merging(["normalizer": .text(normalizer.rawValue)]) { given, _ in given },
            figures: [
                Figure(name: Self.wordErrorRate, counts: scores.map(\.words), bootstrap: bootstrap),
                Figure(name: Self.characterErrorRate, counts: scores.map(\.characters), bootstrap: bootstrap),
            ],
            items: items, environment: environment,
            timing: EvaluationReport.Timing(amount: audioSeconds, unit: "seconds of audio", wallSeconds: wallSeconds))
        report.wordErrors = wordErrors.errors
        if !speakers.isEmpty {
            report.speakers = speakers.sorted { $0.key < $1.key }.map { name, scores in
                EvaluationReport.Speaker(name: name, itemCount: scores.count, figures: Self.figures(scores))
            }
        }
        return report
    }
}
