import Decoding
import Tensors
import Tokenizers

/// How probable texts are to a language model.
public struct TextScorer: Sendable {
    public let model: LanguageModel
    /// Tokens that the model sees at once.
    public let window: Int
    /// Tokens from one window's beginning to the next one's. Those that a window shares with the one before are seen, and
    /// not scored again: the smaller the stride, the more of what went before every token is judged by.
    public let stride: Int

    /// How probable a text is.
    public struct Score: Sendable, Equatable {
        /// The negative logarithms of the tokens' probabilities, in nats, added.
        public var nats = 0.0
        /// Tokens that were scored.
        public var tokenCount = 0
        /// Bytes of UTF-8 that they stand for.
        public var byteCount = 0

        public init() {}

        /// exp of the mean negative logarithm of a token's probability; nil where nothing was scored.
        public var perplexity: Double? { tokenCount > 0 ? naturalExponential(nats / Double(tokenCount)) : nil }
        /// Independent of the tokenizer; nil where nothing was scored.
        public var bitsPerByte: Double? { byteCount > 0 ? nats / naturalLogarithm(2) / Double(byteCount) : nil }
    }

    /// - Parameters:
    ///   - window: the model's whole context where nil.
    ///   - stride: half of the window where nil.
    public init(_ model: LanguageModel, window: Int? = nil, stride: Int? = nil) throws(TextModelError) {
        let context = model.configuration.context
        let window = window ?? context
        guard (2...context).contains(window) else { throw .contextOutOfRange(window, limit: context) }
        let stride = stride ?? max(1, window / 2)
        guard (1...window - 1).contains(stride) else { throw .strideOutOfRange(stride, window: window) }
        self.model = model
        self.window = window
        self.stride = stride
    }

    /// The score of `text`, window by window. The first token is judged by the token that the model begins texts with;
    /// where it has none, the first token is not scored.
    ///
    /// - Parameters:
    ///   - progress: called after each window with the share of the text that is done.
    ///   - checkCancellation: called before each window.
    public func score(
        _ text: String, progress: (Double) -> Void = { _ in }, checkCancellation: () throws -> Void = {}
    ) throws -> Score {
        var (tokens, ids) = try model.tokens(of: text)
        if tokens.isEmpty, let begin = model.configuration.beginToken { tokens = [begin] }
        let firstScored = max(1, tokens.count)
        tokens += ids
        var score = Score()
        // The windows' first inputs; the last input of each is judged by what follows it.
        var scored = firstScored
        var start = 0
        while scored < tokens.count {
            try checkCancellation()
            let end = min(start + window, tokens.count - 1)
            let logProbabilities = try logProbabilities(tokens[start..<end + 1], from: scored - start)
            score.nats -= logProbabilities.reduce(0) { $0 + Double($1) }
            score.tokenCount += logProbabilities.count
            score.byteCount += model.tokenizer.bytes(of: tokens[scored...end]).count
            scored = end + 1
            start += stride
            progress(Double(scored) / Double(tokens.count))
        }
        return score
    }

    /// The log-probability of each token of `tokens` from the index `first` on, given those before it.
    func logProbabilities(_ tokens: ArraySlice<Int>, from first: Int) throws -> [Float] {
        let inputs = tokens.dropLast()
        let network = model.network
        let states = network(Tensor(inputs.map { Int32($0) }, shape: [1, inputs.count]))
        let width = states.shape[2]
        let rows = states.viewed(as: [inputs.count, width]).leadingSlice(first - 1..<inputs.count)
        let vocabulary = model.configuration.vocabularySize
        var result: [Float] = []
        // Logits of a whole window and a large vocabulary would take gigabytes.
        let rowsAtOnce = max(1, (16 << 20) / vocabulary)
        for begin in Swift.stride(from: 0, to: rows.shape[0], by: rowsAtOnce) {
            let end = min(rows.shape[0], begin + rowsAtOnce)
            let logits = network.logits(rows.leadingSlice(begin..<end)).floats()
            for row in begin..<end {
                let range = (row - begin) * vocabulary..<(row - begin + 1) * vocabulary
                let target = tokens[tokens.startIndex + first + row]
                let value = logits[range.lowerBound + target] - LogProbabilities.logSumExp(logits, in: range)
                guard !value.isNaN else { throw TextModelError.notFinite(model: model.folder) }
                result.append(value)
            }
        }
        return result
    }
}
