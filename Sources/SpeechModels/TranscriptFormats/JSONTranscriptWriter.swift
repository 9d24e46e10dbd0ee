import Foundation

/// JSON with the fields of OpenAI's `verbose_json`, and besides: the file, decisions, timings, each segment's words as
/// openai-whisper has them. Lists have an item a line, so that long transcripts can be read, compared and searched.
public struct JSONTranscriptWriter: TranscriptWriter {
    private let file: String
    private let task: String
    private let isLine: Bool
    private var hasSegments = false

    /// - Parameters:
    ///   - file: what the recording is called.
    ///   - isLine: all on one line, so that several make JSON Lines.
    public init(file: String, task: TranscriptionOptions.Task, isLine: Bool = false) {
        self.init(file: file, taskName: task.rawValue, isLine: isLine)
    }

    /// The same for work that is no transcription.
    public init(file: String, taskName task: String, isLine: Bool = false) {
        self.file = file
        self.task = task
        self.isLine = isLine
    }

    public var opening: String {
        get throws {
            let fields = try [("file", file), ("task", task)].map { field($0, try Self.encode($1)) + "," }
            return "{" + fields.joined() + field("segments", "[")
        }
    }

    public mutating func add(_ segment: TranscriptSegment) throws -> String {
        var segment = segment
        segment.start = Self.rounded(segment.start)
        segment.end = Self.rounded(segment.end)
        segment.words = segment.words?.map { word in
            var word = word
            word.start = Self.rounded(word.start)
            word.end = Self.rounded(word.end)
            return word
        }
        defer { hasSegments = true }
        return item(try Self.encode(segment), isFirst: !hasSegments)
    }

    public func closing(_ transcript: Transcript, isComplete: Bool) throws -> String {
        var text = listEnd(isEmpty: !hasSegments)
        func add(_ name: String, _ value: some Encodable) throws { text += "," + field(name, try Self.encode(value)) }
        func add(_ name: String, list: [some Encodable]) throws {
            text += "," + field(name, "[")
            for (index, value) in list.enumerated() { text += item(try Self.encode(value), isFirst: index == 0) }
            text += listEnd(isEmpty: list.isEmpty)
        }
        try add("text", transcript.text)
        if !transcript.language.isEmpty { try add("language", transcript.language) }
        try add("duration", Self.rounded(transcript.duration))
        if transcript.segments.contains(where: { $0.words != nil }) {
            try add("words", list: transcript.segments.flatMap { $0.words ?? [] }.map(PlainWord.init))
        }
        try add("decisions", list: transcript.decisions.map(Self.rounded))
        try add("timings", transcript.timings)
        if !isComplete { try add("partial", true) }
        return text + (isLine ? "}\n" : "\n}\n")
    }

    /// A word as OpenAI's service gives it: without the space before it.
    private struct PlainWord: Encodable {
        let word: String
        let start: Double
        let end: Double

        init(_ word: TranscriptWord) {
            self.word = word.text.trimmed()
            start = rounded(word.start)
            end = rounded(word.end)
        }
    }

    // MARK: Layout

    private func field(_ name: String, _ value: String) -> String {
        isLine ? "\"\(name)\":\(value)" : "\n  \"\(name)\": \(value)"
    }

    private func item(_ value: String, isFirst: Bool) -> String {
        (isFirst ? "" : ",") + (isLine ? "" : "\n    ") + value
    }

    private func listEnd(isEmpty: Bool) -> String { isLine || isEmpty ? "]" : "\n  ]" }

    private static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func rounded(_ decision: TranscriptDecision) -> TranscriptDecision {
        var decision = decision
        decision.start = rounded(decision.start)
        decision.end = rounded(decision.end)
        return decision
    }

    /// Seconds to the millisecond: sums of floating-point numbers leave odd digits behind.
    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}
