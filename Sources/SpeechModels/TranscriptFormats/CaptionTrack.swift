/// The subtitles of a recording in the order of time: none begins before the one before it has ended, each stands for
/// a millisecond at least.
struct CaptionTrack: Sendable {
    /// What stands on the screen at once. Times in milliseconds.
    struct Frame {
        let start: Int
        let end: Int
        /// Words of each line and whether they are marked.
        let lines: [[(text: String, isHighlighted: Bool)]]
    }

    let layout: CaptionLayout
    private var previousEnd = 0

    init(_ layout: CaptionLayout) { self.layout = layout }

    /// The frames of the next segment: a subtitle is one, or, where words are highlighted, one for each word and each
    /// silence between two.
    mutating func frames(of segment: TranscriptSegment) -> [Frame] {
        layout.captions(of: segment).flatMap { caption in
            layout.highlightsWords ? highlightedFrames(of: caption) : [frame(caption, caption.start, caption.end)]
        }
    }

    private mutating func highlightedFrames(of caption: Caption) -> [Frame] {
        var frames: [Frame] = []
        for (line, words) in caption.lines.enumerated() {
            for (place, word) in words.enumerated() {
                guard let start = word.start, let end = word.end else { continue }
                if !frames.isEmpty, milliseconds(start) > previousEnd {
                    frames.append(frame(caption, Double(previousEnd) / 1000, start))
                }
                frames.append(frame(caption, start, end, highlighting: (line, place)))
            }
        }
        return frames.isEmpty ? [frame(caption, caption.start, caption.end)] : frames
    }

    private mutating func frame(
        _ caption: Caption, _ start: Double, _ end: Double, highlighting marked: (line: Int, place: Int)? = nil
    ) -> Frame {
        let first = max(milliseconds(start), previousEnd)
        previousEnd = max(milliseconds(end), first + 1)
        let lines = caption.lines.enumerated().map { line, words in
            words.enumerated().map { place, word in
                (text: word.text, isHighlighted: marked.map { $0 == (line, place) } ?? false)
            }
        }
        return Frame(start: first, end: previousEnd, lines: lines)
    }
}

extension CaptionTrack.Frame {
    /// The lines, with `<u>` around the word that is marked.
    func text(escape: (String) -> String) -> String {
        lines.map { line in
            line.map { word in
                guard word.isHighlighted else { return escape(word.text) }
                let space = word.text.prefix { $0.isWhitespace }
                return "\(space)<u>\(escape(String(word.text.dropFirst(space.count))))</u>"
            }.joined().trimmed()
        }.joined(separator: "\n")
    }
}
