/// Subtitle files of a transcript's segments.
public enum Subtitles {
    /// SubRip (`.srt`): numbered, times with a comma.
    public static func subRip(_ segments: [TranscriptSegment]) -> String {
        segments.enumerated().map { index, segment in
            let times = [segment.start, segment.end].map { timecode($0, decimalMark: ",") }
            return "\(index + 1)\n\(times[0]) --> \(times[1])\n\(oneLine(segment.text))\n\n"
        }.joined()
    }

    /// WebVTT (`.vtt`): times with a point; `&` and `<` are written as entities.
    public static func webVTT(_ segments: [TranscriptSegment]) -> String {
        "WEBVTT\n\n"
            + segments.map { segment in
                let times = [segment.start, segment.end].map { timecode($0, decimalMark: ".") }
                let text = oneLine(segment.text).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                    .replacing("-->", with: "--&gt;")
                return "\(times[0]) --> \(times[1])\n\(text)\n\n"
            }.joined()
    }

    /// `00:01:02,345`, rounded to the nearest millisecond.
    static func timecode(_ seconds: Double, decimalMark: String) -> String {
        func padded(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let milliseconds = Int((seconds * 1000).rounded())
        let whole = milliseconds / 1000
        return [padded(whole / 3600, 2), padded(whole / 60 % 60, 2), padded(whole % 60, 2)].joined(separator: ":")
            + decimalMark + padded(milliseconds % 1000, 3)
    }

    /// An empty line would end the subtitle.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ").trimmed()
    }
}
