/// How segments become subtitles: how wide, how high and how long one may be.
///
/// Without any limit a subtitle is a segment, on one line. With one, segments are divided between words, where the
/// words' times tell when each part is heard: at pauses, after sentences and clauses where possible, into parts of
/// like length. A segment that does not tell its words' times stays one subtitle, whose lines alone are divided: no
/// time is invented.
public struct CaptionLayout: Sendable {
    /// Cells of a line; a longer word has a line of its own.
    public var maximumLineWidth: Int?
    public var maximumLineCount: Int?
    /// Words of a subtitle.
    public var maximumWordCount: Int?
    /// Whether the word that is being spoken is marked.
    public var highlightsWords = false
    /// The cells that a text takes on a line: two for an East Asian character.
    let displayWidth: @Sendable (String) -> Int

    public init(displayWidth: @escaping @Sendable (String) -> Int) { self.displayWidth = displayWidth }

    public var needsWordTimes: Bool { highlightsWords || divides }

    /// A longer pause inside a segment ends a subtitle, in seconds.
    static let longPause = 1.0
    /// A shorter pause is no reason to break a line, in seconds.
    static let shortPause = 0.3

    private var divides: Bool {
        maximumLineWidth != nil || maximumLineCount != nil || maximumWordCount != nil
    }

    /// Two lines of 42 cells are what broadcasters agree on; they complete what was given in part.
    var lineWidth: Int? { maximumLineWidth ?? maximumLineCount.map { _ in 42 } }
    var lineCount: Int { maximumLineCount ?? (maximumLineWidth == nil ? 1 : 2) }

    func captions(of segment: TranscriptSegment) -> [Caption] {
        guard needsWordTimes, let words = segment.words, !words.isEmpty else {
            return [untimedCaption(segment)].filter { !$0.lines.isEmpty }
        }
        let spoken = CaptionWord.joining(
            words.map {
                CaptionWord(text: $0.text.withoutControlCharacters(), start: $0.start, end: $0.end)
            })
        guard divides else { return spoken.isEmpty ? [] : [Caption(lines: [spoken])] }
        return Self.runs(spoken).flatMap { run in
            let breaks = LineBreaks(run, displayWidth: displayWidth)
            return breaks.captions(width: lineWidth, lineCount: lineCount, wordCount: maximumWordCount).map { range in
                Caption(lines: breaks.lines(range, width: lineWidth).map { Array(run[$0]) })
            }
        }
    }

    private func untimedCaption(_ segment: TranscriptSegment) -> Caption {
        let words = CaptionWord.words(of: segment.text.onOneLine())
        let breaks = LineBreaks(words, displayWidth: displayWidth)
        let lines = words.isEmpty ? [] : breaks.lines(words.indices, width: lineWidth)
        return Caption(start: segment.start, end: segment.end, lines: lines.map { Array(words[$0]) })
    }

    /// `words` in parts with no long pause inside.
    private static func runs(_ words: [CaptionWord]) -> [[CaptionWord]] {
        var runs: [[CaptionWord]] = []
        for word in words {
            if let last = runs.last?.last, word.pause(after: last) < longPause {
                runs[runs.count - 1].append(word)
            } else {
                runs.append([word])
            }
        }
        return runs
    }
}

/// One subtitle. Times in seconds from the beginning of the recording.
struct Caption: Equatable {
    var start: Double
    var end: Double
    var lines: [[CaptionWord]]

    init(start: Double, end: Double, lines: [[CaptionWord]]) {
        self.start = start
        self.end = end
        self.lines = lines
    }

    /// - Precondition: there are words, and they have times.
    init(lines: [[CaptionWord]]) {
        let words = lines.joined()
        self.init(start: words.first?.start ?? 0, end: words.compactMap(\.end).last ?? 0, lines: lines)
    }
}
