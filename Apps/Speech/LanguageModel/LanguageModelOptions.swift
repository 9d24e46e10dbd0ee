import ArgumentParser
import Decoding
import Evaluation
import Foundation
import SpeechModels

/// A language model that has a say in what is spelled.
struct LanguageModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Weigh words by this language model of n-grams (ARPA); for models that spell what they hear.",
            valueName: "file"))
    var languageModel: String?
    @Option(
        help: ArgumentHelp(
            "How much the language model counts (default: \(LanguageModelFusion.standardWeight)).", valueName: "factor")
    )
    var lmWeight: Float?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What each word adds to a text's score (default: \(LanguageModelFusion.standardWordBonus)).",
            valueName: "logarithm", visibility: .hidden))
    var wordBonus: Float?

    func validate() throws {
        if languageModel == "" { throw ValidationError("--language-model is empty; name a file.") }
        if let lmWeight { try check(lmWeight, "--lm-weight", in: 0...10) }
        if let wordBonus { try check(wordBonus, "--word-bonus", in: -20...20) }
        if languageModel == nil, lmWeight != nil || wordBonus != nil {
            throw ValidationError("--lm-weight and --word-bonus need a --language-model.")
        }
    }

    private var weight: Float { lmWeight ?? LanguageModelFusion.standardWeight }
    private var bonus: Float { wordBonus ?? LanguageModelFusion.standardWordBonus }

    /// Reads the model; nil where none is named.
    func fusion() throws -> LanguageModelFusion? {
        guard let path = languageModel else { return nil }
        let contents: Data
        do {
            contents = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw NGramError.unreadable(file: path, reason: "no such file, or reading it is not permitted")
        }
        let model = try ARPAReader.read(Array(contents), file: path)
        return LanguageModelFusion(model, weight: weight, wordBonus: bonus)
    }

    /// For reports.
    var settings: [String: Setting] {
        guard let languageModel else { return ["language_model": "none"] }
        return [
            "language_model": .text(URL(fileURLWithPath: languageModel).lastPathComponent),
            "lm_weight": .number(Double(weight)), "word_bonus": .number(Double(bonus)),
        ]
    }
}
