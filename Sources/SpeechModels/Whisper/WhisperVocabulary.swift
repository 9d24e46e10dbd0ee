import Tokenizers

/// The control tokens of a Whisper model and its text.
public struct WhisperVocabulary: Sendable {
    let tokenizer: any Tokenizer
    let startOfTranscript: Int
    let endOfText: Int
    let transcribe: Int?
    let noSpeech: Int?
    let noTimestamps: Int
    /// By ISO 639 code; empty for English-only models.
    let languages: [String: Int]

    /// Seconds between two neighbouring timestamp tokens.
    static let timestampStep = 0.02

    /// The token `<|0.00|>`; those that follow are 20 ms apart. Some tokenizer files end before them, so this is known
    /// by rule and not by name.
    var firstTimestamp: Int { noTimestamps + 1 }

    var isMultilingual: Bool { !languages.isEmpty }

    /// Everything that is neither text nor timestamp.
    var controlTokens: [Int] { Array(endOfText + 1..<firstTimestamp) }

    init(tokenizer: any Tokenizer, settings: WhisperGenerationSettings, vocabularySize: Int, folder: String) throws {
        func require(_ names: String...) throws -> Int {
            for name in names {
                if let id = tokenizer.id(of: name), id < vocabularySize { return id }
            }
            throw SpeechModelError.missingToken(names[0], folder: folder)
        }
        self.tokenizer = tokenizer
        startOfTranscript = try require("<|startoftranscript|>")
        endOfText = try require("<|endoftext|>")
        noTimestamps = try require("<|notimestamps|>")
        transcribe = try? require("<|transcribe|>")
        noSpeech = try? require("<|nospeech|>", "<|nocaptions|>")
        // English-only models have 51,864 tokens, one less than the first multilingual ones.
        let isMultilingual =
            settings.isMultilingual ?? (settings.languageTokens.map { !$0.isEmpty } ?? (vocabularySize > 51_864))
        languages = isMultilingual ? Self.languages(tokenizer, settings, below: vocabularySize) : [:]
        guard endOfText < noTimestamps, noTimestamps < vocabularySize - 1 else {
            throw SpeechModelError.missingToken("<|notimestamps|>", folder: folder)
        }
    }

    private static func languages(
        _ tokenizer: any Tokenizer, _ settings: WhisperGenerationSettings, below vocabularySize: Int
    ) -> [String: Int] {
        var languages: [String: Int] = [:]
        if let stored = settings.languageTokens {
            for (token, id) in stored where (0..<vocabularySize).contains(id) {
                languages[String(token.dropFirst(2).dropLast(2))] = id
            }
        } else {
            for code in WhisperLanguages.names.keys {
                if let id = tokenizer.id(of: "<|\(code)|>"), id < vocabularySize { languages[code] = id }
            }
        }
        return languages
    }

    /// The text of `tokens`, timestamps and control tokens left out.
    func text(of tokens: some Sequence<Int>) -> String {
        tokenizer.decode(tokens.filter { $0 < endOfText })
    }

    /// Seconds from the beginning of the window; nil for a token that is not a timestamp.
    func time(of token: Int) -> Double? {
        token >= firstTimestamp ? Double(token - firstTimestamp) * Self.timestampStep : nil
    }
}
