public import Datasets

/// Something about recordings with their texts that somebody should know before a model learns from them.
public struct RecordingFinding: DataFinding, Equatable {
    public enum Reason: Sendable, Equatable {
        /// A line that lists no recording.
        case fault(ManifestError)
        /// What training refuses.
        case unusable(SpeechDataError.Reason)
        /// So large a part of the samples was cut off at full scale.
        case clipped(share: Double)
        /// Nothing is louder than so many decibels of full scale.
        case quiet(decibels: Double)
        /// The same sound with the same text stands in the same part already.
        case duplicate(of: String)
        /// The same sound stands in another part of the data, by which what was learnt is judged.
        case leak(of: String, TranscribedRecording.Split)
        /// The same sound has another text elsewhere.
        case contradiction(of: String, text: String)
        /// Characters that hardly any other text has.
        case rareCharacters([String])
        /// Characters of the text a second, far from those of the others: the text may be another recording's.
        case speakingRate(found: Double, usual: Double)
        case sharedSpeakers([String], TranscribedRecording.Split, TranscribedRecording.Split)
        /// A text that many recordings have.
        case frequentText(String, count: Int)
        /// Some recordings have another sampling rate (hertz) than most, one of them being the example.
        case mixedRates(Int, count: Int, example: String, most: Int)
        case mixedChannels(Int, count: Int, example: String, most: Int)
    }

    /// The recording as the data calls it, or the data itself.
    public let name: String
    public let place: String?
    public let reason: Reason

    init(_ name: String, place: String? = nil, _ reason: Reason) {
        (self.name, self.place, self.reason) = (name, place, reason)
    }

    init(_ recording: TranscribedRecording, _ reason: Reason) {
        self.init(recording.name, place: recording.place, reason)
    }

    /// Whether the data should be mended; the rest is only worth knowing.
    public var isProblem: Bool {
        switch reason {
        case .fault, .unusable, .clipped, .duplicate, .leak, .contradiction: true
        case .quiet, .rareCharacters, .speakingRate, .sharedSpeakers, .frequentText, .mixedRates, .mixedChannels: false
        }
    }

    /// A word for programs.
    public var kind: String {
        switch reason {
        case .fault: "faulty-line"
        case .unusable(let reason): reason.kind
        case .clipped: "clipped"
        case .quiet: "quiet"
        case .duplicate: "duplicate"
        case .leak: "leak"
        case .contradiction: "contradiction"
        case .rareCharacters: "rare-characters"
        case .speakingRate: "speaking-rate"
        case .sharedSpeakers: "shared-speakers"
        case .frequentText: "frequent-text"
        case .mixedRates: "mixed-rates"
        case .mixedChannels: "mixed-channels"
        }
    }

    /// The other recording, where there are two.
    public var other: String? {
        switch reason {
        case .duplicate(let other), .leak(let other, _), .contradiction(let other, _), .mixedRates(_, _, let other, _),
            .mixedChannels(_, _, let other, _):
            other
        default: nil
        }
    }
}

extension RecordingFinding {
    public var description: String {
        let subject = place.map { $0 == name ? name : "\($0): \(name)" } ?? name
        return "\(subject): \(explanation)"
    }

    /// The reason in words.
    public var explanation: String {
        switch reason {
        case .fault(let error): error.reasonText
        case .unusable(let reason): reason.text
        case .clipped(let share): "\(Self.text(100 * share)) % of it is cut off at full scale; record it more softly"
        case .quiet(let decibels): "nothing in it is louder than \(Self.text(decibels)) dB of full scale"
        case .duplicate(let other): "the same sound as \(other)"
        case .leak(let other, let split): "the same sound as \(other), which is kept for \(split.rawValue)"
        case .contradiction(let other, let text): "the same sound as \(other), whose text is '\(Self.shortened(text))'"
        case .rareCharacters(let characters):
            "hardly any other text has \(characters.map { "'\($0)'" }.joined(separator: " "))"
        case .speakingRate(let found, let usual):
            "\(Self.text(found)) characters a second where \(Self.text(usual)) are usual; its text may be another's"
        case .sharedSpeakers(let names, let first, let second):
            "\(names.count) \(names.count == 1 ? "speaker is" : "speakers are") in \(first.rawValue) and in "
                + "\(second.rawValue), such as '\(names[0])': what is measured there is not about new voices"
        case .frequentText(let text, let count): "\(count) recordings have the text '\(Self.shortened(text))'"
        case .mixedRates(let rate, let count, let example, let most):
            "\(count) \(count == 1 ? "recording has" : "recordings have") \(rate) Hz, most \(most) Hz, such as \(example)"
        case .mixedChannels(let channels, let count, let example, let most):
            "\(count) \(count == 1 ? "recording has" : "recordings have") \(Self.channels(channels)), most "
                + "\(Self.channels(most)), such as \(example)"
        }
    }

    private static func text(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }

    private static func channels(_ count: Int) -> String { count == 1 ? "1 channel" : "\(count) channels" }

    private static func shortened(_ text: String) -> String { text.count > 60 ? "\(text.prefix(57))..." : text }
}
