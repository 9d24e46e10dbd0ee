import Decoding
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
    private var tokens: [Int] = []
    private var text = ""

    /// So many tokens of a prompt go through the model at once: enough to keep it busy, few enough to be stopped soon.
    private static let promptChunk = 512

    /// - Throws: where an option makes no sense, where the prompt leaves no room for one more token and is not to be cut,
    ///   or where there is nothing to begin with.
    init(_ model: LanguageModel, prompt: String, options: GenerationOptions) throws {
        try options.sampling.validate()
        self.model = model
        self.options = options
        (self.prompt, droppedCount) = try Self.tokens(of: prompt, model, options)
        sampler = TokenSampler(options.sampling, prompt: self.prompt, random: RandomSource(seed: options.seed))
        decoder = StreamingDecoder(model.tokenizer, skippingSpecial: true, continuesText: !prompt.isEmpty)
        filter = StopStringFilter(options.stopStrings)
    }

    private static func tokens(
        of prompt: String, _ model: LanguageModel, _ options: GenerationOptions
    ) throws -> (tokens: [Int], dropped: Int) {
        let (prefix, text) = try model.tokens(of: prompt)
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
        emit: (String) -> Void, checkCancellation: () throws -> Void
    ) throws -> Generation {
        let clock = ContinuousClock()
        var start = clock.now
        var timings = GenerationTimings()
        timings.load = model.loadTime
        let room = model.configuration.context - prompt.count
        let past = model.network.makePast(positions: prompt.count + min(options.maximumCount, room))
        let logits = try readPrompt(past, checkCancellation)
        timings.prompt = (clock.now - start).seconds
        start = clock.now
        let finish = try write(startingWith: logits, past, emit, checkCancellation)
        let rest = filter.append(decoder.finish()) + filter.finish()
        if !rest.isEmpty {
            text += rest
            emit(rest)
        }
        timings.generation = (clock.now - start).seconds
        return Generation(
            text: text, tokens: tokens, finish: finish, promptTokenCount: prompt.count,
            droppedPromptTokenCount: droppedCount, seed: options.seed, timings: timings)
    }

    /// What may follow the prompt.
    private func readPrompt(_ past: LanguageModelPast, _ checkCancellation: () throws -> Void) throws -> [Float] {
        var logits: [Float] = []
        for start in stride(from: 0, to: prompt.count, by: Self.promptChunk) {
            try checkCancellation()
            let end = min(prompt.count, start + Self.promptChunk)
            let states = model.network(Self.batch(prompt[start..<end]), extending: past)
            if end == prompt.count { logits = try model.lastLogits(of: states) }
        }
        return logits
    }

    private mutating func write(
        startingWith first: [Float], _ past: LanguageModelPast, _ emit: (String) -> Void,
        _ checkCancellation: () throws -> Void
    ) throws -> Generation.Finish {
        var logits = first
        while true {
            try checkCancellation()
            let token = sampler.next(logits, after: tokens)
            if options.stopsAtEndToken, model.endTokens.contains(token) { return .endToken }
            tokens.append(token)
            let piece = filter.append(decoder.append(token))
            if !piece.isEmpty {
                text += piece
                emit(piece)
            }
            if filter.hasStopped { return .stopString }
            if tokens.count >= options.maximumCount { return .maximumCount }
            if prompt.count + tokens.count == model.configuration.context { return .fullContext }
            logits = try model.lastLogits(of: model.network(Self.batch([token]), extending: past))
        }
    }

    private static func batch(_ tokens: some Collection<Int>) -> Tensor {
        Tensor(tokens.map { Int32($0) }, shape: [1, tokens.count])
    }
}
