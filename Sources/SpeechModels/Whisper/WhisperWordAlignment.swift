import Decoding
import Tensors
import Tokenizers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Word times by dynamic time warping over what the decoder listens to at each token.
///
/// As OpenAI's implementation does it: one pass reads the known text; the attention of the alignment heads is brought to
/// a common scale, smoothed and averaged; the cheapest monotonic path through it gives each token its frame.
extension WhisperWindowDecoder {
    /// Source positions are 20 ms apart.
    private static let secondsPerPosition = 0.02
    private static let smoothing = MedianFilter(width: 7)

    /// The words of each phrase of a window, with times in seconds from the window's beginning.
    ///
    /// Words are in order, do not overlap and lie within the window; none begins or ends inside a silence.
    ///
    /// - Parameters:
    ///   - phrases: text tokens of each phrase; others are passed over.
    ///   - language: a code of the vocabulary; English-only models ignore it.
    ///   - windowDuration: seconds of sound in the window; what follows is padding.
    ///   - silences: in order, as ``WindowSilences`` finds them.
    func words(
        of phrases: [[Int]], source: WhisperSource, language: String, task: TranscriptionOptions.Task,
        windowDuration: Double, silences: [ClosedRange<Double>]
    ) throws -> [[TranscriptWord]] {
        let phrases = phrases.map { $0.filter { $0 < vocabulary.tokens.endOfText && !vocabulary.tokens.isSpecial($0) } }
        let tokens = phrases.flatMap { $0 }
        guard !tokens.isEmpty else { return phrases.map { _ in [] } }
        let request = Request(language: language, task: task, usesTimestamps: false)
        let attention = try attention(of: tokens, source: source, prompt: prompt(for: request))
        let times = tokenTimes(attention, windowDuration: windowDuration, silences: silences)

        // The text of a translation is English.
        let written = task == .translate || !vocabulary.isMultilingual ? "en" : language
        var words: [[TranscriptWord]] = []
        var offset = 0
        for phrase in phrases {
            let grouping = WordGrouping(phrase, tokenizer: vocabulary.tokens.tokenizer, language: written)
            words.append(
                grouping.words.map { word in
                    let spoken = offset + word.spoken.lowerBound..<offset + word.spoken.upperBound
                    let mean = attention.logProbabilities[spoken].reduce(0, +) / Float(spoken.count)
                    return TranscriptWord(
                        text: word.text, start: times.starts[spoken.lowerBound], end: times.ends[spoken.upperBound - 1],
                        probability: exp(mean))
                })
            offset += phrase.count
        }
        let snap = WordSnapping(silences: silences, duration: windowDuration)
        var places = snap(words.joined().map { $0.start...max($0.start, $0.end) })[...]
        for phrase in words.indices {
            for word in words[phrase].indices {
                guard let place = places.popFirst() else { continue }
                (words[phrase][word].start, words[phrase][word].end) = (place.lowerBound, place.upperBound)
            }
        }
        return words
    }

    /// What the decoder listens to while it predicts each text token, and the end after them.
    struct TokenAttention {
        /// For each alignment head `[text tokens + 1, source positions]`.
        var weights: [[Float]]
        var sourcePositions: Int
        /// Of each text token, among all text tokens.
        var logProbabilities: [Float]
    }

    /// - Parameter tokens: of any number; more than the decoder's positions are read in parts that overlap.
    func attention(of tokens: [Int], source: WhisperSource, prompt: [Int]) throws -> TokenAttention {
        let heads = settings.alignmentHeads(of: model.configuration)
        let sourcePositions = model.configuration.sourcePositions
        let capacity = max(1, model.configuration.targetPositions - prompt.count)
        var result = TokenAttention(
            weights: heads.map { _ in [] }, sourcePositions: sourcePositions, logProbabilities: [])
        /// Rows so far; row `r` predicts token `r`.
        var done = 0
        while done <= tokens.count {
            // Half of a later part repeats what goes before it.
            let start = done == 0 ? 0 : max(0, done - capacity / 2)
            let end = min(tokens.count, start + capacity)
            let (states, weights) = model.decoder.reading(
                prompt + tokens[start..<end], source: source, heads: heads, cache: model.makeCache())
            let rows = prompt.count - 1 + done - start..<prompt.count + end - start
            for (head, weights) in weights.enumerated() {
                result.weights[head] += weights.leadingSlice(rows).floats()
            }
            result.logProbabilities += try logProbabilities(
                of: tokens[done..<min(tokens.count, end + 1)], states.leadingSlice(rows))
            done = end + 1
        }
        return result
    }

    /// Shapes: `states` `[tokens or more, width]`, of which row `r` predicts token `r`.
    private func logProbabilities(of tokens: ArraySlice<Int>, _ states: Tensor) throws -> [Float] {
        let vocabularySize = model.configuration.vocabularySize
        var result: [Float] = []
        // Few at a time, because their logits are large.
        for start in stride(from: 0, to: tokens.count, by: 16) {
            let end = min(tokens.count, start + 16)
            let logits = model.logits(states.leadingSlice(start..<end)).floats()
            for (row, token) in tokens.dropFirst(start).prefix(end - start).enumerated() {
                let first = row * vocabularySize
                let total = LogProbabilities.logSumExp(logits, in: first..<first + vocabulary.tokens.endOfText)
                guard total.isFinite else { throw SpeechModelError.notFinite(model: folder) }
                result.append(logits[first + token] - total)
            }
        }
        return result
    }

    /// When each text token begins and ends, in seconds.
    struct TokenTimes {
        var starts: [Double]
        var ends: [Double]
    }

    /// - Parameter silences: in which no token is looked for. The published method has none: attention in pauses is
    ///   about even, and the path through it accidental.
    func tokenTimes(
        _ attention: TokenAttention, windowDuration: Double, silences: [ClosedRange<Double>] = []
    ) -> TokenTimes {
        let rows = attention.logProbabilities.count + 1
        let columns = Self.audiblePositions(
            max(1, min(attention.sourcePositions, Int(windowDuration / Self.secondsPerPosition + 1e-6))), silences)
        var costs = [Float](repeating: 0, count: rows * columns.count)
        for weights in attention.weights {
            var map = Self.standardized(weights, rows: rows, stride: attention.sourcePositions, columns: columns)
            for row in 0..<rows { Self.smoothing.apply(to: &map[row * columns.count..<(row + 1) * columns.count]) }
            for index in costs.indices { costs[index] -= map[index] / Float(attention.weights.count) }
        }
        let first = DynamicTimeWarping.firstColumns(costs, rows: rows, columns: columns.count)
        func seconds(_ position: Int) -> Double { min(windowDuration, Double(position) * Self.secondsPerPosition) }
        let starts = first.map { seconds(columns[$0]) }
        let ends = zip(starts, first.dropFirst()).map { start, next in
            next == 0 ? start : max(start, seconds(columns[next - 1] + 1))
        }
        return TokenTimes(starts: starts.dropLast(), ends: ends)
    }

    /// The positions at which something sounds; all of them where there would be none.
    private static func audiblePositions(_ count: Int, _ silences: [ClosedRange<Double>]) -> [Int] {
        let audible = (0..<count).filter { position in
            // The edges stay: whoever found the silences knows them no better than this.
            let start = Double(max(0, position - 2)) * secondsPerPosition
            let end = Double(min(count, position + 3)) * secondsPerPosition
            return !silences.contains { $0.lowerBound <= start && end <= $0.upperBound }
        }
        return audible.isEmpty ? Array(0..<count) : audible
    }

    /// Columns of a matrix, each brought to mean 0 and deviation 1 over the rows.
    private static func standardized(_ matrix: [Float], rows: Int, stride: Int, columns: [Int]) -> [Float] {
        var result = [Float](repeating: 0, count: rows * columns.count)
        for (place, column) in columns.enumerated() {
            var (sum, squares) = (0.0, 0.0)
            for row in 0..<rows { sum += Double(matrix[row * stride + column]) }
            let mean = sum / Double(rows)
            for row in 0..<rows {
                let difference = Double(matrix[row * stride + column]) - mean
                squares += difference * difference
            }
            let deviation = (squares / Double(rows)).squareRoot()
            // A column without any difference tells nothing.
            guard deviation > 0 else { continue }
            for row in 0..<rows {
                result[row * columns.count + place] = Float((Double(matrix[row * stride + column]) - mean) / deviation)
            }
        }
        return result
    }
}
