import Evaluation
import Testing

/// Against jiwer 4.0.0 (Tests/Reference/evaluation_fixtures.py).
@Suite struct ErrorRateTests {
    struct Fixture: Decodable {
        struct Counts: Decodable {
            let hits, substitutions, insertions, deletions: Int
            let substitutionRange: [Int]
            let rate: Double?

            var counts: ErrorCounts {
                ErrorCounts(hits: hits, substitutions: substitutions, insertions: insertions, deletions: deletions)
            }
        }
        struct Pair: Decodable {
            let reference, hypothesis: String
            let words, characters: Counts
        }
        struct Corpus: Decodable { let wordErrorRate, characterErrorRate: Double }
        let corpus, wholeCorpus: Corpus
        let pairs: [Pair]
    }

    @Test func countsEqualThoseOfJiwer() throws {
        let fixture = try fixture("error_rates.json", as: Fixture.self)
        #expect(fixture.pairs.count == 200)
        var words = ErrorCounts()
        var characters = ErrorCounts()
        var (allWords, allCharacters) = (words, characters)
        for pair in fixture.pairs {
            let score = TranscriptScore(reference: pair.reference, hypothesis: pair.hypothesis, normalizer: .none)
            let comment: Comment = "\(pair.reference) | \(pair.hypothesis)"
            #expect(score.words == pair.words.counts, comment)
            #expect(score.words.rate == pair.words.rate, comment)
            #expect(score.characters == pair.characters.counts, comment)
            #expect(score.characters.rate == pair.characters.rate, comment)
            allWords = allWords + score.words
            allCharacters = allCharacters + score.characters
            if pair.words.rate != nil {
                words = words + score.words
                characters = characters + score.characters
            }
        }
        #expect(words.rate == fixture.corpus.wordErrorRate)
        #expect(characters.rate == fixture.corpus.characterErrorRate)
        #expect(allWords.rate == fixture.wholeCorpus.wordErrorRate)
        #expect(allCharacters.rate == fixture.wholeCorpus.characterErrorRate)
    }

    @Test func inventedWordsCountInASum() {
        let silence = TranscriptScore(reference: "", hypothesis: "thank you", normalizer: .none)
        let speech = TranscriptScore(
            reference: "one two three four", hypothesis: "one two three four", normalizer: .none)
        #expect(silence.words.rate == nil)
        #expect((silence.words + speech.words).rate == 0.5)
    }
}
