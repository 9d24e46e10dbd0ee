import Foundation
import TestKit
import Testing
import Tokenizers

@testable import SpeechModels

struct WordGroupingTests {
    private let tokenizer: ByteLevelBPE

    init() throws {
        // Hardly any merges: most characters beyond ASCII are several tokens.
        tokenizer = try ByteLevelBPE(folder: Repository.file("Tests/Fixtures/whisper/tiny-random-multilingual").path)
    }

    private func words(_ text: String, _ language: String = "en") throws -> [String] {
        let tokens = try tokenizer.encode(text)
        let words = WordGrouping(tokens, tokenizer: tokenizer, language: language).words
        #expect(words.map(\.text).joined() == text)
        #expect(words.flatMap { Array($0.tokens) } == Array(tokens.indices))
        for word in words {
            #expect(tokenizer.decode(tokens[word.tokens]) == word.text)
            #expect(!word.spoken.isEmpty && word.tokens.contains(word.spoken.lowerBound))
            #expect(word.spoken.upperBound <= word.tokens.upperBound)
        }
        return words.map(\.text)
    }

    @Test func spaces() throws {
        #expect(try words(" The house in the south.") == [" The", " house", " in", " the", " south."])
        #expect(try words("and").count == 1)
        #expect(try words("").isEmpty)
        #expect(try words(" don't well-known") == [" don't", " well-known"])
    }

    @Test func numbersAndCurrencies() throws {
        #expect(try words(" for $3.50 at 10:30") == [" for", " $3.50", " at", " 10:30"])
        #expect(try words(" 1,000 (20%) €5 #1 &") == [" 1,000", " (20%)", " €5", " #1", " &"])
    }

    @Test func punctuationJoinsItsWord() throws {
        #expect(try words(" \"Hello,\" she said...") == [" \"Hello,\"", " she", " said..."])
        #expect(try words(" ( a ) b") == [" ( a )", " b"])
        #expect(try words(" a – b …") == [" a –", " b …"])
        #expect(try words(" - yes - no") == [" - yes", " - no"])
        #expect(try words("¿ Qué ?") == ["¿ Qué ?"])
        #expect(try words(" ...") == [" ..."])
        #expect(try words("...").count == 1)
    }

    @Test func punctuationTakesNoTime() throws {
        let tokens = try tokenizer.encode(" \"at,\"")
        let word = WordGrouping(tokens, tokenizer: tokenizer, language: "en").words[0]
        #expect(tokenizer.decode(tokens[word.spoken]) == "at")
        let number = try tokenizer.encode(" 3.5!")
        let spoken = WordGrouping(number, tokenizer: tokenizer, language: "en").words[0].spoken
        #expect(tokenizer.decode(number[spoken]).hasSuffix("3.5"))
    }

    @Test func charactersStayWhole() throws {
        #expect(try words(" naïve Übung 😀👨‍👩‍👧 ok") == [" naïve", " Übung", " 😀👨‍👩‍👧", " ok"])
        #expect(try words("你好。再见！", "zh") == ["你", "好。", "再", "见！"])
        #expect(try words("「東京」は3.50円、10:30", "ja") == ["「東", "京」", "は", "3.50", "円、", "10:30"])
        #expect(try words("用iPhone 打", "zh") == ["用", "iPhone", " 打"])
        // A vowel sign belongs to its letter.
        #expect(try words("ที่นี่", "th") == ["ที่", "นี่"])
        #expect(try words("👨‍👩‍👧a", "ja") == ["👨‍👩‍👧", "a"])
    }

    /// Bytes that are no UTF-8 still give words that make up the text.
    @Test(arguments: ["en", "ja"]) func damagedCharacters(language: String) throws {
        for seed in 1...50 {
            let tokens = (0..<40).map { (seed &* 7919 &+ $0 &* $0 &* 104_729 &+ $0 &* 31) % 256 }
            let words = WordGrouping(tokens, tokenizer: tokenizer, language: language).words
            #expect(words.map(\.text).joined() == tokenizer.decode(tokens))
            #expect(words.flatMap { Array($0.tokens) } == Array(tokens.indices))
        }
    }
}
