import Decoding
import Grammars
import Tensors
import Tokenizers

/// One text on its way through a generator.
struct GenerationPass {
    private let model: LanguageModel
    private let options: GenerationOptions
    private let prompt: [Int]
    private let droppedCount: Int
    private var sampler: TokenSampler
    private var decoder: StreamingDecoder
    private var filter: StopStringFilter
    private var constraint: GrammarConstraint?
    private var tokens: [Int] = []
    private var logProbabilities: [TokenProbability] = []
    private var text = ""

    /// - Throws: where an option makes no sense, where the prompt leaves no room for one more token and is not to be cut,
    ///   or where there is nothing to begin with.
    init(_ model: LanguageModel, prompt: Prompt, options: GenerationOptions) throws {
        try options.sampling.validate()
        self.model = model
        self.options = options
        (self.prompt, droppedCount) = try Self.tokens(of: prompt, model, options)
        let random = RandomSource(seed: options.seed)
        sampler = TokenSampler(
            options.sampling, prompt: self.prompt,
            random: options.stream == 0 ? random : random.split(UInt64(options.stream)))
        let continuesText = if case .text(let text) = prompt { !text.isEmpty } else { false }
        decoder = StreamingDecoder(model.tokenizer, skippingSpecial: true, continuesText: continuesText)
        filter = StopStringFilter(options.stopStrings)
        if let grammar = options.grammar {
            constraint = try model.constraints.take(grammar, endTokens: options.stopsAtEndToken ? endTokens : [])
            try constraint?.restart(droppingFirstSpace: model.tokenizer.dropsFirstSpace && !continuesText)
        }
    }

    private static func tokens(
        of prompt: Prompt, _ model: LanguageModel, _ options: GenerationOptions
    ) throws -> (tokens: [Int], dropped: Int) {
        let (prefix, text) =
            switch prompt {
            case .text(let text): try model.tokens(of: text)
            case .tokens(let tokens): ([], tokens)
            }
        guard prefix.count + text.count > 0 else { throw TextModelError.noPrompt(model: model.folder) }
        let context = model.configuration.context
        guard prefix.count + text.count >= context else { return (prefix + text, 0) }
        guard options.truncatesPrompt else {
            throw TextModelError.promptTooLong(tokenCount: prefix.count + text.count, limit: context)
        }
        // Room for what is to be written, but no more than half.
        let room = min(max(options.maximumCount, 1), context / 2)
        let kept = max(0, context - room - prefix.count)
        return (Array((prefix + text.suffix(kept)).prefix(context - 1)), text.count - kept)
    }

    mutating func run(
        reading read: inout ReadTokens, emit: (String) -> Void, checkCancellation: () throws -> Void
    ) throws -> Generation {
        let clock = ContinuousClock()
        var start = clock.now
        var timings = GenerationTimings()
        timings.load = model.loadTime
        var reusedCount = 0
        let logits = try read.read(
            prompt, planned: options.maximumCount, checkCancellation: checkCancellation,
            reports: { reusedCount = $0 })
        timings.prompt = (clock.now - start).seconds
        start = clock.now
        let finish = try write(startingWith: logits, &read, emit, checkCancellation)
        let rest = filter.append(decoder.finish()) + filter.finish()
        give(rest, emit)
        timings.generation = (clock.now - start).seconds
        let generation = Generation(
            text: text, tokens: tokens, finish: finish, promptTokenCount: prompt.count,
            cachedPromptTokenCount: reusedCount, droppedPromptTokenCount: droppedCount, seed: options.seed,
            stream: options.stream, logProbabilities: logProbabilities, timings: timings)
        if let constraint {
            // A stop string cuts a text that may have been whole as it was.
            guard constraint.isComplete, finish != .stopString else { throw TextModelError.unfinishedText(generation) }
            model.constraints.putBack(constraint)
            if !text.isEmpty { emit(text) }
        }
        return generation
    }

    private mutating func write(
        startingWith first: [Float], _ read: inout ReadTokens, _ emit: (String) -> Void,
        _ checkCancellation: () throws -> Void
    ) throws -> Generation.Finish {
        var logits = first
        while true {
            try checkCancellation()
            let token = try nextToken(logits)
            if options.stopsAtEndToken, endTokens.contains(token) { return .endToken }
            try constraint?.accept(token)
            tokens.append(token)
            if let count = options.logProbabilityCount {
                logProbabilities.append(TokenProbability(of: token, logits, alternatives: count, model.tokenizer))
            }
            give(filter.append(decoder.append(token)), emit)
            if filter.hasStopped { return .stopString }
            if let constraint, constraint.isFinished { return .grammar }
            if tokens.count >= options.maximumCount { return .maximumCount }
            if prompt.count + tokens.count == model.configuration.context { return .fullContext }
            logits = try read.read(token)
        }
    }

    /// More of the text. What might turn out not to match is not given out.
    private mutating func give(_ piece: String, _ emit: (String) -> Void) {
        guard !piece.isEmpty else { return }
        text += piece
        if constraint == nil { emit(piece) }
    }

    private mutating func nextToken(_ logits: [Float]) throws -> Int {
        guard constraint != nil else { return sampler.next(logits, after: tokens) }
        var logits = logits
        let room = min(options.maximumCount, model.configuration.context - prompt.count)
        let remaining = max(1, room - tokens.count)
        try constraint?.restrict(&logits, remaining: remaining)
        return sampler.next(logits, after: tokens)
    }

    /// Tokens that end the text.
    private var endTokens: Set<Int> { model.endTokens.union(options.endTokens) }
}
