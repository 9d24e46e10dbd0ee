import Foundation

/// JSON Lines: an object for each segment as soon as it is heard, and in streams for each unfinished one.
///
/// `type` is `final` or `partial`; `file`, `start`, `end` in seconds, `text`; of final ones also `confidence` and, where they were
/// asked for, `words`.
public struct JSONLinesWriter: TranscriptWriter {
    private let file: String

    /// - Parameter file: what the recording is called.
    public init(file: String) { self.file = file }

    public func add(_ segment: TranscriptSegment) throws -> String { try line(segment, isFinal: true) }

    public func line(_ segment: TranscriptSegment, isFinal: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = Line(
            type: isFinal ? "final" : "partial", file: file, start: Self.rounded(segment.start),
            end: Self.rounded(segment.end), text: segment.text.trimmed(),
            confidence: isFinal ? Self.rounded(segment.confidence) : nil,
            words: isFinal
                ? segment.words?.map {
                    TranscriptWord(
                        text: $0.text, start: Self.rounded($0.start), end: Self.rounded($0.end),
                        probability: $0.probability)
                } : nil)
        return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
    }

    private struct Line: Encodable {
        let type: String
        let file: String
        let start: Double
        let end: Double
        let text: String
        let confidence: Double?
        let words: [TranscriptWord]?
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
