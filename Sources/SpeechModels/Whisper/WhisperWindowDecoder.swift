import Decoding
import Tensors
import Tokenizers

/// Writes down what one window of 30 seconds says.
struct WhisperWindowDecoder: Sendable {
    /// What one window gave.
    struct Result: Sendable {
        /// Text and timestamp tokens, without the end token.
        var tokens: [Int]
        var averageLogProbability: Float
        var noSpeechProbability: Float
    }

    let model: WhisperModel
    let vocabulary: WhisperVocabulary
    let settings: WhisperGenerationSettings
    /// What errors call the model.
    let folder: String

    /// Shapes: `features` `[frames, mel bins]`.
    func encode(_ features: Tensor) -> WhisperSource {
        let batch = features.viewed(as: Shape([1] + features.shape))
        return model.decoder.source(for: model.encoder(batch))
    }

    /// The probability of each language, by the first token after the start.
    func languageProbabilities(_ source: WhisperSource) throws -> [String: Float] {
        let logits = try lastLogits(
            of: hidden([vocabulary.tokens.startOfTranscript], source: source, cache: model.makeCache()))
        let (codes, ids) = (Array(vocabulary.languages.keys), Array(vocabulary.languages.values))
        let choices = ids.map { logits[$0] }
        let probabilities = choices.indices.map { LogProbabilities.probability(of: $0, choices) }
        return Dictionary(uniqueKeysWithValues: zip(codes, probabilities))
    }

    func detectLanguage(_ source: WhisperSource) throws -> String {
        try languageProbabilities(source).max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "en"
    }

    /// How a window is to be written down.
    struct Request: Sendable {
        /// A code of the vocabulary; English-only models ignore it.
        var language: String
        var task = TranscriptionOptions.Task.transcribe
        var usesTimestamps = true
        /// At most so many tokens; half of the decoder's positions where nil, as in the published decoding.
        var maximumCount: Int?
    }

    /// - Parameter checkCancellation: called before each token.
    func decode(
        _ source: WhisperSource, _ request: Request, checkCancellation: () throws -> Void
    ) throws -> Result {
        let cache = model.makeCache()
        let states = hidden(prompt(for: request), source: source, cache: cache)
        let search = GreedySearch(
            rules: rules(usesTimestamps: request.usesTimestamps), endToken: vocabulary.tokens.endOfText,
            maximumCount: request.maximumCount ?? model.configuration.targetPositions / 2)
        let first = try lastLogits(of: states)
        let found = try search.run(startingWith: first) { token in
            try checkCancellation()
            return try lastLogits(of: hidden([token], source: source, cache: cache))
        }
        return Result(
            tokens: found.tokens, averageLogProbability: found.averageLogProbability,
            // Told right after the start token, which is all of the prompt in an English-only model with timestamps.
            noSpeechProbability: LogProbabilities.probability(
                of: vocabulary.tokens.noSpeech, states.shape[1] == 1 ? first : logits(of: states, at: 0)))
    }

    func prompt(for request: Request) -> [Int] {
        var prompt = [vocabulary.tokens.startOfTranscript]
        if vocabulary.isMultilingual {
            let task = request.task == .translate ? vocabulary.tokens.translate : vocabulary.tokens.transcribe
            if let language = vocabulary.languages[request.language] { prompt.append(language) }
            prompt.append(task)
        }
        if !request.usesTimestamps { prompt.append(vocabulary.tokens.withoutTimestamps) }
        return prompt
    }

    private func rules(usesTimestamps: Bool) -> [any LogitRule] {
        var rules: [any LogitRule] = [
            TokenSuppression(settings.suppressedTokens ?? vocabulary.controlTokens),
            InitialTokenSuppression(settings.initiallySuppressedTokens ?? [vocabulary.tokens.endOfText]),
        ]
        if usesTimestamps {
            rules.append(
                WhisperTimestampRule(
                    firstTimestamp: vocabulary.firstTimestamp, endToken: vocabulary.tokens.endOfText,
                    noTimestampsToken: vocabulary.tokens.withoutTimestamps,
                    maximumInitialIndex: settings.maximumInitialTimestampIndex))
        }
        return rules
    }

    /// Shapes: → `[1, tokens, width]`.
    private func hidden(_ tokens: [Int], source: WhisperSource, cache: KeyValueCache) -> Tensor {
        model.decoder(
            Tensor(tokens.map { Int32($0) }, shape: [1, tokens.count]), source: source, cache: cache)
    }

    /// Throws where damaged weights have led to something that is not a number: no word would mean anything.
    private func lastLogits(of states: Tensor) throws -> [Float] {
        let logits = logits(of: states, at: states.shape[1] - 1)
        guard LogProbabilities.maximum(logits, in: 0..<logits.count).isFinite else {
            throw SpeechModelError.notFinite(model: folder)
        }
        return logits
    }

    private func logits(of states: Tensor, at position: Int) -> [Float] {
        let (time, width) = (states.shape[1], states.shape[2])
        return model.logits(states.viewed(as: [time, width]).leadingSlice(position..<position + 1))
            .floats()
    }
}
