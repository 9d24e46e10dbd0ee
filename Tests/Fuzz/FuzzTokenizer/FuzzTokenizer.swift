import Foundation
import FuzzDriver
import Tokenizers

/// Any bytes as a tokenizer.json, any text through tokenizers that are in order, and any text to learn one from.
@main
enum FuzzTokenizer {
    static func main() throws {
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/tokenizers/tokenizer.json")
        let whole = try ByteLevelBPE(tokenizerJSON: Array(Data(contentsOf: fixture)))
        fuzz { bytes in
            readAsFile(Array(bytes))
            let text = String(decoding: bytes, as: UTF8.self)
            readAsText(text, whole)
            learn(text)
            decode(bytes.prefix(64).map { Int($0) * 3 - 5 }, whole)
        }
    }

    /// A file that is accepted must be usable.
    private static func readAsFile(_ bytes: [UInt8]) {
        guard let tokenizer = try? loadTokenizer(json: bytes) else { return }
        if let tokenizer = tokenizer as? ByteLevelBPE { _ = try? WhisperTokens(tokenizer) }
        for token in tokenizer.addedTokens {
            precondition(tokenizer.id(of: token.content) == token.id, "an added token that is not found")
        }
        let text =
            tokenizer.addedTokens.map(\.content).joined(separator: " aab'll 12\n\n ") + "\u{CCA}\u{CD5} é e\u{301}"
        guard let ids = try? tokenizer.encode(text) else { return }
        precondition(
            ids.allSatisfy { $0 < tokenizer.vocabularySize && tokenizer.bytes(of: $0) != nil }, "an unknown id")
        decode(ids, tokenizer)
    }

    /// What is encoded comes back.
    private static func readAsText(_ text: String, _ tokenizer: any Tokenizer) {
        guard let ids = try? tokenizer.encode(text) else { preconditionFailure("a good tokenizer refused a text") }
        precondition(tokenizer.decode(ids).utf8.elementsEqual(text.utf8), "another text came back")
    }

    /// What is learnt from a text can be read, and gives the text back.
    private static func learn(_ text: String) {
        do {
            var pairs = try BPETrainer(vocabularySize: 257 + 24, minimumCount: 1)
            pairs.add(text)
            readAsText(text, try loadTokenizer(json: Array(pairs.train().json().utf8)))
            var characters = try CharacterTrainer()
            characters.add(text)
            readAsText(text, try loadTokenizer(json: Array(characters.train().json().utf8)))
        } catch TokenizerTrainingError.noText {
            // A text of nothing but special tokens has no characters.
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The pieces of a stream are the whole.
    private static func decode(_ ids: [Int], _ tokenizer: any Tokenizer) {
        for skipping in [false, true] {
            var decoder = StreamingDecoder(tokenizer, skippingSpecial: skipping)
            let streamed = ids.map { decoder.append($0) }.joined() + decoder.finish()
            let whole = tokenizer.decode(ids, skippingSpecial: skipping)
            precondition(streamed.utf8.elementsEqual(whole.utf8), "a stream that differs from the whole")
        }
    }
}
