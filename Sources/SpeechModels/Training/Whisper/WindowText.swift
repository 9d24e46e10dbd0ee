import Tokenizers

/// What is said in a window, as tokens to be learnt: each input with the target that comes after it.
struct WindowText: Sendable {
    let text: String
    let inputs: [Int]
    /// Nil for what is given when the model is used, and so not learnt: language, task, and that there are no timestamps.
    let targets: [Int?]

    /// What is said when, in seconds from the beginning of the window.
    struct Phrase: Sendable {
        let text: String
        let start: Double
        let end: Double
    }

    /// - Parameters:
    ///   - start: tokens that stand before every text, the first one `<|startoftranscript|>`; without `<|notimestamps|>`.
    ///   - hasTimestamps: whether a timestamp stands before and after each phrase.
    init(
        _ phrases: [Phrase], start: [Int], hasTimestamps: Bool, tokens: WhisperTokens
    ) throws(TokenizerError) {
        text = phrases.map(\.text).joined(separator: " ")
        let given = start + (hasTimestamps ? [] : [tokens.withoutTimestamps])
        var written: [Int] = []
        if hasTimestamps {
            for phrase in phrases {
                written.append(tokens.timestamp(phrase.start))
                written += try Self.written(phrase.text, tokens)
                written.append(tokens.timestamp(phrase.end))
            }
        } else {
            written = try Self.written(text, tokens)
        }
        written.append(tokens.endOfText)
        inputs = given + written.dropLast()
        targets = given.dropFirst().map { _ in nil } + written
    }

    /// The tokens of a text, which Whisper begins with a space.
    static func written(_ text: String, _ tokens: WhisperTokens) throws(TokenizerError) -> [Int] {
        try tokens.tokenizer.targets(of: " " + text)
    }
}
