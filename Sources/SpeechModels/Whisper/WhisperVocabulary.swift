import Tokenizers

/// The tokens of a Whisper model, seen with the model's own eyes: which languages it was trained for, and whether the
/// tokenizer is its own.
struct WhisperVocabulary: Sendable {
    let tokens: WhisperTokens
    /// Token by ISO 639 code; empty for English-only models, whose tokenizers list languages without use.
    let languages: [String: Int]

    init(tokens: WhisperTokens, settings: WhisperGenerationSettings, modelSize: Int) throws {
        self.tokens = tokens
        // A tokenizer of the other family shifts every control token by one.
        guard tokens.withoutTimestamps < modelSize - 1, tokens.tokenizer.vocabularySize <= modelSize else {
            throw SpeechModelError.vocabularyMismatch(tokenizer: tokens.tokenizer.vocabularySize, model: modelSize)
        }
        // What lies between the end of text and the timestamps is control tokens, by the family's layout.
        guard tokens.endOfText < tokens.withoutTimestamps else {
            throw SpeechModelError.controlTokensOutOfOrder(file: tokens.tokenizer.file)
        }
        // English-only models have 51,864 tokens, one less than the smallest multilingual ones.
        let isMultilingual =
            settings.isMultilingual ?? (settings.languageTokens.map { !$0.isEmpty } ?? (modelSize > 51_864))
        let known = Set(settings.languageTokens?.values.map { $0 } ?? tokens.languages.map(\.id))
        let usable = tokens.languages.filter { isMultilingual && known.contains($0.id) && $0.id < modelSize }
        languages = Dictionary(usable.map { ($0.code, $0.id) }) { first, _ in first }
    }

    var isMultilingual: Bool { !languages.isEmpty }

    /// The code of a language by its code or English name; of none, English for models that know no other, and else nil.
    /// Throws for languages that the model does not know.
    func code(of language: String?) throws(SpeechModelError) -> String? {
        guard let language else { return isMultilingual ? nil : "en" }
        guard let code = WhisperLanguages.code(of: language) else {
            throw .unknownLanguage(language, known: isMultilingual ? languages.keys.sorted() : ["en"])
        }
        guard isMultilingual else {
            guard code == "en" else { throw .languageNotSupported(language) }
            return code
        }
        guard languages[code] != nil else { throw .unknownLanguage(language, known: languages.keys.sorted()) }
        return code
    }

    /// `<|0.00|>`
    var firstTimestamp: Int { tokens.timestamps.lowerBound }

    /// Everything that is neither text nor timestamp nor the end.
    var controlTokens: [Int] { Array(tokens.endOfText + 1..<firstTimestamp) }
}
