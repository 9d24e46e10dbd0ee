/// Writes a transcript in one form, piece by piece as it is heard: what was written need not be kept.
public protocol TranscriptWriter: Sendable {
    /// What stands before the first segment, even where there is none.
    var opening: String { get throws }

    /// The text for the next segment; segments come in the order of time.
    mutating func add(_ segment: TranscriptSegment) throws -> String

    /// What stands after the last segment.
    ///
    /// - Parameters:
    ///   - transcript: everything; its segments are those that were added.
    ///   - isComplete: false where the work ended before the recording did.
    func closing(_ transcript: Transcript, isComplete: Bool) throws -> String
}

extension TranscriptWriter {
    public var opening: String { "" }
    public func closing(_ transcript: Transcript, isComplete: Bool) throws -> String { "" }

    /// The whole of a finished transcript.
    public func text(of transcript: Transcript) throws -> String {
        var writer = self
        var text = try opening
        for segment in transcript.segments { text += try writer.add(segment) }
        return text + (try writer.closing(transcript, isComplete: true))
    }
}

/// The words alone, a segment a line.
public struct PlainTextWriter: TranscriptWriter {
    public init() {}

    public func add(_ segment: TranscriptSegment) -> String { segment.text.onOneLine() + "\n" }
}

/// Tab-separated values with a heading: `start` and `end` in whole milliseconds, `text`; where asked for, `confidence`.
public struct TabSeparatedWriter: TranscriptWriter {
    private let showsConfidence: Bool

    public init(showsConfidence: Bool = false) { self.showsConfidence = showsConfidence }

    public var opening: String { "start\tend\ttext\(showsConfidence ? "\tconfidence" : "")\n" }

    public func add(_ segment: TranscriptSegment) -> String {
        // No tab is left in text on one line.
        let confidence = showsConfidence ? "\t\((segment.confidence * 1000).rounded() / 1000)" : ""
        return
            "\(milliseconds(segment.start))\t\(milliseconds(segment.end))\t\(segment.text.onOneLine())\(confidence)\n"
    }
}
