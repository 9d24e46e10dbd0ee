import Foundation
import FuzzDriver
import Tokenizers

/// Any bytes as a tokenizer.json, and any text through a tokenizer that is in order.
@main
enum FuzzTokenizer {
    static func main() throws {
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/tokenizers/tokenizer.json")
        let whole = try ByteLevelBPE(tokenizerJSON: Array(Data(contentsOf: fixture)))
        fuzz { bytes in
            readAsFile(Array(bytes))
            readAsText(String(decoding: bytes, as: UTF8.self), whole)
            decode(bytes.prefix(64).map { Int($0) * 3 - 5 }, whole)
        }
    }

    /// A file that is accepted must be usable.
    private static func readAsFile(_ bytes: [UInt8]) {
        guard let tokenizer = try? ByteLevelBPE(tokenizerJSON: bytes) else { return }
        _ = try? WhisperTokens(tokenizer)
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
    private static func readAsText(_ text: String, _ tokenizer: ByteLevelBPE) {
        guard let ids = try? tokenizer.encode(text) else { preconditionFailure("a good tokenizer refused a text") }
        precondition(tokenizer.decode(ids).utf8.elementsEqual(text.utf8), "another text came back")
    }

    /// The pieces of a stream are the whole.
    private static func decode(_ ids: [Int], _ tokenizer: ByteLevelBPE) {
        for skipping in [false, true] {
            var decoder = StreamingDecoder(tokenizer, skippingSpecial: skipping)
            let streamed = ids.map { decoder.append($0) }.joined() + decoder.finish()
            let whole = tokenizer.decode(ids, skippingSpecial: skipping)
            precondition(streamed.utf8.elementsEqual(whole.utf8), "a stream that differs from the whole")
        }
    }
}
