import Decoding
import Tensors

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

    /// Shapes: `features` `[frames, mel bins]`.
    func encode(_ features: Tensor) -> WhisperSource {
        let batch = features.viewed(as: Shape([1] + features.shape))
        return model.decoder.source(for: model.encoder(batch))
    }

    /// The most likely language, by the first token after the start.
    func detectLanguage(_ source: WhisperSource) -> String {
        let logits = lastLogits(
            of: hidden([vocabulary.startOfTranscript], source: source, cache: model.makeCache()))
        let best = vocabulary.languages.max { (logits[$0.value], $1.key) < (logits[$1.value], $0.key) }
        return best?.key ?? "en"
    }

    /// - Parameter checkCancellation: called before each token.
    func decode(
        _ source: WhisperSource, language: String, usesTimestamps: Bool, checkCancellation: () throws -> Void
    ) throws -> Result {
        let cache = model.makeCache()
        let prompt = prompt(language: language, usesTimestamps: usesTimestamps)
        let states = hidden(prompt, source: source, cache: cache)
        let search = GreedySearch(
            rules: rules(usesTimestamps: usesTimestamps), endToken: vocabulary.endOfText,
            // Half of the positions are reserved for the prompt, as in the published decoding.
            maximumCount: model.configuration.targetPositions / 2)
        let found = try search.run(startingWith: lastLogits(of: states)) { token in
            try checkCancellation()
            return lastLogits(of: hidden([token], source: source, cache: cache))
        }
        return Result(
            tokens: found.tokens, averageLogProbability: found.averageLogProbability,
            noSpeechProbability: noSpeechProbability(states))
    }

    private func prompt(language: String, usesTimestamps: Bool) -> [Int] {
        var prompt = [vocabulary.startOfTranscript]
        if vocabulary.isMultilingual {
            prompt += [vocabulary.languages[language], vocabulary.transcribe].compactMap { $0 }
        }
        if !usesTimestamps { prompt.append(vocabulary.noTimestamps) }
        return prompt
    }

    private func rules(usesTimestamps: Bool) -> [any LogitRule] {
        var rules: [any LogitRule] = [
            TokenSuppression(settings.suppressedTokens ?? vocabulary.controlTokens),
            InitialTokenSuppression(settings.initiallySuppressedTokens ?? [vocabulary.endOfText]),
        ]
        if usesTimestamps {
            rules.append(
                WhisperTimestampRule(
                    firstTimestamp: vocabulary.firstTimestamp, endToken: vocabulary.endOfText,
                    noTimestampsToken: vocabulary.noTimestamps,
                    maximumInitialIndex: settings.maximumInitialTimestampIndex))
        }
        return rules
    }

    /// Shapes: → `[1, tokens, width]`.
    private func hidden(_ tokens: [Int], source: WhisperSource, cache: KeyValueCache) -> Tensor {
        model.decoder(
            Tensor(tokens.map { Int32($0) }, shape: [1, tokens.count]), source: source, cache: cache)
    }

    private func lastLogits(of states: Tensor) -> [Float] {
        logits(of: states, at: states.shape[1] - 1)
    }

    private func logits(of states: Tensor, at position: Int) -> [Float] {
        let (time, width) = (states.shape[1], states.shape[2])
        return model.decoder.logits(states.viewed(as: [time, width]).leadingSlice(position..<position + 1))
            .floats()
    }

    /// The probability of `<|nospeech|>` right after the start token.
    private func noSpeechProbability(_ states: Tensor) -> Float {
        guard let noSpeech = vocabulary.noSpeech else { return 0 }
        return LogProbabilities.probability(of: noSpeech, logits(of: states, at: 0))
    }
}
