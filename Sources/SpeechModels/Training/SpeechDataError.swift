/// What is wrong with recordings that a model is to learn from, or with one of them.
public struct SpeechDataError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Error, Sendable, Equatable {
        case unreadable(String)
        /// Cut off or damaged, though some of it can be read.
        case damaged(String)
        /// Another length than when it was first read.
        case changed(sampleCount: Int, expected: Int)
        case noText
        /// Words without a sound that anybody could hear.
        case silent
        case tooLong(seconds: Double, limit: Double)
        /// Fewer frames than the tokens need, repeats counted twice.
        case tooShort(seconds: Double, frames: Int, needed: Int)
        /// A text that the model would not write at once.
        case tooManyTokens(Int, limit: Int)
        /// Characters that the model cannot write, or words, if it knows whole words alone.
        case outsideAlphabet([String])
        case empty
        case unknownSpeakers([String], known: [String])
        case tooFewToSplit
        /// More recordings than that cannot be used; the last of them.
        case tooManyBad(limit: Int, last: String)

        /// A word for programs.
        var kind: String {
            switch self {
            case .unreadable: "unreadable"
            case .damaged: "damaged"
            case .changed: "changed"
            case .noText: "no-text"
            case .silent: "silent"
            case .tooLong: "too-long"
            case .tooShort: "too-short"
            case .tooManyTokens: "too-many-tokens"
            case .outsideAlphabet: "outside-alphabet"
            case .empty: "empty"
            case .unknownSpeakers: "unknown-speakers"
            case .tooFewToSplit: "too-few"
            case .tooManyBad: "too-many-bad"
            }
        }
    }

    /// The data, or the place where the recording is listed.
    public let place: String
    /// The sound file, where it is one of several.
    public let file: String?
    public let reason: Reason

    public init(place: String, file: String? = nil, _ reason: Reason) {
        (self.place, self.file, self.reason) = (place, file, reason)
    }

    public var description: String {
        let subject = file.map { $0 == place ? place : "\(place): \($0)" } ?? place
        return switch reason {
        // These name files themselves.
        case .unreadable(let message), .damaged(let message): place == file ? message : "\(place): \(message)"
        case .tooManyBad(let limit, let last):
            limit == 0
                ? "\(last) (mend or remove it, or leave such recordings out with --skip-bad)"
                : "more than \(limit) recordings of \(subject) cannot be used; here is one: \(last)"
        default: "\(subject): \(reason.text)"
        }
    }
}

extension SpeechDataError.Reason {
    /// In words, without what it is about.
    var text: String {
        switch self {
        case .unreadable(let message), .damaged(let message): message
        case .changed(let sampleCount, let expected):
            "has \(sampleCount) samples where it had \(expected); leave recordings as they are while they are learnt from"
        case .noText: "nothing is said in it by its text; remove it or give its words"
        case .silent: "is silent, though its text has words"
        case .tooLong(let seconds, let limit):
            "lasts \(Self.text(seconds)) s; expected at most \(Self.text(limit)) s, cut it at pauses"
        case .tooShort(let seconds, let frames, let needed):
            "lasts \(Self.text(seconds)) s, which are \(frames) frames of the model's; its text needs \(needed)"
        case .tooManyTokens(let count, let limit):
            "its text has \(count) tokens; expected at most \(limit), cut the recording at pauses"
        case .outsideAlphabet(let characters):
            "its text has what the model cannot write: "
                + characters.map { "'\($0)'" }.joined(separator: " ")
        case .empty: "lists no recording to learn from"
        case .unknownSpeakers(let names, let known):
            "nobody is called \(Self.list(names)); speakers are \(Self.list(known))"
        case .tooFewToSplit:
            "there are too few recordings to keep some for validation; add some, or give --validation"
        case .tooManyBad(let limit, let last): "more than \(limit) recordings cannot be used; here is one: \(last)"
        }
    }

    private static func text(_ seconds: Double) -> String { "\((seconds * 100).rounded() / 100)" }

    private static func list(_ names: [String]) -> String {
        guard !names.isEmpty else { return "not known" }
        let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }
}
