import Foundation
import JSON
import Testing

@testable import Tokenizers

/// A tokenizer.json of three tokens, with parts replaced.
private func file(
    vocabulary: String = #"{"a": 0, "b": 1, "ab": 2}"#, merges: String = #"["a b"]"#, model: String = "",
    addedTokens: String = "[]", normalizer: String = "null",
    preTokenizer: String = #"{"type": "ByteLevel", "add_prefix_space": false}"#,
    decoder: String = #"{"type": "ByteLevel"}"#, more: String = ""
) -> String {
    """
    {"version": "1.0", "added_tokens": \(addedTokens), "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer),
    "decoder": \(decoder), \(more) "model": {"type": "BPE", \(model) "vocab": \(vocabulary), "merges": \(merges)}}
    """
}

private func load(_ text: String) throws(TokenizerError) -> ByteLevelBPE {
    try ByteLevelBPE(tokenizerJSON: Array(text.utf8), file: "t.json")
}

private func reason(_ text: String) -> TokenizerError.Reason? {
    do throws(TokenizerError) {
        _ = try load(text)
        return nil
    } catch {
        return error.reason
    }
}

/// Whichever kind of tokenizer the file describes.
private func anyReason(_ text: String) -> TokenizerError.Reason? {
    do throws(TokenizerError) {
        _ = try loadTokenizer(json: Array(text.utf8), file: "t.json")
        return nil
    } catch {
        return error.reason
    }
}

/// A tokenizer.json of another model than BPE.
private func file(otherModel model: String, normalizer: String = "null") -> String {
    #"{"normalizer": \#(normalizer), "pre_tokenizer": null, "decoder": null, "model": \#(model)}"#
}

@Suite("Damaged and hostile tokenizer files")
struct HostileFileTests {
    @Test("the file that the others vary is right")
    func base() throws {
        let tokenizer = try load(file())
        #expect(try tokenizer.encode("abba") == [2, 1, 0])
        #expect(tokenizer.decode([2, 1, 0]) == "abba")
        // Bytes that this vocabulary lacks are left out before merging, as in Hugging Face tokenizers.
        #expect(try tokenizer.encode("axb") == [2])
    }

    @Test(
        "ids that are negative, too large for their file, shared, or no integers",
        arguments: [
            (#"{"a": 4000000000}"#, .idOutOfRange(4_000_000_000, token: "a", limit: 65_540)),
            (#"{"a": 9000000000000000000}"#, .idOutOfRange(9_000_000_000_000_000_000, token: "a", limit: 65_540)),
            (#"{"a": 2147483647}"#, .idOutOfRange(2_147_483_647, token: "a", limit: 65_540)),
            (#"{"a": -1}"#, .idOutOfRange(-1, token: "a", limit: 65_540)),
            (#"{"a": 0, "b": 0}"#, .duplicateID(0, first: "a", second: "b")),
            (#"{"a": 0, "a": 1}"#, .duplicateToken("a")),
            (#"{"a": 99999999999999999999}"#, nil), (#"{"a": 1.5}"#, nil), (#"{"a": "1"}"#, nil),
            (#"{"a": null}"#, nil), (#"{"a": [1]}"#, nil),
        ] as [(String, TokenizerError.Reason?)])
    func ids(_ vocabulary: String, _ expected: TokenizerError.Reason?) {
        let found = reason(file(vocabulary: vocabulary, merges: "[]"))
        #expect(found != nil)
        if let expected { #expect(found == expected) }
    }

    @Test("a high id that its file may have costs little")
    func gap() throws {
        let tokenizer = try load(file(vocabulary: #"{"a": 65000, "b": 1, "ab": 2}"#))
        #expect(tokenizer.vocabularySize == 65_001)
        #expect(try tokenizer.encode("a") == [65_000])
        #expect(tokenizer.text(of: 3) == nil)
    }

    @Test("canonically equivalent tokens are different tokens")
    func equivalentTokens() throws {
        // U+0041 U+030A and U+00C5 are equal as Swift strings.
        let tokenizer = try load(
            file(addedTokens: #"[{"id": 3, "content": "A\u030a"}, {"id": 4, "content": "\u00c5"}]"#))
        #expect(try tokenizer.encode("A\u{30A}") == [3])
        #expect(try tokenizer.encode("\u{C5}") == [4])
        #expect(tokenizer.decode([3, 4]).utf8.elementsEqual("A\u{30A}\u{C5}".utf8))
    }

    @Test("added tokens that contradict the vocabulary or one another")
    func addedTokens() {
        #expect(
            reason(file(addedTokens: #"[{"id": 7, "content": "a"}]"#))
                == .conflictingID(token: "a", declared: 7, vocabulary: 0))
        #expect(
            reason(file(addedTokens: #"[{"id": 1, "content": "x"}]"#)) == .duplicateID(1, first: "b", second: "x"))
        #expect(
            reason(file(addedTokens: #"[{"id": 3, "content": "x"}, {"id": 3, "content": "y"}]"#))
                == .duplicateID(3, first: "x", second: "y"))
        #expect(
            reason(file(addedTokens: #"[{"id": 3, "content": "x"}, {"id": 4, "content": "x"}]"#))
                == .duplicateToken("x"))
        #expect(
            reason(file(addedTokens: #"[{"id": 400000000, "content": "x"}]"#))
                == .idOutOfRange(400_000_000, token: "x", limit: 65_552))
        #expect(
            reason(file(addedTokens: #"[{"id": -3, "content": "x"}]"#))
                == .idOutOfRange(-3, token: "x", limit: 65_552))
        let long = String(repeating: "x", count: 2000)
        #expect(
            reason(file(addedTokens: #"[{"id": 3, "content": "\#(long)"}]"#))
                == .addedTokenTooLong(byteCount: 2000, limit: 1024))
        #expect(reason(file(addedTokens: #"[{"content": "x"}]"#)) == .missing(setting: "added_tokens[0].id"))
        #expect(reason(file(addedTokens: #"[{"id": 3}]"#)) == .missing(setting: "added_tokens[0].content"))
        #expect(
            reason(file(addedTokens: #"[{"id": "3", "content": "x"}]"#))
                == .wrongType(setting: "added_tokens[0].id", expected: "an integer"))
        #expect(reason(file(addedTokens: #"[{"id": 3, "content": "x", "lstrip": 1}]"#)) != nil)
        #expect(reason(file(addedTokens: #"["x"]"#)) != nil)
        #expect(reason(file(addedTokens: "{}")) == .wrongType(setting: "added_tokens", expected: "an array"))
        // An empty content is passed over, as by Hugging Face tokenizers.
        #expect(reason(file(addedTokens: #"[{"id": 3, "content": ""}]"#)) == nil)
    }

    @Test(
        "merges that name unknown tokens or are no pairs come to light when they are needed",
        arguments: [
            (#"["a c"]"#, .mergeOutsideVocabulary(number: 1, token: "c")),
            (#"["b a"]"#, .mergeOutsideVocabulary(number: 1, token: "ba")),
            (#"["a b", "ab ab"]"#, .mergeOutsideVocabulary(number: 2, token: "abab")),
            (#"["ab"]"#, .invalidMerge(number: 1, text: "ab")),
            (#"["a b c"]"#, .invalidMerge(number: 1, text: "a b c")),
            (#"[""]"#, .invalidMerge(number: 1, text: "")),
            (#"[" "]"#, .mergeOutsideVocabulary(number: 1, token: "")),
            (#"[["a"]]"#, .invalidMerge(number: 1, text: "a")),
            (#"[["a", "b", "c"]]"#, .invalidMerge(number: 1, text: "a b c")),
            (#"[["a", 1]]"#, nil), (#"[1]"#, nil), (#"[null]"#, nil), (#"[{}]"#, nil),
        ] as [(String, TokenizerError.Reason?)])
    func merges(_ merges: String, _ expected: TokenizerError.Reason?) throws {
        let tokenizer = try load(file(merges: merges))
        #expect(tokenizer.decode([2]) == "ab")
        for _ in 0..<2 {
            do throws(TokenizerError) {
                _ = try tokenizer.encode("ab")
                Issue.record("no error")
            } catch {
                if let expected { #expect(error.reason == expected) }
                #expect(error.file == "t.json")
            }
        }
    }

    @Test("merges that would go round in a circle cannot: every merge makes a longer token")
    func circularMerges() throws {
        let tokenizer = try load(
            file(
                vocabulary: #"{"a": 0, "aa": 1, "aaa": 2, "aaaa": 3}"#,
                merges: #"["a a", "aa a", "a aa", "aa aa", "aaa a", "a a"]"#))
        #expect(tokenizer.decode(try tokenizer.encode(String(repeating: "a", count: 1001))).count == 1001)
    }

    @Test(
        "settings that would change the ids are refused by name",
        arguments: [
            ("model.type", file(vocabulary: "{}").replacingOccurrences(of: "\"BPE\"", with: "\"WordLevel\"")),
            ("model.dropout", file(model: #""dropout": 0.1,"#)),
            ("model.novelty", file(model: #""novelty": 3,"#)),
            ("novelty", file(more: #""novelty": {},"#)),
            ("normalizer.type", file(normalizer: #"{"type": "ByteLevel"}"#)),
            ("normalizer.novelty", file(normalizer: #"{"type": "NFC", "novelty": 1}"#)),
            (
                "normalizer.normalizers[1].type",
                file(normalizer: #"{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Novelty"}]}"#)
            ),
            ("pre_tokenizer.type", file(preTokenizer: #"{"type": "UnicodeScripts"}"#)),
            ("pre_tokenizer.novelty", file(preTokenizer: #"{"type": "ByteLevel", "novelty": 1}"#)),
            ("pre_tokenizer.length", file(preTokenizer: #"{"type": "FixedLength", "length": 0}"#)),
            ("pre_tokenizer.replacement", file(preTokenizer: #"{"type": "Metaspace", "replacement": " "}"#)),
            (
                "pre_tokenizer.prepend_scheme",
                file(preTokenizer: #"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"}"#)
            ),
            (
                "pre_tokenizer.behavior",
                file(preTokenizer: #"{"type": "Punctuation", "behavior": "Novel"}"#)
            ),
            (
                "pre_tokenizer.pretokenizers[0].type",
                file(
                    preTokenizer:
                        #"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "ByteLevel"}]}"#)
            ),
            (
                "pre_tokenizer",
                file(
                    preTokenizer:
                        #"{"type": "Sequence", "pretokenizers": [\#(Array(repeating: #"{"type": "Whitespace"}"#, count: 17).joined(separator: ","))]}"#
                )
            ),
            ("decoder.type", file(decoder: #"{"type": "CTC"}"#)),
            (
                "decoder.decoders[1].type",
                file(decoder: #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "ByteFallback"}]}"#)
            ),
            (
                "decoder.decoders[1]",
                file(
                    decoder:
                        #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 0, "stop": 1}]}"#
                )
            ),
            ("decoder.suffix", file(decoder: #"{"type": "BPEDecoder", "suffix": ""}"#)),
            ("decoder", file(decoder: #"{"type": "Strip", "content": " ", "start": -1, "stop": 0}"#)),
        ])
    func unsupported(_ setting: String, _ text: String) {
        guard case .unsupported(let named, _, _) = anyReason(text) else {
            Issue.record("\(setting): \(String(describing: anyReason(text)))")
            return
        }
        #expect(named == setting)
    }

    @Test(
        "what a pattern has that is not known is named",
        arguments: [
            (#"\\p{Han}+"#, "\\p{Han}"), (#"(a"#, "(a"), (#"a)"#, ")"), (#"(?P<x>a)"#, "(?P<"), (#"(a*)*"#, "(a*)*"),
            (#"[a"#, "[a"), (#"a{3,2}"#, "{3,2}"), (#"*a"#, "*"), (#"\\1"#, "\\1"), (#"[a&&b]"#, "&&"),
            (#"[[:alpha:]]"#, "[:"),
            (#"(?i:é)"#, "é"), (#"(?i:ss)"#, "ss"), (#"[^a[^b]]"#, "[^a[^b]"), (#"a{9999}"#, "{9999}"),
            (#"[z-a]"#, "z-a"),
            (#"(?<=a+)"#, "(?<"), (#"\\"#, "\\"), (#"((((a{99}){99}){99}){99})"#, "the pattern"),
        ])
    func patterns(_ pattern: String, _ part: String) {
        let text = file(
            preTokenizer: """
                {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\(pattern)"}, \
                "behavior": "Isolated"}, {"type": "ByteLevel"}]}
                """)
        guard case .unsupportedPattern(let setting, let named, _) = reason(text) else {
            Issue.record("\(pattern): \(String(describing: reason(text)))")
            return
        }
        #expect(setting == "pre_tokenizer.pretokenizers[0].pattern.Regex")
        #expect(named == part)
    }

    @Test("a pattern that goes back for ever is given up")
    func slowPattern() throws {
        let tokenizer = try load(
            file(
                preTokenizer: #"""
                    {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "(?:a|aa|aaa)+b"},
                    "behavior": "Isolated"}, {"type": "ByteLevel"}]}
                    """#))
        #expect(try tokenizer.encode("aab") == [0, 2])
        do throws(TokenizerError) {
            _ = try tokenizer.encode(String(repeating: "a", count: 1000))
            Issue.record("no error")
        } catch {
            #expect(error.reason == .patternTooSlow)
        }
    }

    @Test(
        "Unigram and WordPiece models that are damaged",
        arguments: [
            (#"{"type": "Unigram", "vocab": [["a", 1e999]]}"#, nil),
            (#"{"type": "Unigram", "vocab": [["a", "1"]]}"#, nil), (#"{"type": "Unigram", "vocab": [["a"]]}"#, nil),
            (#"{"type": "Unigram", "vocab": [["a", NaN]]}"#, nil), (#"{"type": "Unigram", "vocab": [[]]}"#, nil),
            (#"{"type": "Unigram", "vocab": [["a", -1, 2]]}"#, nil), (#"{"type": "Unigram", "vocab": ["a"]}"#, nil),
            (#"{"type": "Unigram", "vocab": []}"#, .emptyVocabulary),
            (#"{"type": "Unigram", "vocab": [], "unk_id": 0}"#, .emptyVocabulary),
            (#"{"type": "Unigram", "vocab": [["a", -1], ["a", -2]]}"#, .duplicateToken("a")),
            (
                #"{"type": "Unigram", "vocab": [["a", -1]], "unk_id": 1}"#,
                .idOutOfRange(1, token: "unk_id", limit: 1)
            ),
            (#"{"type": "Unigram", "vocab": [["a", -1]], "unk_id": -1}"#, .idOutOfRange(-1, token: "unk_id", limit: 1)),
            (
                #"{"type": "Unigram", "vocab": {"a": 0}}"#,
                .wrongType(setting: "vocab", expected: "an array of pieces and scores")
            ),
            (
                #"{"type": "Unigram", "vocab": [["a", -1]], "novelty": 1}"#,
                .unsupported(setting: "model.novelty", value: "1", supported: "none")
            ),
            (#"{"type": "WordPiece", "vocab": {"a": 0}, "unk_token": "[UNK]"}"#, .missingToken("[UNK]")),
            (#"{"type": "WordPiece", "vocab": {"a": 0}}"#, .missing(setting: "model.unk_token")),
            (
                #"{"type": "WordPiece", "vocab": {"a": 0}, "unk_token": "a", "max_input_chars_per_word": -1}"#,
                .unsupported(setting: "model.max_input_chars_per_word", value: "-1", supported: "0 and more")
            ),
            (#"{"type": "WordPiece", "unk_token": "a"}"#, .missing(setting: "model.vocab")),
        ] as [(String, TokenizerError.Reason?)])
    func otherModels(_ model: String, _ expected: TokenizerError.Reason?) {
        let found = anyReason(file(otherModel: model))
        #expect(found != nil)
        if let expected { #expect(found == expected) }
    }

    @Test("a Unigram model without an unknown piece says so when it needs one")
    func noUnknown() throws {
        let text = file(otherModel: #"{"type": "Unigram", "vocab": [["a", -1], ["", -2], ["ab", -1.5]]}"#)
        let tokenizer = try loadTokenizer(json: Array(text.utf8), file: "t.json")
        #expect(try tokenizer.encode("aaba") == [0, 2, 0])
        #expect(throws: TokenizerError(file: "t.json", .missing(setting: "model.unk_id"))) {
            try tokenizer.encode("axa")
        }
    }

    @Test("a WordPiece model whose words may be endless takes no quadratic time")
    func endlessWords() throws {
        let text = file(
            otherModel:
                ###"{"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 1, "##aa": 2, "": 3}, "unk_token": "[UNK]", "max_input_chars_per_word": 9223372036854775807}"###
        )
        let tokenizer = try loadTokenizer(json: Array(text.utf8))
        #expect(try tokenizer.encode(String(repeating: "a", count: 100_001)).count == 50_001)
        #expect(try tokenizer.encode(String(repeating: "a", count: 100_000)) == [0])
    }

    @Test("tables of replacements that are cut, or lead out of themselves")
    func precompiled() throws {
        func reason(_ bytes: [UInt8]) -> TokenizerError.Reason? {
            anyReason(
                file(
                    otherModel: #"{"type": "Unigram", "vocab": [["a", -1]], "unk_id": 0}"#,
                    normalizer:
                        #"{"type": "Precompiled", "precompiled_charsmap": "\#(Data(bytes).base64EncodedString())"}"#))
        }
        for bytes in [
            [], [4], [0, 0, 0, 0], [8, 0, 0, 0, 1, 2, 3, 4], [3, 0, 0, 0, 1, 2, 3], [0xFF, 0xFF, 0xFF, 0xFF, 0],
            [4, 0, 0, 0, 0, 0, 0, 0, 0xC3],
        ] as [[UInt8]] {
            guard case .wrongType("normalizer.precompiled_charsmap", _) = reason(bytes) else {
                Issue.record("\(bytes): \(String(describing: reason(bytes)))")
                continue
            }
        }
        // Every unit of a small table replaced by what leads anywhere.
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes: [UInt8] = [0, 1, 0, 0]
            for _ in 0..<64 {
                let unit = UInt32.random(in: 0...UInt32.max, using: &generator)
                let small = Bool.random(using: &generator) ? unit : unit & 0x1FF_FF | 0x61
                bytes += [UInt8(small & 255), UInt8(small >> 8 & 255), UInt8(small >> 16 & 255), UInt8(small >> 24)]
            }
            let map = try #require(PrecompiledCharacterMap(bytes + Array("x\0".utf8)))
            _ = map.normalized(Array("aé\u{0}日👍a\u{301}~".utf8))
        }
    }

    @Test("settings that are missing or of the wrong type")
    func wrongTypes() {
        #expect(reason("{}") == .missing(setting: "model"))
        #expect(reason(#"{"model": {"type": "BPE"}}"#) == .missing(setting: "model.vocab"))
        #expect(reason(#"{"model": {"type": "BPE", "vocab": {"a": 0}}}"#) == .missing(setting: "model.merges"))
        #expect(
            reason(file(vocabulary: #"[["a", 1]]"#))
                == .wrongType(setting: "vocab", expected: "an object of tokens and ids"))
        #expect(reason(file(vocabulary: "[]")) == .emptyVocabulary)
        #expect(reason(file(merges: "{}")) == .wrongType(setting: "model.merges", expected: "an array"))
        #expect(reason(file(vocabulary: "{}", merges: "[]")) == .emptyVocabulary)
        #expect(reason(file(model: #""unk_token": "x","#)) == .missingToken("x"))
        #expect(reason(file(model: #""unk_token": 1,"#)) != nil)
        #expect(reason(file(model: #""fuse_unk": "no","#)) != nil)
        #expect(reason(file(normalizer: "3")) != nil)
        #expect(reason(file(preTokenizer: "[]")) != nil)
        #expect(reason(file(decoder: "\"ByteLevel\"")) != nil)
        for text in ["[]", "3", "null", "\"x\"", #"{"model": null}"#, #"{"model": []}"#] {
            #expect(reason(text) != nil, "\(text)")
        }
    }

    @Test("text that is no JSON, or not strictly")
    func invalidJSON() {
        for text in ["", "{", file() + "x", "\u{FEFF}" + file(), String(repeating: "[", count: 100_000)] {
            guard case .invalidJSON = reason(text) else {
                Issue.record("\(text.prefix(20)): \(String(describing: reason(text)))")
                return
            }
        }
        let text = file()
        for count in 0..<text.utf8.count {
            #expect(reason(String(decoding: text.utf8.prefix(count), as: UTF8.self)) != nil, "\(count)")
        }
        for key in ["vocab", "merges", "type"] {
            let twice = text.replacingOccurrences(of: "\"merges\":", with: "\"\(key)\": null, \"merges\":")
            #expect(reason(twice) != nil, "\(key)")
        }
        #expect(reason(text.replacingOccurrences(of: "\"model\":", with: "\"model\": null, \"model\":")) != nil)
    }

    @Test("no byte of the file can be changed so that reading it crashes")
    func mutations() {
        let text = Array(file(addedTokens: #"[{"id": 3, "content": "<x>", "special": true}]"#).utf8)
        for index in text.indices {
            for byte: UInt8 in [0, 0x22, 0x2C, 0x2D, 0x30, 0x39, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xC3, 0xFF] {
                var changed = text
                changed[index] = byte
                guard let tokenizer = try? ByteLevelBPE(tokenizerJSON: changed) else { continue }
                if let ids = try? tokenizer.encode("ab<x>a b") { _ = tokenizer.decode(ids) }
            }
        }
    }

    @Test("errors say what, where, and stay on one line")
    func messages() {
        let hostile = "\u{1B}[2J\n" + String(repeating: "x", count: 5000)
        for reason: TokenizerError.Reason in [
            .duplicateToken(hostile), .duplicateID(3, first: hostile, second: hostile), .missingToken(hostile),
            .unsupported(setting: "pre_tokenizer.type", value: hostile, supported: "ByteLevel"),
            .invalidMerge(number: 7, text: hostile),
        ] {
            let message = TokenizerError(file: "t.json", reason).description
            #expect(message.hasPrefix("\"t.json\": "))
            #expect(message.utf8.count < 600)
            #expect(!message.unicodeScalars.contains { $0.value < 0x20 })
        }
    }
}
