/// SubRip (`.srt`): numbered, times with a comma. The form knows no escapes: what a segment holds that looks like a tag
/// stays as it is, an arrow `-->` loses a dash, so that no line passes for one with times.
public struct SubRipWriter: TranscriptWriter {
    private var track: CaptionTrack
    private var number = 0

    public init(_ layout: CaptionLayout) { track = CaptionTrack(layout) }

    public mutating func add(_ segment: TranscriptSegment) -> String {
        track.frames(of: segment).map { frame in
            number += 1
            let times = [frame.start, frame.end].map { timecode(milliseconds: $0, decimalMark: ",") }
            let text = frame.text { $0 }.replacing("-->", with: "->")
            return "\(number)\n\(times[0]) --> \(times[1])\n\(text)\n\n"
        }.joined()
    }
}

/// WebVTT (`.vtt`): times with a point; `&`, `<` and `>` are written as entities.
public struct WebVTTWriter: TranscriptWriter {
    private var track: CaptionTrack

    public init(_ layout: CaptionLayout) { track = CaptionTrack(layout) }

    public var opening: String { "WEBVTT\n\n" }

    public mutating func add(_ segment: TranscriptSegment) -> String {
        track.frames(of: segment).map { frame in
            let times = [frame.start, frame.end].map { timecode(milliseconds: $0, decimalMark: ".") }
            return "\(times[0]) --> \(times[1])\n\(frame.text(escape: Self.escape))\n\n"
        }.joined()
    }

    private static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

/// Lyrics (`.lrc`): `[mm:ss.xx]` and the words, a line of a subtitle a line; with highlighted words a `<mm:ss.xx>`
/// before each, as players of karaoke want it. The form knows no ends and no escapes: a bracket that might pass for a
/// time is parted from the time before it by a space.
public struct LyricsWriter: TranscriptWriter {
    private let layout: CaptionLayout
    /// Hundredths of a second; no line begins before the line before it.
    private var previousStart = 0

    public init(_ layout: CaptionLayout) { self.layout = layout }

    public mutating func add(_ segment: TranscriptSegment) -> String {
        layout.captions(of: segment).flatMap { caption in
            // Without the words' times, only the first of several lines has one.
            caption.lines.first?.first?.start == nil ? [caption.lines.flatMap { $0 }] : caption.lines
        }.map { line(of: $0, start: $0.first?.start ?? segment.start) }.joined()
    }

    private mutating func line(of words: [CaptionWord], start: Double) -> String {
        previousStart = max(hundredths(start), previousStart)
        var text = ""
        var latest = previousStart
        for word in words {
            let space = word.text.prefix { $0.isWhitespace }
            let bare = Self.escape(String(word.text.dropFirst(space.count)))
            guard layout.highlightsWords, let start = word.start else {
                text += space + bare
                continue
            }
            latest = max(latest, hundredths(start))
            text += "\(space)<\(Self.clock(latest))>\(bare)"
        }
        text = text.trimmed()
        return "[\(Self.clock(previousStart))]\(text.hasPrefix("[") ? " " : "")\(text)\n"
    }

    private func hundredths(_ seconds: Double) -> Int { (milliseconds(seconds) + 5) / 10 }

    /// A `<` before a digit would begin a time.
    private static func escape(_ text: String) -> String {
        text.replacing(/<(?=[0-9])/, with: "< ")
    }

    private static func clock(_ hundredths: Int) -> String {
        "\(padded(hundredths / 6000, 2)):\(padded(hundredths / 100 % 60, 2)).\(padded(hundredths % 100, 2))"
    }
}
