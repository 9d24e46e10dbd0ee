import Decoding
import Tokenizers

/// A word as frames spell it.
struct SpelledWord: Sendable, Equatable {
    var bytes: [UInt8] = []
    var tokens: [Int] = []
    /// From the first frame of its first token to the last of its last.
    var frames: Range<Int>
    /// Of its tokens.
    var logProbabilities: [Float] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The words of a sequence of tokens: what stands between spaces. A space belongs to the word that follows.
    static func words(of tokens: [CTCToken], _ tokenizer: any Tokenizer) -> [SpelledWord] {
        words(of: tokens) { tokenizer.bytes(of: $0) ?? [] }
    }

    /// The same, given what each token writes.
    static func words(of tokens: [CTCToken], bytes: (Int) -> [UInt8]) -> [SpelledWord] {
        var words: [SpelledWord] = []
        var isOpen = false
        for token in tokens {
            var isCounted = false
            for byte in bytes(token.id) {
                if byte == UInt8(ascii: " ") {
                    isOpen = false
                    continue
                }
                if !isOpen { words.append(SpelledWord(frames: token.frames)) }
                isOpen = true
                words[words.count - 1].bytes.append(byte)
                if !isCounted { words[words.count - 1].add(token) }
                isCounted = true
            }
        }
        return words
    }

    private mutating func add(_ token: CTCToken) {
        tokens.append(token.id)
        logProbabilities.append(token.logProbability)
        frames = frames.lowerBound..<token.frames.upperBound
    }
}
