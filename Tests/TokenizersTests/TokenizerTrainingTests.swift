import Foundation
import Testing

@testable import Tokenizers

@Suite("Training of tokenizers")
struct TokenizerTrainingTests {
    /// What Tests/Reference/tokenizer_training_fixtures.py wrote.
    struct Reference: Decodable {
        struct Settings: Decodable {
            let vocabularySize, minimumCount: Int
            /// Tokens in the order of their ids.
            let tokens: [String]
            let merges: [[String]]
            /// One list for each of the texts.
            let ids: [[Int]]
        }
        let corpus: [String]
        let texts: [String]
        let pairs: [Settings]
        let characters: Settings
    }

    private static let reference: Reference = {
        // A fixture that cannot be read leaves nothing to test, so stopping is right.
        do {
            return try JSONDecoder().decode(Reference.self, from: Data(Fixture.bytes("training.json")))
        } catch {
            fatalError("training.json: \(error)")
        }
    }()

    private func trained(
        _ texts: [String], vocabularySize: Int, minimumCount: Int = 2, specialTokens: [String] = [endOfText]
    ) throws -> TrainedTokenizer {
        var trainer = try BPETrainer(
            vocabularySize: vocabularySize, specialTokens: specialTokens, minimumCount: minimumCount)
        for text in texts { trainer.add(text) }
        return trainer.train()
    }

    private func tokenizer(_ trained: TrainedTokenizer) throws -> ByteLevelBPE {
        try ByteLevelBPE(tokenizerJSON: Array(trained.json().utf8))
    }

    /// Scalar for scalar: strings compare by canonical equivalence.
    private func spellings(_ trained: TrainedTokenizer) -> [[UInt8]] {
        trained.specialTokens.map { Array($0.utf8) } + trained.tokens
    }

    @Test("pairs are those that Hugging Face tokenizers finds, and so are the ids")
    func pairsEqualReference() throws {
        for settings in Self.reference.pairs {
            let trained = try trained(
                Self.reference.corpus, vocabularySize: settings.vocabularySize, minimumCount: settings.minimumCount)
            #expect(spellings(trained) == settings.tokens.map { Array($0.utf8) })
            let merges = trained.merges.map { [trained.spelling($0.left), trained.spelling($0.right)] }
            #expect(merges == settings.merges.map { $0.map { Array($0.utf8) } })
            let tokenizer = try tokenizer(trained)
            for (text, ids) in zip(Self.reference.texts, settings.ids) {
                #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
            }
        }
    }

    @Test("pairs are those of counting everything anew for each merge")
    func pairsEqualSlowTwin() throws {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<60 {
            let letters = Array(["ab", "abc ", "aé ", "the cat"][round % 4])
            let texts = (0..<3).map { _ in
                String((0..<Int.random(in: 0...120, using: &generator)).map { _ in letters.randomElement()! })
            }
            let minimum = round % 3 + 1
            let trained = try trained(texts, vocabularySize: 257 + 40, minimumCount: minimum)
            let expected = try slowMerges(of: texts, count: 40, minimum: minimum, firstID: 1)
            #expect(trained.merges == expected, "\(texts)")
        }
    }

    /// The definition: count all pairs, merge the most frequent one, count again.
    private func slowMerges(
        of texts: [String], count: Int, minimum: Int, firstID: Int32
    ) throws -> [TrainedTokenizer.Merge] {
        let order = (0..<256).sorted { ByteLevelAlphabet.scalarValues[$0] < ByteLevelAlphabet.scalarValues[$1] }
        var spellings = order.map { [UInt8($0)] }
        var words: [[Int32]] = []
        for text in texts {
            let bytes = Array(text.utf8)
            try PreTokenizer(steps: [.words(.gpt2)]).forEachWord(in: bytes, 0..<bytes.count) { text, range in
                words.append(text[range].map { byte in firstID + Int32(order.firstIndex(of: Int(byte))!) })
            }
        }
        var merges: [TrainedTokenizer.Merge] = []
        while spellings.count < 256 + count {
            var counts: [TokenPair: Int] = [:]
            for word in words {
                for place in word.indices.dropLast() {
                    counts[TokenPair(word[place], word[place + 1]), default: 0] += 1
                }
            }
            let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
            guard let best, best.value >= minimum else { break }
            let pair = best.key
            let spelling = spellings[Int(pair.left - firstID)] + spellings[Int(pair.right - firstID)]
            let merge = TrainedTokenizer.Merge(left: pair.left, right: pair.right)
            if !merges.contains(merge) { merges.append(merge) }
            let id: Int32
            if let known = spellings.firstIndex(of: spelling) {
                id = firstID + Int32(known)
            } else {
                id = firstID + Int32(spellings.count)
                spellings.append(spelling)
            }
            words = words.map { word in
                var result: [Int32] = []
                var place = 0
                while place < word.count {
                    if place + 1 < word.count, word[place] == pair.left, word[place + 1] == pair.right {
                        result.append(id)
                        place += 2
                    } else {
                        result.append(word[place])
                        place += 1
                    }
                }
                return result
            }
        }
        return merges
    }

    @Test("the order of texts makes no difference, nor does a second run")
    func deterministic() throws {
        let texts = Self.reference.corpus
        let first = try trained(texts, vocabularySize: 400).json()
        #expect(try trained(texts.reversed(), vocabularySize: 400).json() == first)
        #expect(try trained(texts, vocabularySize: 400).json() == first)
    }

    @Test("special tokens are not learnt from, and are found in texts")
    func specialTokens() throws {
        let special = [endOfText, "<pad>", "\"\\\n\u{7F}é"]
        let text = String(repeating: "low lower lowest<|endoftext|>", count: 20)
        let trained = try trained([text], vocabularySize: 280, specialTokens: special)
        #expect(
            !spellings(trained).dropFirst(3).contains {
                String(decoding: $0, as: UTF8.self).contains("|") && $0.count > 1
            })
        let tokenizer = try tokenizer(trained)
        #expect(tokenizer.addedTokens.map(\.content) == special)
        #expect(try tokenizer.encode("low<|endoftext|>low").filter { $0 == 0 }.count == 1)
        #expect(try tokenizer.encode(special[2]) == [2])
        #expect(
            tokenizer.decode(try tokenizer.encode(text), skippingSpecial: true) == text.replacing(endOfText, with: ""))
    }

    @Test("no token is spelt like a special one")
    func reservedSpelling() throws {
        let trained = try trained(
            [String(repeating: "abab ab ", count: 50)], vocabularySize: 300, specialTokens: ["ab"])
        #expect(!trained.tokens.contains(Array("ab".utf8)))
        #expect(try tokenizer(trained).encode("xab").last == 0)
    }

    @Test("bytes alone: every text makes the round trip, one id a byte")
    func bytes() throws {
        let trained = try TrainedTokenizer.bytes()
        #expect(trained.vocabularySize == 257 && trained.merges.isEmpty)
        let tokenizer = try tokenizer(trained)
        for text in Fixture.variants.texts where !text.contains(endOfText) {
            let ids = try tokenizer.encode(text)
            #expect(ids.count == text.utf8.count)
            #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
        }
    }

    @Test("characters: ids are those of Hugging Face tokenizers; unknown ones are one token")
    func characters() throws {
        var trainer = try CharacterTrainer()
        for text in Self.reference.corpus { trainer.add(text) }
        let trained = try trainer.train()
        #expect(spellings(trained) == Self.reference.characters.tokens.map { Array($0.utf8) })
        let tokenizer = try loadTokenizer(json: Array(trained.json().utf8))
        #expect(tokenizer is CharacterTokenizer)
        for (text, ids) in zip(Self.reference.texts, Self.reference.characters.ids) {
            #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
        for text in Self.reference.corpus {
            let ids = try tokenizer.encode(text)
            #expect(ids.count == text.unicodeScalars.count)
            #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
            var stream = StreamingDecoder(tokenizer)
            #expect((ids.map { stream.append($0) }.joined() + stream.finish()).utf8.elementsEqual(text.utf8))
        }
        #expect(tokenizer.decode(try tokenizer.encode("a\u{1F980}b")) == "a<unk>b")
        #expect(throws: TokenizerError.self) { try ByteLevelBPE(tokenizerJSON: Array(trained.json().utf8)) }
    }

    @Test("the most frequent characters are kept, of equal ones those with lower code points")
    func limitedCharacters() throws {
        var trainer = try CharacterTrainer(vocabularySize: 5)
        trainer.add("cccaabbd<|endoftext|>")
        let trained = try trainer.train()
        #expect(trained.specialTokens == [endOfText, CharacterTrainer.unknownToken])
        #expect(trained.tokens == ["a", "b", "c"].map { Array($0.utf8) })
    }

    @Test("what cannot be trained is said")
    func errors() throws {
        func error(_ size: Int, _ special: [String]) -> TokenizerTrainingError? {
            do throws(TokenizerTrainingError) {
                _ = try BPETrainer(vocabularySize: size, specialTokens: special)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(257, ["<x>"]) == nil)
        #expect(error(256, ["<x>"]) == .vocabularySize(256, allowed: 257...BPETrainer.largestVocabulary))
        #expect(error(.max, []) == .vocabularySize(.max, allowed: 256...BPETrainer.largestVocabulary))
        #expect(error(300, [""]) == .emptySpecialToken)
        #expect(error(300, ["é"]) == .shortSpecialToken("é"))
        #expect(error(300, ["<x>", "<x>"]) == .duplicateSpecialToken("<x>"))
        #expect(error(300, [String(repeating: "x", count: 1025)]) != nil)
        #expect(throws: TokenizerTrainingError.noText) { try CharacterTrainer().train() }
        #expect(throws: TokenizerTrainingError.vocabularySize(2, allowed: 3...BPETrainer.largestVocabulary)) {
            try CharacterTrainer(vocabularySize: 2)
        }
    }

    @Test("no text gives the bytes alone")
    func noText() throws {
        #expect(try trained([], vocabularySize: 1000).vocabularySize == 257)
        #expect(try trained([""], vocabularySize: 1000).vocabularySize == 257)
    }
}
