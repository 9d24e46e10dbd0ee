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
        /// Probability that nobody speaks, by the model's own judgement.
        var noSpeechProbability: Float
        var temperature: Float = 0
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
        let past = Past(sequences: 1, source: source, decoder: self)
        let logits = try past.begin([vocabulary.tokens.startOfTranscript], logitsAt: [0])[0]
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
        /// Tokens of what was said before, of which the last that fit are shown to the model.
        var previous: [Int] = []
        /// Beside the control tokens; nil leaves the choice to the model's own list, as does -1 for a part of it.
        var suppressedTokens: [Int]?
        var temperature: Float = 0
        var search = TranscriptionOptions.Search.greedy
        /// Of what is drawn at a temperature above 0.
        var random = RandomSource(seed: 0)
        /// At most so many tokens; half of the decoder's positions where nil, as in the published decoding.
        var maximumCount: Int?
    }

    /// - Parameter checkCancellation: called before each token.
    func decode(
        _ source: WhisperSource, _ request: Request, checkCancellation: () throws -> Void
    ) throws -> Result {
        let sequences = request.temperature > 0 ? request.search.sampleCount : request.search.beamSize
        let past = Past(sequences: sequences, source: source, decoder: self)
        let prompt = prompt(for: request)
        // Whether nobody speaks is told right after the start token.
        let start = prompt.count - startSequence(for: request).count
        let positions = start == prompt.count - 1 ? [start] : [start, prompt.count - 1]
        let logits = try past.begin(prompt, logitsAt: positions)
        let found = try search(request, startingWith: logits[positions.count - 1], past, checkCancellation)
        return Result(
            tokens: found.tokens, averageLogProbability: found.averageLogProbability,
            noSpeechProbability: LogProbabilities.probability(of: vocabulary.tokens.noSpeech, logits[0]),
            temperature: request.temperature)
    }

    private func search(
        _ request: Request, startingWith logits: [Float], _ past: Past, _ checkCancellation: () throws -> Void
    ) throws -> Hypothesis {
        let rules = rules(for: request)
        let (endToken, search) = (vocabulary.tokens.endOfText, request.search)
        let limit = request.maximumCount ?? model.configuration.targetPositions / 2
        func step(_ parents: [Int], _ tokens: [Int]) throws -> [[Float]] {
            try checkCancellation()
            return try past.extend(parents: parents, by: tokens)
        }
        if request.temperature > 0 {
            return try SamplingSearch(
                rules: rules, endToken: endToken, maximumCount: limit, temperature: request.temperature,
                sampleCount: search.sampleCount, lengthPenalty: search.lengthPenalty
            ).run(startingWith: logits, random: request.random, step: step)
        }
        if search.beamSize > 1 {
            return try BeamSearch(
                rules: rules, endToken: endToken, maximumCount: limit, beamSize: search.beamSize,
                patience: search.patience, lengthPenalty: search.lengthPenalty
            ).run(startingWith: logits, step: step)
        }
        return try GreedySearch(rules: rules, endToken: endToken, maximumCount: limit)
            .run(startingWith: logits) { try step([0], [$0])[0] }
    }

    func prompt(for request: Request) -> [Int] {
        let previous = request.previous.suffix(previousCapacity)
        return (previous.isEmpty ? [] : [vocabulary.tokens.startOfPrevious] + previous) + startSequence(for: request)
    }

    /// How many tokens of what was said before fit: the other half of the positions is for the window's own.
    var previousCapacity: Int { max(0, model.configuration.targetPositions / 2 - 1) }

    private func startSequence(for request: Request) -> [Int] {
        var sequence = [vocabulary.tokens.startOfTranscript]
        if vocabulary.isMultilingual {
            let task = request.task == .translate ? vocabulary.tokens.translate : vocabulary.tokens.transcribe
            if let language = vocabulary.languages[request.language] { sequence.append(language) }
            sequence.append(task)
        }
        if !request.usesTimestamps { sequence.append(vocabulary.tokens.withoutTimestamps) }
        return sequence
    }

    private func rules(for request: Request) -> [any LogitRule] {
        var rules: [any LogitRule] = [
            TokenSuppression(suppressedTokens(for: request)),
            InitialTokenSuppression(settings.initiallySuppressedTokens ?? [vocabulary.tokens.endOfText]),
        ]
        if request.usesTimestamps {
            rules.append(
                WhisperTimestampRule(
                    firstTimestamp: vocabulary.firstTimestamp, endToken: vocabulary.tokens.endOfText,
                    noTimestampsToken: vocabulary.tokens.withoutTimestamps,
                    maximumInitialIndex: settings.maximumInitialTimestampIndex))
        }
        return rules
    }

    private func suppressedTokens(for request: Request) -> [Int] {
        let own = settings.suppressedTokens ?? vocabulary.controlTokens
        guard let wanted = request.suppressedTokens else { return own }
        return (wanted.contains(-1) ? own : []) + wanted + vocabulary.controlTokens
    }
}

extension WhisperWindowDecoder {
    /// What the decoder has read so far, for several texts at once that begin alike.
    private final class Past {
        private let cache: KeyValueCache
        private let source: WhisperSource
        private let decoder: WhisperWindowDecoder

        init(sequences: Int, source: WhisperSource, decoder: WhisperWindowDecoder) {
            cache = decoder.model.makeCache(sequences: sequences)
            self.source = source
            self.decoder = decoder
        }

        /// Reads the prompt into place 0; the logits after some of its positions.
        func begin(_ prompt: [Int], logitsAt positions: [Int]) throws -> [[Float]] {
            let states = decoder.model.decoder(
                Tensor(prompt.map { Int32($0) }, shape: [1, prompt.count]), source: source, cache: cache)
            let rows = states.viewed(as: [prompt.count, states.shape[2]])
            return try positions.map { try logits(rows.leadingSlice($0..<$0 + 1))[0] }
        }

        /// Fulfils ``HypothesisStep``.
        func extend(parents: [Int], by tokens: [Int]) throws -> [[Float]] {
            for (place, parent) in parents.enumerated() { cache.fork(parent, to: place) }
            let states = decoder.model.decoder(
                Tensor(tokens.map { Int32($0) }, shape: [tokens.count, 1]), source: source, cache: cache)
            return try logits(states.viewed(as: [tokens.count, states.shape[2]]))
        }

        /// Throws where damaged weights have led to something that is not a number: no word would mean anything.
        private func logits(_ states: Tensor) throws -> [[Float]] {
            let logits = decoder.model.logits(states)
            return try (0..<logits.shape[0]).map { row in
                let row = logits.leadingSlice(row..<row + 1).floats()
                guard LogProbabilities.maximum(row, in: 0..<row.count).isFinite else {
                    throw SpeechModelError.notFinite(model: decoder.folder)
                }
                return row
            }
        }
    }
}
