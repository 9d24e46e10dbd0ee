/// How the next token is drawn. What changes nothing at its default costs nothing.
public struct SamplingSettings: Sendable, Equatable {
    /// 0 takes the most probable token; 1 draws as the model says.
    public var temperature: Float = 1
    /// Draw from this many of the most probable tokens; nil: from all.
    public var topK: Int?
    /// Draw from the most probable tokens that together reach this probability.
    public var topP: Float = 1
    /// Leave out tokens less probable than this share of the most probable one.
    public var minP: Float = 0
    /// Draw from the tokens of most usual information that together reach this probability.
    public var typicalP: Float = 1
    /// Above 1 makes tokens less likely that the prompt or the text so far holds.
    public var repetitionPenalty: Float = 1
    /// Taken from the logits of tokens that were generated already.
    public var presencePenalty: Float = 0
    /// The same, for each time that the token occurred.
    public var frequencyPenalty: Float = 0
    /// Added to the logits of these tokens; -∞ forbids one.
    public var logitBias: [Int: Float] = [:]

    public init() {}

    /// The rules, in the order in which they are applied: bias, penalties, temperature, top-k, top-p, min-p, typical-p.
    /// It is the order of Hugging Face `transformers`. At temperature 0 those from the temperature on are left out, since
    /// none of them removes the most probable token.
    ///
    /// - Parameter prompt: its tokens count for the repetition penalty.
    public func rules(prompt: [Int]) -> [any LogitRule] {
        var rules: [any LogitRule] = []
        if !logitBias.isEmpty { rules.append(LogitBias(logitBias)) }
        if repetitionPenalty != 1 { rules.append(RepetitionPenalty(repetitionPenalty, prompt: prompt)) }
        if presencePenalty != 0 || frequencyPenalty != 0 {
            rules.append(OccurrencePenalty(presence: presencePenalty, frequency: frequencyPenalty))
        }
        guard temperature > 0 else { return rules }
        if temperature != 1 { rules.append(Temperature(temperature)) }
        if let topK { rules.append(TopK(topK)) }
        if topP < 1 { rules.append(TopP(topP)) }
        if minP > 0 { rules.append(MinP(minP)) }
        if typicalP < 1 { rules.append(TypicalP(typicalP)) }
        return rules
    }

    /// Throws ``SamplingSettingsError`` where a number is out of its range.
    public func validate() throws(SamplingSettingsError) {
        func check(_ name: String, _ value: Float, _ isValid: Bool, _ expected: String) throws(SamplingSettingsError) {
            // A NaN fails every comparison, and so is never valid.
            guard isValid else { throw SamplingSettingsError(name: name, value: "\(value)", expected: expected) }
        }
        try check("temperature", temperature, temperature >= 0 && temperature <= 100, "0 to 100")
        if let topK { try check("top-k", Float(topK), topK >= 1, "1 or more") }
        try check("top-p", topP, topP > 0 && topP <= 1, "above 0, at most 1")
        try check("min-p", minP, minP >= 0 && minP <= 1, "0 to 1")
        try check("typical-p", typicalP, typicalP > 0 && typicalP <= 1, "above 0, at most 1")
        try check(
            "repetition-penalty", repetitionPenalty, repetitionPenalty > 0 && repetitionPenalty <= 100,
            "above 0, at most 100")
        try check("presence-penalty", presencePenalty, abs(presencePenalty) <= 100, "-100 to 100")
        try check("frequency-penalty", frequencyPenalty, abs(frequencyPenalty) <= 100, "-100 to 100")
        for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
            try check("logit-bias of token \(token)", bias, bias <= 1000, "a number up to 1000, or -inf")
        }
    }
}

/// A number among ``SamplingSettings`` that makes no sense.
public struct SamplingSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// As options have it: `top-p`.
    public let name: String
    public let value: String
    public let expected: String

    public var description: String { "\(name) is \(value); expected \(expected)" }
}
