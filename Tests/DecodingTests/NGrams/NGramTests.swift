import Foundation
import TestKit
import Testing

@testable import Decoding

/// Against the definition written out in Python, and against KenLM (`Tests/Reference/ngram_fixtures.py`).
@Suite struct NGramTests {
    private struct Fixture: Decodable {
        struct Entry: Decodable {
            let words: String
            let p: Float
            let b: Float
        }
        struct Score: Decodable {
            let words: String
            let each: [Float]
        }
        let sentences: [String]
        let models: [String: [Entry]]
        let arpa: String
        let scores: [Score]
    }

    private let fixture: Fixture

    init() throws {
        let file = Repository.file("Tests/Fixtures/decoding/ngrams.json")
        fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    }

    private func estimated(_ order: Int) throws -> NGramModel {
        var estimator = NGramEstimator(order: order)
        for sentence in fixture.sentences { estimator.add(sentence.split(separator: " ").map(String.init)) }
        return try estimator.estimate()
    }

    private func eachScore(_ model: NGramModel, _ words: String) -> [Float] {
        var (state, scores) = (model.start, [Float]())
        for word in words.split(separator: " ").map(String.init) + [NGramModel.end] {
            let (score, next) = model.score(word, after: state)
            scores.append(score)
            state = next
        }
        return scores
    }

    @Test(arguments: [1, 2, 3]) func estimatesFollowTheDefinition(order: Int) throws {
        let model = try estimated(order)
        let expected = try #require(fixture.models["\(order)"])
        #expect(model.counts.reduce(0, +) == expected.count)
        for entry in expected {
            let ids = try entry.words.split(separator: " ").map { try #require(model.ids[String($0)]) }
            let node = model.nodes[Int(try #require(model.node(ids), "\(entry.words)"))]
            #expect(abs(node.logProbability - entry.p) < 1e-5, "\(entry.words)")
            #expect(abs(node.backoff - entry.b) < 1e-5, "\(entry.words)")
        }
    }

    /// After any words, the probabilities of all words are 1 together.
    @Test func probabilitiesAddUp() throws {
        let model = try estimated(3)
        for context in [[], ["w0"], ["w0", "w3"], ["w9", "w24"], ["zzz", "w1"]] {
            let state = context.reduce(model.start) { model.score($1, after: $0).state }
            let sum = model.words.filter { $0 != NGramModel.beginning }.reduce(0.0) {
                $0 + pow(10, Double(model.score($1, after: state).logProbability))
            }
            #expect(abs(sum - 1) < 1e-5, "\(context): \(sum)")
        }
    }

    @Test func scoresAreThoseOfKenLM() throws {
        let read = try ARPAReader.read(Array(fixture.arpa.utf8), file: "model.arpa")
        #expect(read.order == 3)
        for model in [read, try estimated(3)] {
            for score in fixture.scores {
                let found = eachScore(model, score.words)
                #expect(found.count == score.each.count)
                #expect(zip(found, score.each).allSatisfy { abs($0 - $1) < 2e-5 }, "\(score.words): \(found)")
                let words = score.words.split(separator: " ").map(String.init)
                #expect(abs(model.score(words) - score.each.reduce(0, +)) < 1e-4)
            }
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        for order in 1...3 {
            let model = try estimated(order)
            let text = model.arpa()
            let again = try ARPAReader.read(Array(text.utf8), file: "x")
            #expect(again.counts == model.counts)
            #expect(again.arpa() == text)
        }
    }

    @Test func damagedFilesAreRefused() throws {
        let text =
            "\\data\\\nngram 1=3\nngram 2=1\n\n\\1-grams:\n-1\t<unk>\n-99\t<s>\t-0.5\n-0.3\t</s>\n\n"
            + "\\2-grams:\n-0.2\t<s> </s>\n\n\\end\\\n"
        func fault(_ old: String, _ new: String) -> NGramError.Fault? {
            do {
                _ = try ARPAReader.read(Array(text.replacing(old, with: new).utf8), file: "x")
                return nil
            } catch {
                guard case .malformed(_, _, let fault) = error else { return nil }
                return fault
            }
        }
        #expect(fault("nothing", "nothing") == nil)
        #expect(fault("\\data\\", "data") == .expected("\\data\\"))
        #expect(fault("\\end\\", "") == .expected("\\end\\"))
        #expect(fault("ngram 1=3", "ngram 1=4") == .count(length: 1, found: 3, declared: 4))
        #expect(fault("ngram 1=3", "ngram 1=2") == .count(length: 1, found: 3, declared: 2))
        #expect(fault("ngram 1=3", "ngram 1=99999999999") == .tooMany(count: 99_999_999_999, limit: 50_000_000))
        #expect(fault("ngram 2=1", "ngram 9=1") == .order(9))
        #expect(fault("-0.3\t", "0.3\t") == .probability(0.3))
        #expect(fault("-0.3\t", "nan\t") == .number("nan"))
        #expect(fault("-0.3\t</s>", "-0.3") == .fields(found: 1))
        #expect(fault("-0.2\t<s> </s>", "-0.2\t<s> x") == .unknownWord("x"))
        #expect(fault("-0.3\t</s>", "-0.3\t<s>") == .duplicate("<s>"))
        #expect(
            fault("ngram 2=1", "ngram 2=2") == .count(length: 2, found: 1, declared: 2))
        let three = text.replacing("ngram 2=1\n", with: "ngram 2=1\nngram 3=1\n").replacing(
            "\\end\\", with: "\\3-grams:\n-1\t</s> <s> </s>\n\n\\end\\")
        #expect(throws: NGramError.malformed(file: "x", line: 15, .noPrefix("</s> <s> </s>"))) {
            try ARPAReader.read(Array(three.utf8), file: "x")
        }
        #expect(throws: NGramError.malformed(file: "x", line: 1, .notUTF8)) {
            try ARPAReader.read([0xFF, 0x0A], file: "x")
        }
        #expect(throws: NGramError.noText) { try NGramEstimator(order: 2).estimate() }
    }
}
