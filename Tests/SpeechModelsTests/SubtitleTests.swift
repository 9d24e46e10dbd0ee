import Testing

@testable import SpeechModels

struct SubtitleTests {
    private let segments = [
        TranscriptSegment(
            id: 0, seek: 0, start: 0, end: 1.2345, text: " a < b & c", tokens: [], temperature: 0,
            averageLogProbability: 0, compressionRatio: 1, noSpeechProbability: 0),
        TranscriptSegment(
            id: 1, seek: 0, start: 3723.5, end: 3724, text: " two\n\nlines", tokens: [], temperature: 0,
            averageLogProbability: 0, compressionRatio: 1, noSpeechProbability: 0),
    ]

    @Test func subRip() {
        #expect(
            Subtitles.subRip(segments) == """
                1
                00:00:00,000 --> 00:00:01,235
                a < b & c

                2
                01:02:03,500 --> 01:02:04,000
                two lines


                """)
    }

    @Test func webVTT() {
        #expect(
            Subtitles.webVTT(segments) == """
                WEBVTT

                00:00:00.000 --> 00:00:01.235
                a &lt; b &amp; c

                01:02:03.500 --> 01:02:04.000
                two lines


                """)
    }
}
