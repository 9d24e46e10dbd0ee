import Testing

@testable import SpeechModels

/// A vocabulary of ten words (0–9), the end (10), control tokens (11, 12), no-timestamps (13) and timestamps (14–23).
struct WhisperTimestampRuleTests {
    private let rule = WhisperTimestampRule(
        firstTimestamp: 14, endToken: 10, noTimestampsToken: 13, maximumInitialIndex: 3)

    private func allowed(after tokens: [Int], logits: [Float]? = nil) -> Set<Int> {
        var logits = logits ?? (0..<24).map { $0 < 14 ? 0 : -50 }
        rule.apply(to: &logits, after: tokens)
        return Set(logits.indices.filter { logits[$0] > -.infinity })
    }

    @Test func aWindowBeginsWithAnEarlyTimestamp() {
        #expect(allowed(after: []) == Set(14...17))
    }

    @Test func textFollowsAPairOfTimestamps() {
        #expect(allowed(after: [14, 1, 18, 18]) == Set(0...12))
    }

    @Test func theFirstTimestampCountsAsAPair() {
        #expect(allowed(after: [14]) == Set(0...12))
    }

    @Test func halfAPairAsksForTheOtherHalfOrTheEnd() {
        let result = allowed(after: [14, 1, 18], logits: Array(repeating: 0, count: 24))
        // All equal: the timestamps together outweigh every single text token.
        #expect(result == Set(18...23))
        #expect(allowed(after: [14, 1, 18]).isSuperset(of: [10, 18, 23]))
        #expect(allowed(after: [14, 1, 18]).isDisjoint(with: 0..<10))
    }

    @Test func timeNeverGoesBackAndSegmentsAreNotEmpty() {
        let result = allowed(after: [16, 1])
        #expect(result.isSuperset(of: Set(17...23)))
        #expect(result.isDisjoint(with: 14...16))
    }

    @Test func timestampsComeWhereTheyAreTogetherMoreProbable() {
        var logits = [Float](repeating: -10, count: 24)
        logits[3] = 0
        for timestamp in 15..<24 { logits[timestamp] = -1 }
        // Nine times e⁻¹ is more than e⁰.
        #expect(allowed(after: [14, 1], logits: logits) == Set(15...23))
        for timestamp in 15..<24 { logits[timestamp] = -3 }
        #expect(allowed(after: [14, 1], logits: logits).contains(3))
    }

    @Test func aLimitBeyondTheVocabularyForbidsNothing() {
        let rule = WhisperTimestampRule(
            firstTimestamp: 14, endToken: 10, noTimestampsToken: 13, maximumInitialIndex: 1500)
        var logits = [Float](repeating: 0, count: 24)
        rule.apply(to: &logits, after: [])
        #expect(Set(logits.indices.filter { logits[$0] > -.infinity }) == Set(14...23))
    }

    @Test func noTimestampsIsNeverSaid() {
        #expect(!allowed(after: [14]).contains(13))
    }
}
