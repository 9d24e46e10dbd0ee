import Foundation
import Testing

@testable import Tokenizers

@Suite("Model folders")
struct TokenizerFolderTests {
    /// Runs `body` with a folder that holds these files.
    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        try body(folder.path)
    }

    private func text(_ name: String) throws -> String { String(decoding: try Fixture.bytes(name), as: UTF8.self) }

    @Test("vocab.json with merges.txt gives the ids of tokenizer.json")
    func vocabularyAndMerges() throws {
        let files = [
            "vocab.json": try text("vocab.json"), "merges.txt": try text("merges.txt"),
            "added_tokens.json": #"{"<|endoftext|>": 700}"#,
            "special_tokens_map.json": #"{"eos_token": "<|endoftext|>"}"#,
        ]
        let texts = Fixture.variants.texts
        let expected = Fixture.variants.variants[0].ids
        try withFolder(files) { folder in
            let tokenizer = try ByteLevelBPE(folder: folder)
            #expect(tokenizer.isSpecial(700))
            for (text, ids) in zip(texts, expected) { #expect(try tokenizer.encode(text) == ids) }
        }
        // Line ends of Windows, too.
        var windows = files
        windows["merges.txt"] = files["merges.txt"]?.replacingOccurrences(of: "\n", with: "\r\n")
        try withFolder(windows) { folder in
            let tokenizer = try ByteLevelBPE(folder: folder)
            for (text, ids) in zip(texts, expected) { #expect(try tokenizer.encode(text) == ids) }
        }
    }

    @Test("flags from tokenizer_config.json, ids from added_tokens.json, special tokens of the vocabulary")
    func addedTokens() throws {
        let files = [
            "vocab.json": #"{"a": 0, "b": 1, "ab": 2, "<s>": 3, "Ġ": 9}"#, "merges.txt": "#version: 0.2\na b\n",
            "tokenizer_config.json":
                #"{"add_prefix_space": true, "added_tokens_decoder": {"4": {"content": "<x>", "lstrip": true, "special": true}}}"#,
            "added_tokens.json": #"{"<x>": 4, "<y>": 5, "<z>": 6}"#,
            "special_tokens_map.json":
                #"{"bos_token": {"content": "<s>", "rstrip": true}, "additional_special_tokens": ["<y>", "<gone>"]}"#,
        ]
        try withFolder(files) { folder in
            let tokenizer = try ByteLevelBPE(folder: folder)
            #expect(
                tokenizer.addedTokens == [
                    AddedToken(id: 3, content: "<s>", stripsRight: true),
                    AddedToken(id: 4, content: "<x>", stripsLeft: true),
                    AddedToken(id: 5, content: "<y>"), AddedToken(id: 6, content: "<z>", isSpecial: false),
                ])
            #expect(try tokenizer.encode("<s> ab  <x>ab<y><z>") == [3, 9, 2, 4, 9, 2, 5, 6])
            #expect(tokenizer.decode([3, 2, 4, 6], skippingSpecial: true) == "ab<z>")
        }
    }

    @Test("what is missing, damaged or no file is named")
    func errors() throws {
        func error(_ folder: String) -> TokenizerError? {
            do throws(TokenizerError) {
                _ = try ByteLevelBPE(folder: folder)
                return nil
            } catch {
                return error
            }
        }
        try withFolder([:]) { folder in
            #expect(error(folder) == TokenizerError(file: folder, .noTokenizer))
            #expect(error(folder + "/absent")?.reason == .noTokenizer)
        }
        try withFolder(["vocab.json": "{}"]) { #expect(error($0)?.reason == .noTokenizer) }
        try withFolder(["tokenizer.json": ""]) { folder in
            #expect(error(folder)?.file == folder + "/tokenizer.json")
            guard case .invalidJSON = error(folder)?.reason else {
                Issue.record("\(String(describing: error(folder)))")
                return
            }
        }
        let whole = ["vocab.json": #"{"a": 0, "b": 1, "ab": 2}"#, "merges.txt": "a b"]
        try withFolder(whole) { #expect(error($0) == nil) }
        for (name, text) in [
            ("added_tokens.json", "[]"), ("added_tokens.json", #"{"x": "y"}"#), ("added_tokens.json", #"{"a": 5}"#),
            ("special_tokens_map.json", #"{"eos_token": 3}"#), ("special_tokens_map.json", "{"),
            ("tokenizer_config.json", #"{"added_tokens_decoder": {"x": {"content": "y"}}}"#),
            ("tokenizer_config.json", #"{"added_tokens_decoder": {"999999999": {"content": "y"}}}"#),
        ] {
            var files = whole
            files[name] = text
            try withFolder(files) { #expect(error($0) != nil, "\(name): \(text)") }
        }
        for merges in ["a", "a b c", "a b\n\nb a", "\u{0}"] {
            var files = whole
            files["merges.txt"] = merges
            try withFolder(files) { folder in
                let tokenizer = try ByteLevelBPE(folder: folder)
                #expect(throws: TokenizerError.self) { try tokenizer.encode("ab") }
            }
        }
        try withFolder([:]) { folder in
            // A folder where a file should be.
            try FileManager.default.createDirectory(
                atPath: folder + "/tokenizer.json", withIntermediateDirectories: true)
            guard case .cannotRead = error(folder)?.reason else {
                Issue.record("\(String(describing: error(folder)))")
                return
            }
        }
    }
}
