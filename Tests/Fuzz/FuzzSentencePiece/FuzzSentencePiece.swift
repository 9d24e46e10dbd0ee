import FuzzDriver
import Tokenizers

/// Any bytes as a tokenizer.model. One that is accepted must be usable.
@main
enum FuzzSentencePiece {
    static func main() {
        fuzz { bytes in
            guard let tokenizer = try? loadTokenizer(sentencePiece: Array(bytes)) else { return }
            for token in tokenizer.addedTokens {
                precondition(tokenizer.id(of: token.content) != nil, "an added token that is not found")
            }
            let named = tokenizer.addedTokens.prefix(8).map(\.content).joined(separator: " a")
            // The beginning of the file is as good a text as any.
            for text in [texts, named, String(decoding: bytes.prefix(256), as: UTF8.self)] {
                use(tokenizer, text)
            }
        }
    }

    private static let texts = "The tide  came in, e\u{301} \u{2581}\u{2581}x ｶﾞ 12 <0x0A> \u{1F642}\u{1F642}\n\t "

    private static func use(_ tokenizer: SentencePieceTokenizer, _ text: String) {
        let plain = PlainText([0..<text.utf8.count / 2], controlTokens: Set(tokenizer.addedTokens.map(\.id)))
        guard let ids = try? tokenizer.encode(text), let plainIDs = try? tokenizer.encode(text, plain: plain) else {
            preconditionFailure("a tokenizer in order refused a text")
        }
        for ids in [ids, plainIDs] {
            precondition(
                ids.allSatisfy { (0..<tokenizer.vocabularySize).contains($0) && tokenizer.bytes(of: $0) != nil },
                "an unknown id")
            var decoder = StreamingDecoder(tokenizer)
            let streamed = ids.map { decoder.append($0) }.joined() + decoder.finish()
            precondition(
                streamed.utf8.elementsEqual(tokenizer.decode(ids).utf8), "a stream that differs from the whole")
        }
    }
}
