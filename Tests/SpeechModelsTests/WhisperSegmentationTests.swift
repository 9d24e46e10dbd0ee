import Testing

@testable import SpeechModels

/// Tokens from 100 on are timestamps, 20 ms apart.
struct WhisperSegmentationTests {
    private func cut(_ tokens: [Int], duration: Double = 30) -> WhisperSegmentation {
        WhisperSegmentation(tokens: tokens, windowDuration: duration) { $0 >= 100 ? Double($0 - 100) * 0.02 : nil }
    }

    @Test func pairsCutPhrasesAndTheRestIsHeardAgain() {
        let result = cut([100, 1, 2, 150, 150, 3, 200, 200, 4])
        #expect(result.phrases.map(\.tokens) == [[100, 1, 2, 150], [150, 3, 200]])
        #expect(result.phrases.map(\.start) == [0, 1])
        #expect(result.phrases.map(\.end) == [1, 2])
        #expect(result.consumed == 2)
    }

    @Test func aSingleTimestampAtTheEndCompletesTheWindow() {
        let result = cut([100, 1, 150, 150, 2, 200])
        #expect(result.phrases.map(\.tokens) == [[100, 1, 150], [150, 2, 200]])
        #expect(result.consumed == 30)
    }

    @Test func onePhraseWithoutAPair() {
        let result = cut([100, 1, 2, 150])
        #expect(result.phrases == [.init(start: 0, end: 1, tokens: [100, 1, 2, 150])])
        #expect(result.consumed == 30)
    }

    @Test func withoutTimestampsTheWindowIsOnePhrase() {
        #expect(cut([1, 2], duration: 11).phrases == [.init(start: 0, end: 11, tokens: [1, 2])])
    }

    @Test func nothingLiesBehindTheEndOfTheSound() {
        let result = cut([100, 1, 600, 600, 2, 700], duration: 3)
        #expect(result.phrases.map(\.end) == [3, 3])
        #expect(result.phrases.map(\.start) == [0, 3])
    }

    @Test func alwaysMovesOn() {
        #expect(cut([100, 1, 100, 100, 2]).consumed > 0)
        #expect(cut([]).consumed == 30)
    }
}
