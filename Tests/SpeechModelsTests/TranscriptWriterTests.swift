import Foundation
import Testing

@testable import SpeechModels

@Suite struct TranscriptWriterTests {
    private let layout = CaptionLayout { $0.count }

    private let segments = [
        segment(0, 1.2345, " a < b & c"), segment(3723.5, 3724, " two\n\nlines\tand a tab"),
    ]

    private func transcript(_ segments: [TranscriptSegment]) -> Transcript {
        Transcript(
            text: segments.map(\.text).joined().trimmed(), language: "en", duration: 3724, segments: segments,
            timings: TranscriptionTimings())
    }

    private func text(_ writer: some TranscriptWriter, _ segments: [TranscriptSegment]) throws -> String {
        try writer.text(of: transcript(segments))
    }

    @Test func plainText() throws {
        #expect(try text(PlainTextWriter(), segments) == "a < b & c\ntwo lines and a tab\n")
        #expect(try text(PlainTextWriter(), []) == "")
    }

    @Test func subRip() throws {
        #expect(
            try text(SubRipWriter(layout), segments) == """
                1
                00:00:00,000 --> 00:00:01,235
                a < b & c

                2
                01:02:03,500 --> 01:02:04,000
                two lines and a tab


                """)
        #expect(try text(SubRipWriter(layout), []) == "")
    }

    @Test func webVTT() throws {
        #expect(
            try text(WebVTTWriter(layout), segments) == """
                WEBVTT

                00:00:00.000 --> 00:00:01.235
                a &lt; b &amp; c

                01:02:03.500 --> 01:02:04.000
                two lines and a tab


                """)
        #expect(try text(WebVTTWriter(layout), []) == "WEBVTT\n\n")
    }

    /// As Praat writes it, with intervals where nothing is said, and none that has no length.
    @Test func textGrid() throws {
        var first = segment(0.5, 1.25, " say \"a\"")
        first.words = [
            TranscriptWord(text: " say", start: 0.5, end: 0.75, probability: 1),
            TranscriptWord(text: " \"a\"", start: 0.75, end: 0.75, probability: 1),
        ]
        var whole = transcript([first])
        whole.duration = 2
        #expect(
            try TextGridWriter().text(of: whole) == #"""
                File type = "ooTextFile"
                Object class = "TextGrid"

                xmin = 0
                xmax = 2.0
                tiers? <exists>
                size = 2
                item []:
                    item [1]:
                        class = "IntervalTier"
                        name = "segments"
                        xmin = 0
                        xmax = 2.0
                        intervals: size = 3
                        intervals [1]:
                            xmin = 0.0
                            xmax = 0.5
                            text = ""
                        intervals [2]:
                            xmin = 0.5
                            xmax = 1.25
                            text = "say ""a"""
                        intervals [3]:
                            xmin = 1.25
                            xmax = 2.0
                            text = ""
                    item [2]:
                        class = "IntervalTier"
                        name = "words"
                        xmin = 0
                        xmax = 2.0
                        intervals: size = 3
                        intervals [1]:
                            xmin = 0.0
                            xmax = 0.5
                            text = ""
                        intervals [2]:
                            xmin = 0.5
                            xmax = 0.75
                            text = "say"
                        intervals [3]:
                            xmin = 0.75
                            xmax = 2.0
                            text = ""

                """#)
        whole.segments = []
        #expect(try TextGridWriter().text(of: whole).contains("intervals: size = 1\n"))
    }

    @Test func tablesMayHaveConfidences() throws {
        var sure = segment(1, 2, " a")
        sure.averageLogProbability = -0.105_360_5
        #expect(
            try text(TabSeparatedWriter(showsConfidence: true), [sure])
                == "start\tend\ttext\tconfidence\n1000\t2000\ta\t0.9\n")
    }

    @Test func tabSeparatedValues() throws {
        #expect(
            try text(TabSeparatedWriter(), segments)
                == "start\tend\ttext\n0\t1235\ta < b & c\n3723500\t3724000\ttwo lines and a tab\n")
        #expect(try text(TabSeparatedWriter(), []) == "start\tend\ttext\n")
    }

    @Test func lyrics() throws {
        #expect(try text(LyricsWriter(layout), segments) == "[00:00.00]a < b & c\n[62:03.50]two lines and a tab\n")
        #expect(
            try text(LyricsWriter(layout), [segment(1, 2, "[00:09.00] x <00:08.00> y")])
                == "[00:01.00] [00:09.00] x < 00:08.00> y\n")
    }

    /// What a model may write, given bytes from anywhere: no form loses its structure over it.
    @Test(arguments: [
        "1\n\n2\n00:00:00,000 --> 00:00:09,000\nnot a subtitle", "a\r\nb\rc\u{85}d\u{2028}e\u{2029}f\u{0B}g\u{0C}h",
        "nul \0 bell \u{7} escape \u{1B}[31m delete \u{7F} c1 \u{9B}", "<u>&amp;</u><v Nobody>-->--&gt;", "\t\t", "",
        "\u{202E}backwards", "NOTE\nSTYLE\nWEBVTT", #""quoted" \ back"#, "family 👩‍👩‍👧 flag 🇫🇷 e\u{301}",
    ])
    func hostileTextStaysText(hostile: String) throws {
        let segments = [segment(0, 1, hostile), segment(1, 2, " after")]
        let rows = try text(TabSeparatedWriter(), segments).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(rows.count == 4 && rows.dropLast().allSatisfy { $0.count(where: { $0 == "\t" }) == 2 })
        for (writer, arrow) in [(SubRipWriter(layout), ","), (WebVTTWriter(layout), ".")]
            as [(any TranscriptWriter, String)]
        {
            let blocks = try text(writer, segments).components(separatedBy: "\n\n").filter { !$0.isEmpty }
            let cues = blocks.filter { $0.contains(" --> ") }
            #expect(cues.count == (hostile.allSatisfy(\.isWhitespace) ? 1 : 2))
            #expect(blocks.count - cues.count == (arrow == "." ? 1 : 0))
            for cue in cues { #expect(cue.components(separatedBy: "-->").count == 2, "\(cue)") }
        }
        for writer in [
            PlainTextWriter(), SubRipWriter(layout), WebVTTWriter(layout), TabSeparatedWriter(), LyricsWriter(layout),
        ] as [any TranscriptWriter] {
            let written = try text(writer, segments).unicodeScalars
            #expect(!written.contains { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" })
            #expect(!written.contains { $0.properties.generalCategory == .lineSeparator })
        }
        for isLine in [false, true] {
            let json = try text(JSONTranscriptWriter(file: hostile, task: .transcribe, isLine: isLine), segments)
            if isLine { #expect(json.unicodeScalars.count { $0 == "\n" } == 1) }
            let read = try JSONDecoder().decode(Transcript.self, from: Data(json.utf8))
            #expect(read.segments.map(\.text) == segments.map(\.text))
        }
    }

    /// Impossible times (a library's caller may give them) end no program and no order of time.
    @Test func timesNeverGoBackOrOverlap() throws {
        let times: [(Double, Double)] = [
            (0, 2), (1.5, 3), (3, 3), (3, 2), (-5, -1), (.nan, .infinity), (4, 4.0004), (1e300, 1e301), (5, 6),
        ]
        let segments = times.map { segment($0.0, $0.1, " x") }
        var previous = 0
        for line in try text(SubRipWriter(layout), segments).split(separator: "\n") where line.contains(" --> ") {
            let numbers = line.split { ": ->,".contains($0) }.compactMap { Int($0) }
            #expect(numbers.count == 8)
            let (start, end) = (
                ((numbers[0] * 60 + numbers[1]) * 60 + numbers[2]) * 1000 + numbers[3],
                ((numbers[4] * 60 + numbers[5]) * 60 + numbers[6]) * 1000 + numbers[7]
            )
            #expect(start >= previous && end > start, "\(line)")
            previous = end
        }
        #expect(try text(LyricsWriter(layout), segments).split(separator: "\n").count == times.count)
        #expect(try text(TabSeparatedWriter(), segments).contains("\n0\t0\tx\n"))
    }

    @Test func jsonHasTheFieldsOfOpenAI() throws {
        var first = segment(0.1 + 0.2, 1, " Hi there.")
        first.words = [
            TranscriptWord(text: " Hi", start: 0.3, end: 0.5, probability: 0.5),
            TranscriptWord(text: " there.", start: 0.1 + 0.2 + 0.4, end: 1, probability: 0.75),
        ]
        var whole = transcript([first])
        whole.decisions = [TranscriptDecision(start: 0.1 + 0.2, end: 2, action: .dropped, reason: "no speech 0.91")]
        let writer = JSONTranscriptWriter(file: "talk.wav", task: .translate)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(writer.text(of: whole).utf8)) as? [String: Any])
        #expect(
            Set(json.keys) == [
                "file", "task", "language", "duration", "text", "segments", "words", "decisions", "timings",
            ])
        #expect(json["task"] as? String == "translate" && json["duration"] as? Double == 3724)
        let segment = try #require((json["segments"] as? [[String: Any]])?.first)
        #expect(
            Set(segment.keys) == [
                "id", "seek", "start", "end", "text", "tokens", "temperature", "avg_logprob", "compression_ratio",
                "no_speech_prob", "words",
            ])
        #expect(segment["start"] as? Double == 0.3)
        let words = try #require(json["words"] as? [[String: Any]])
        #expect(words.compactMap { $0["word"] as? String } == ["Hi", "there."])
        #expect(words[1]["start"] as? Double == 0.7 && Set(words[0].keys) == ["word", "start", "end"])
        let own = try #require(segment["words"] as? [[String: Any]])
        #expect(own.compactMap { $0["word"] as? String } == [" Hi", " there."])
        #expect(own[0]["probability"] as? Double == 0.5)
        #expect((json["decisions"] as? [[String: Any]])?.first?["start"] as? Double == 0.3)
    }

    @Test func unfinishedJSONSaysSo() throws {
        var writer = JSONTranscriptWriter(file: "talk.wav", task: .transcribe)
        let heard = transcript([segment(0, 1, " Hi.")])
        let text = try writer.opening + writer.add(heard.segments[0]) + writer.closing(heard, isComplete: false)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(json["partial"] as? Bool == true && json["words"] == nil && json["text"] as? String == "Hi.")
    }
}

/// A segment of which the times and the text matter.
func segment(_ start: Double, _ end: Double, _ text: String, words: [TranscriptWord]? = nil) -> TranscriptSegment {
    TranscriptSegment(
        id: 0, seek: 0, start: start, end: end, text: text, tokens: [], temperature: 0, averageLogProbability: 0,
        compressionRatio: 1, noSpeechProbability: 0, words: words)
}
