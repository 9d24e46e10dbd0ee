import Foundation
import Testing

@testable import Tokenizers

/// The small fixture with Whisper's control tokens in place of its own added token.
private func whisperLike(timestamps: [(String, Int)] = [], without: String? = nil) throws -> ByteLevelBPE {
    var names = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|yue|>"]
    names += [
        "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nocaptions|>", "<|notimestamps|>",
    ]
    let listed = names.enumerated().map { ($0.element, 700 + $0.offset) }.filter { $0.0 != without } + timestamps
    let added = listed.map { #"{"id":\#($0.1),"content":"\#($0.0)","special":true}"# }.joined(separator: ",")
    let plain = String(decoding: try Fixture.bytes("tokenizer.json"), as: UTF8.self)
    let start = try #require(plain.range(of: "\"added_tokens\":["))
    let end = try #require(plain.range(of: "],\"normalizer\""))
    let text = plain.replacingCharacters(in: start.upperBound..<end.lowerBound, with: added)
    return try ByteLevelBPE(tokenizerJSON: Array(text.utf8))
}

@Suite("Whisper's control tokens")
struct WhisperTokensTests {
    @Test("found by their text, timestamps by the rule")
    func tokens() throws {
        let tokens = try WhisperTokens(whisperLike())
        #expect(tokens.endOfText == 700)
        #expect(tokens.startOfTranscript == 701)
        #expect(
            tokens.languages == [.init(code: "en", id: 702), .init(code: "de", id: 703), .init(code: "yue", id: 704)])
        #expect(tokens.id(ofLanguage: "de") == 703)
        #expect(tokens.id(ofLanguage: "xx") == nil)
        #expect(tokens.translate == 705)
        #expect(tokens.transcribe == 706)
        #expect(tokens.startOfPrevious == 708)
        #expect(tokens.noSpeech == 709)
        #expect(tokens.withoutTimestamps == 710)
        #expect(tokens.timestamps == 711..<2212)
        #expect(tokens.tokenizer.vocabularySize == 711)
        #expect(tokens.vocabularySize == 2212)
    }

    @Test("timestamps: text, id and seconds belong together")
    func timestamps() throws {
        let tokens = try WhisperTokens(whisperLike())
        for (text, number, seconds) in [
            ("<|0.00|>", 0, 0), ("<|0.02|>", 1, 0.02), ("<|1.24|>", 62, 1.24), ("<|29.98|>", 1499, 29.98),
            ("<|30.00|>", 1500, 30),
        ] {
            let id = 711 + number
            #expect(tokens.id(of: text) == id)
            #expect(tokens.text(of: id) == text)
            #expect(tokens.seconds(of: id) == seconds)
            #expect(tokens.timestamp(seconds) == id)
            #expect(tokens.isSpecial(id))
        }
        for text in ["<|0.01|>", "<|30.02|>", "<|0.0|>", "<|-0.02|>", "<|nan|>", "<|1e0|>", "<| 0.00|>", "<||>", "<|>"]
        {
            #expect(tokens.id(of: text) == nil, "\(text)")
        }
        #expect(tokens.id(of: "<|transcribe|>") == 706)
        #expect(tokens.seconds(of: 710) == nil)
        #expect(tokens.seconds(of: 2212) == nil)
        #expect(tokens.text(of: 2212) == nil)
        #expect(tokens.timestamp(-1) == 711)
        #expect(tokens.timestamp(31) == 2211)
        #expect(tokens.timestamp(.infinity) == 2211)
        #expect(tokens.timestamp(.nan) == 711)
        for number in 0..<WhisperTokens.timestampCount {
            let seconds = try #require(tokens.seconds(of: 711 + number))
            #expect(tokens.timestamp(seconds) == 711 + number)
        }
    }

    @Test("spoken text alone is decoded")
    func decode() throws {
        let tokens = try WhisperTokens(whisperLike())
        let spoken = try tokens.tokenizer.encode(" The tide came in.")
        let ids = [701, 702, 706, 711] + spoken + [800, 801] + spoken + [2211, 700]
        #expect(tokens.decode(ids) == " The tide came in. The tide came in.")
    }

    @Test("listed timestamps must follow the rule")
    func listed() throws {
        let right = try whisperLike(timestamps: [("<|0.00|>", 711), ("<|0.02|>", 712)])
        #expect(try WhisperTokens(right).id(of: "<|0.02|>") == 712)
        let misplaced = try whisperLike(timestamps: [("<|0.00|>", 712)])
        #expect(throws: TokenizerError.self) { try WhisperTokens(misplaced) }
        let occupied = try whisperLike(timestamps: [("<|other|>", 711)])
        #expect(throws: TokenizerError.self) { try WhisperTokens(occupied) }
    }

    @Test(
        "a missing control token is named", arguments: ["<|startoftranscript|>", "<|notimestamps|>", "<|nocaptions|>"])
    func missing(_ name: String) throws {
        let tokenizer = try whisperLike(without: name)
        let expected = name == "<|nocaptions|>" ? "<|nospeech|>" : name
        #expect(throws: TokenizerError(file: "tokenizer.json", .missingToken(expected))) {
            try WhisperTokens(tokenizer)
        }
    }
}

/// The fetched model's tokenizer, where it is.
enum FetchedWhisper {
    static let folder: String = {
        let environment = ProcessInfo.processInfo.environment
        let home =
            environment["TRIPTYCH_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/triptych").path
        return home + "/models/whisper-tiny.en"
    }()

    /// With CI=true the tests run in any case, and fail where the model is absent.
    static let isExpected =
        FileManager.default.fileExists(atPath: folder) || ProcessInfo.processInfo.environment["CI"] == "true"
}

@Suite(
    "Whisper tiny.en's own tokenizer",
    .enabled(if: FetchedWhisper.isExpected, "whisper-tiny.en is not fetched (make models)"))
struct FetchedWhisperTests {
    @Test("ids equal Hugging Face tokenizers, and the text comes back")
    func ids() throws {
        let tokenizer = try ByteLevelBPE(folder: FetchedWhisper.folder)
        #expect(Fixture.whisper.texts.count == Fixture.whisper.ids.count)
        for (text, ids) in zip(Fixture.whisper.texts, Fixture.whisper.ids) {
            #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
        }
        for decoding in Fixture.whisper.decodings {
            #expect(tokenizer.decode(decoding.ids).utf8.elementsEqual(decoding.text.utf8))
            #expect(
                tokenizer.decode(decoding.ids, skippingSpecial: true).utf8.elementsEqual(decoding.withoutSpecial.utf8))
        }
    }

    @Test("control tokens of the English-only model")
    func tokens() throws {
        let tokens = try WhisperTokens(ByteLevelBPE(folder: FetchedWhisper.folder))
        #expect(tokens.endOfText == 50256)
        #expect(tokens.startOfTranscript == 50257)
        #expect(tokens.withoutTimestamps == 50362)
        #expect(tokens.timestamps == 50363..<51864)
        #expect(tokens.vocabularySize == 51864)
        #expect(tokens.languages.count == 99)
        #expect(tokens.languages.first == .init(code: "en", id: 50258))
    }
}
