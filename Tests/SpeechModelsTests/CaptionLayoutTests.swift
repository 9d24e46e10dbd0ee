import Testing

@testable import SpeechModels

@Suite struct CaptionLayoutTests {
    /// Every word takes 0.3 s and the next follows at once, but for 0.5 s of silence after `…`, which is not written.
    private func spoken(_ text: String, pause: Double = 0.5) -> TranscriptSegment {
        var time = 1.0
        var words: [TranscriptWord] = []
        for part in text.split(separator: " ") {
            let word = part.hasSuffix("…") ? part.dropLast() : part
            words.append(TranscriptWord(text: " \(word)", start: time, end: time + 0.25, probability: 1))
            time += 0.25 + (part.hasSuffix("…") ? pause : 0)
        }
        return segment(1, time, words.map(\.text).joined(), words: words)
    }

    private func layout(width: Int? = nil, lines: Int? = nil, words: Int? = nil) -> CaptionLayout {
        // Two cells for what is beyond Latin: enough for these tests, and seen to be asked.
        var layout = CaptionLayout { $0.reduce(0) { $0 + ($1 < "\u{2E80}" ? 1 : 2) } }
        layout.maximumLineWidth = width
        layout.maximumLineCount = lines
        layout.maximumWordCount = words
        return layout
    }

    private func texts(_ segment: TranscriptSegment, _ layout: CaptionLayout) -> [[String]] {
        layout.captions(of: segment).map { $0.lines.map { $0.map(\.text).joined().trimmed() } }
    }

    @Test func withoutLimitsASegmentIsASubtitle() {
        let segment = spoken("one two… three. Four", pause: 9)
        #expect(texts(segment, layout()) == [["one two three. Four"]])
        #expect(!layout().needsWordTimes && layout(words: 3).needsWordTimes)
        let caption = layout().captions(of: segment)[0]
        #expect(caption.start == 1 && caption.end == segment.end)
    }

    @Test func linesAreBalancedAndBreakAfterPunctuation() {
        #expect(
            texts(spoken("the quick brown fox jumps over the lazy dog today"), layout(width: 30))
                == [["the quick brown fox jumps", "over the lazy dog today"]])
        #expect(
            texts(spoken("When she came, everybody in the house was asleep."), layout(width: 36))
                == [["When she came,", "everybody in the house was asleep."]])
    }

    @Test func subtitlesEndWithSentencesAndPauses() {
        let segment = spoken("He left early that day. Nobody knew at all why he had gone away so soon.")
        #expect(
            texts(segment, layout(width: 26, lines: 2)) == [
                ["He left early that day."], ["Nobody knew at all why he", "had gone away so soon."],
            ])
        let captions = layout(width: 26, lines: 2).captions(of: segment)
        #expect(captions[0].start == 1 && captions[0].end == 2.25 && captions[1].start == 2.25)
        #expect(
            texts(spoken("one two three… four five six seven"), layout(words: 4))
                == [["one two three"], ["four five six seven"]])
        // A long pause ends a subtitle though all would fit into one.
        #expect(texts(spoken("one two… three", pause: 1.2), layout(width: 40)) == [["one two"], ["three"]])
    }

    @Test func noLimitIsPassedAndNoWordIsLost() {
        let text =
            "It was the best of times, it was the worst of times, it was the age of wisdom… it was the age "
            + "of foolishness, it was the epoch of belief… it was the epoch of incredulity, it was the season of Light."
        for width in [8, 12, 20, 37] {
            for lines in 1...3 {
                for words in [nil, 1, 5] {
                    let captions = texts(spoken(text), layout(width: width, lines: lines, words: words))
                    #expect(
                        captions.joined().joined(separator: " ") == text.replacing("…", with: ""))
                    for caption in captions {
                        #expect(caption.count <= lines)
                        for line in caption { #expect(line.count <= width || !line.contains(" "), "\(line)") }
                        if let words { #expect(caption.joined(separator: " ").split(separator: " ").count <= words) }
                    }
                }
            }
        }
    }

    @Test func aWordIsNeverDivided() {
        let words = [" un", "believ", "able", " well", "-known", " words", "."]
        let parts = words.enumerated().map { index, text in
            TranscriptWord(text: text, start: Double(index), end: Double(index) + 1, probability: 1)
        }
        let segment = segment(0, 7, words.joined(), words: parts)
        #expect(
            texts(segment, layout(width: 4, lines: 1)) == [["unbelievable"], ["well-known"], ["words."]])
        let caption = layout(width: 4, lines: 1).captions(of: segment)[0]
        #expect(caption.start == 0 && caption.end == 3)
    }

    @Test func eastAsianTextIsMeasuredInCellsAndBrokenBetweenCharacters() {
        let text = "今日は、とても良い天気ですね。"
        let words = text.enumerated().map { index, character in
            TranscriptWord(
                text: String(character), start: Double(index) / 10, end: Double(index + 1) / 10, probability: 1)
        }
        for segment in [segment(0, 2, text, words: words), segment(0, 2, text)] {
            let lines = texts(segment, layout(width: 24, lines: 2)).joined()
            #expect(lines.joined() == text)
            #expect(lines.allSatisfy { $0.count <= 12 && !"、。".contains($0.first!) }, "\(lines)")
            #expect(lines.first == "今日は、")
        }
    }

    @Test func withoutWordTimesOnlyLinesAreDivided() {
        let untimed = segment(3, 9, " one two three four five six")
        let captions = layout(width: 10, lines: 1).captions(of: untimed)
        #expect(captions.count == 1 && captions[0].start == 3 && captions[0].end == 9)
        #expect(texts(untimed, layout(width: 10, lines: 1)) == [["one two", "three four", "five six"]])
        #expect(texts(segment(0, 1, "  "), layout(width: 10)).isEmpty)
    }

    @Test func wordsAreHighlightedOneAfterTheOther() throws {
        var layout = layout()
        layout.highlightsWords = true
        let words = [
            TranscriptWord(text: " a", start: 1, end: 1.5, probability: 1),
            TranscriptWord(text: " <b>", start: 2, end: 2.5, probability: 1),
        ]
        let segments = [segment(1, 2.5, " a <b>", words: words)]
        func text(_ writer: some TranscriptWriter) throws -> String {
            var writer = writer
            return try segments.map { try writer.add($0) }.joined()
        }
        #expect(
            try text(WebVTTWriter(layout)) == """
                00:00:01.000 --> 00:00:01.500
                <u>a</u> &lt;b&gt;

                00:00:01.500 --> 00:00:02.000
                a &lt;b&gt;

                00:00:02.000 --> 00:00:02.500
                a <u>&lt;b&gt;</u>


                """)
        #expect(try text(LyricsWriter(layout)) == "[00:01.00]<00:01.00>a <00:02.00><b>\n")
        #expect(try text(SubRipWriter(layout)).hasPrefix("1\n00:00:01,000 --> 00:00:01,500\n<u>a</u> <b>\n\n2\n"))
    }

    @Test func lyricsHaveATimeForEachLine() throws {
        var writer = LyricsWriter(layout(width: 9))
        #expect(writer.add(spoken("one two three four")) == "[00:01.00]one two\n[00:01.50]three\n[00:01.75]four\n")
    }
}
