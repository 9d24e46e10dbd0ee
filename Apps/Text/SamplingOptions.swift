import ArgumentParser
import Decoding
import Tokenizers

/// How tokens are drawn; what is not given is as the model recommends.
struct SamplingOptions: ParsableArguments {
    @Option(help: "0 takes the most probable token, 1 draws as the model says, more widens the choice.")
    var temperature: Float?
    @Option(help: ArgumentHelp("Draw from this many of the most probable tokens.", valueName: "count"))
    var topK: Int?
    @Option(help: ArgumentHelp("Draw from the most probable tokens that reach this probability.", valueName: "mass"))
    var topP: Float?
    @Option(
        help: ArgumentHelp("Leave out tokens less probable than this share of the best one.", valueName: "share"))
    var minP: Float?
    @Option(
        help: ArgumentHelp(
            "Draw from the tokens of most usual information that reach this probability.", valueName: "mass"))
    var typicalP: Float?
    @Option(
        help: ArgumentHelp("Above 1: tokens of the prompt and the text become less likely.", valueName: "factor"))
    var repetitionPenalty: Float?
    @Option(help: ArgumentHelp("Taken from the logits of tokens written before.", valueName: "number"))
    var presencePenalty: Float?
    @Option(help: ArgumentHelp("The same, for each time that they were written.", valueName: "number"))
    var frequencyPenalty: Float?
    @Option(
        help: ArgumentHelp(
            "Add a number to the logit of a token, given by id or as the tokenizer writes it; -inf forbids it. Repeatable.",
            valueName: "token=number"))
    var logitBias: [LogitBiasOption] = []

    /// What is asked for, over what the model recommends.
    func settings(over recommended: SamplingSettings, tokenizer: any Tokenizer) throws -> SamplingSettings {
        var settings = recommended
        if let temperature { settings.temperature = temperature }
        if let topK { settings.topK = topK }
        if let topP { settings.topP = topP }
        if let minP { settings.minP = minP }
        if let typicalP { settings.typicalP = typicalP }
        if let repetitionPenalty { settings.repetitionPenalty = repetitionPenalty }
        if let presencePenalty { settings.presencePenalty = presencePenalty }
        if let frequencyPenalty { settings.frequencyPenalty = frequencyPenalty }
        for option in logitBias { settings.logitBias[try option.id(in: tokenizer), default: 0] += option.bias }
        try settings.validate()
        return settings
    }

    func validate() throws {
        // The bias of a token needs the tokenizer; all else can be judged at once.
        var settings = SamplingSettings()
        settings.temperature = temperature ?? 1
        settings.topK = topK
        settings.topP = topP ?? 1
        settings.minP = minP ?? 0
        settings.typicalP = typicalP ?? 1
        settings.repetitionPenalty = repetitionPenalty ?? 1
        settings.presencePenalty = presencePenalty ?? 0
        settings.frequencyPenalty = frequencyPenalty ?? 0
        do { try settings.validate() } catch { throw ValidationError("--\(error)") }
    }
}

/// `TOKEN=NUMBER`.
struct LogitBiasOption: ExpressibleByArgument {
    let token: String
    let bias: Float

    init?(argument: String) {
        guard let equals = argument.lastIndex(of: "="), equals > argument.startIndex,
            let bias = Float(argument[argument.index(after: equals)...]), bias <= 1000
        else { return nil }
        token = String(argument[..<equals])
        self.bias = bias
    }

    func id(in tokenizer: any Tokenizer) throws -> Int {
        if let id = tokenizer.id(of: token) { return id }
        guard let id = Int(token), (0..<tokenizer.vocabularySize).contains(id) else {
            throw ValidationError("--logit-bias: the model's tokenizer has no token '\(token)'.")
        }
        return id
    }
}
