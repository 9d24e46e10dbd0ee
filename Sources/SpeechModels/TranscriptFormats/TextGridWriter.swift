/// A TextGrid, as Praat reads it (https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html): a tier `segments`, and one
/// `words` where the words' times are known. Tiers are without gaps: between segments and between words stand empty intervals.
///
/// The form begins with the length of the recording, so nothing is written before its end.
public struct TextGridWriter: TranscriptWriter {
    public init() {}

    public func add(_ segment: TranscriptSegment) -> String { "" }

    public func closing(_ transcript: Transcript, isComplete: Bool) -> String {
        let words = transcript.segments.flatMap { $0.words ?? [] }
        let end = max(transcript.duration, transcript.segments.last?.end ?? 0, words.last?.end ?? 0)
        var tiers = [
            tier("segments", transcript.segments.map { ($0.start, $0.end, $0.text) }, end: end, number: 1)
        ]
        if !words.isEmpty {
            tiers.append(tier("words", words.map { ($0.start, $0.end, $0.text) }, end: end, number: 2))
        }
        return """
            File type = "ooTextFile"
            Object class = "TextGrid"

            xmin = 0
            xmax = \(seconds(milliseconds(end)))
            tiers? <exists>
            size = \(tiers.count)
            item []:
            \(tiers.joined())
            """
    }

    private func tier(
        _ name: String, _ items: [(start: Double, end: Double, text: String)], end: Double, number: Int
    ) -> String {
        var intervals: [(start: Int, end: Int, text: String)] = []
        var place = 0
        let last = milliseconds(end)
        for item in items {
            let start = min(last, max(place, milliseconds(item.start)))
            let stop = min(last, milliseconds(item.end))
            // An interval has a length.
            guard stop > start else { continue }
            if start > place { intervals.append((place, start, "")) }
            intervals.append((start, stop, item.text.onOneLine()))
            place = stop
        }
        if place < last || intervals.isEmpty { intervals.append((place, max(last, place + 1), "")) }
        let texts = intervals.enumerated().map { index, interval in
            """
                    intervals [\(index + 1)]:
                        xmin = \(seconds(interval.start))
                        xmax = \(seconds(interval.end))
                        text = "\(interval.text.replacing("\"", with: "\"\""))"

            """
        }
        return """
                item [\(number)]:
                    class = "IntervalTier"
                    name = "\(name)"
                    xmin = 0
                    xmax = \(seconds(last))
                    intervals: size = \(intervals.count)
            \(texts.joined())
            """
    }

    private func seconds(_ milliseconds: Int) -> String { "\(Double(milliseconds) / 1000)" }
}
