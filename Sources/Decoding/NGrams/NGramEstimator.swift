#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Estimates an ``NGramModel`` from text by modified Kneser–Ney smoothing (Chen and Goodman 1999), interpolated, as KenLM's
/// `lmplz` has it (Heafield et al. 2013).
///
/// With the adjusted count a(n-gram): how often it occurs, for the longest and for those that begin with `<s>`; else how many
/// words stand before it. Of those of one length, t₁ … t₄ have the counts 1 … 4; y = t₁ / (t₁ + 2 t₂), and what is taken off a
/// count of k is d(k) = k - (k + 1) y t₍k₊₁₎ / t₍k₎, for 3 and more d(3). Then p(w | c) = (a(c w) - d(a(c w))) / Σ a(c x) +
/// b(c) p(w | c without its first word), where b(c) = Σ d(a(c x)) / Σ a(c x), and single words go on with 1 / their number,
/// `<unk>` and `</s>` among them, `<s>` not.
public struct NGramEstimator: Sendable {
    public let order: Int
    private var words = [NGramModel.unknownWord, NGramModel.beginning, NGramModel.end]
    private var ids: [String: Int32] = [NGramModel.unknownWord: 0, NGramModel.beginning: 1, NGramModel.end: 2]
    /// Of the longest n-grams, and of shorter ones that begin a sentence.
    private var counts: [[Int32]: Int] = [:]
    public private(set) var sentenceCount = 0
    public private(set) var wordCount = 0

    public static let orders = 1...6

    /// - Precondition: `order` lies in ``orders``.
    public init(order: Int) {
        precondition(Self.orders.contains(order), "n-grams of \(order) words")
        self.order = order
    }

    /// Adds a sentence. The marks of beginning, end and unknown words are left out of it, as are empty words.
    public mutating func add(_ sentence: some Sequence<String>) {
        var line: [Int32] = [1]
        for word in sentence where !word.isEmpty {
            if let id = ids[word] {
                if id > 2 { line.append(id) }
            } else {
                ids[word] = Int32(words.count)
                line.append(Int32(words.count))
                words.append(word)
            }
        }
        guard line.count > 1 else { return }
        sentenceCount += 1
        wordCount += line.count - 1
        line.append(2)
        for end in line.indices.dropFirst() {
            counts[Array(line[max(0, end + 1 - order)...end]), default: 0] += 1
        }
    }

    /// What is taken off counts of 1, 2, and 3 or more, for each length.
    struct Discounts: Sendable, Equatable {
        var values: [Double]

        /// Those that are usual where a text is too small or too regular to tell them.
        static let fallback = Discounts(values: [0.5, 1, 1.5])

        init(values: [Double]) { self.values = values }

        /// - Parameter t: how many n-grams have the counts 1 to 4.
        init(countsOfCounts t: [Int]) {
            guard t.allSatisfy({ $0 > 0 }) else {
                self = .fallback
                return
            }
            let y = Double(t[0]) / Double(t[0] + 2 * t[1])
            let values = (1...3).map { k -> Double in
                let ratio = Double(t[k]) / Double(t[k - 1])
                return Double(k) - Double(k + 1) * y * ratio
            }
            self = zip(values, 1...).allSatisfy { $0 >= 0 && $0 <= Double($1) } ? Discounts(values: values) : .fallback
        }

        func off(_ count: Int) -> Double { count == 0 ? 0 : values[min(count, 3) - 1] }
    }

    /// - Throws: where no sentence was added.
    public func estimate() throws(NGramError) -> NGramModel {
        guard sentenceCount > 0 else { throw .noText }
        let adjusted = adjustedCounts()
        var model = NGramModel(order: order, words: words)
        var probabilities: [[Int32]: Double] = [:]
        let uniform = 1 / Double(words.count - 1)
        for length in 1...order {
            let level = adjusted[length - 1]
            var t = [Int](repeating: 0, count: 4)
            for count in level.values where (1...4).contains(count) { t[count - 1] += 1 }
            let discounts = Discounts(countsOfCounts: t)
            // By context: the sum of counts, and of what is taken off.
            var sums: [ArraySlice<Int32>: (count: Int, off: Double)] = [:]
            for (ngram, count) in level {
                let sum = sums[ngram.dropLast(), default: (0, 0)]
                sums[ngram.dropLast()] = (sum.count + count, sum.off + discounts.off(count))
            }
            for (context, sum) in sums where length > 1 {
                guard let node = model.node(context) else { preconditionFailure("the context \(context) is not there") }
                model.nodes[Int(node)].backoff = Self.logarithm(sum.off / Double(sum.count))
            }
            var current: [[Int32]: Double] = [:]
            var ngrams = Array(level.keys)
            if length == 1 { ngrams += [[0], [1]] }
            ngrams.sort { $0.lexicographicallyPrecedes($1) }
            for ngram in ngrams {
                let count = level[ngram] ?? 0
                let sum = sums[ngram.dropLast()] ?? (1, 0)
                let lower = length == 1 ? uniform : probabilities[Array(ngram.dropFirst())] ?? 0
                let probability = (Double(count) - discounts.off(count) + sum.off * lower) / Double(sum.count)
                current[ngram] = probability
                guard let prefix = model.node(ngram.dropLast()) else { preconditionFailure("\(ngram) has no prefix") }
                let isBeginning = ngram == [1]
                _ = model.add(
                    prefix: prefix, word: ngram[length - 1],
                    logProbability: isBeginning ? NGramModel.never : Self.logarithm(probability), backoff: 0)
            }
            probabilities = current
        }
        return model
    }

    private static func logarithm(_ value: Double) -> Float { Float(max(log10(value), Double(NGramModel.never))) }

    /// By length.
    private func adjustedCounts() -> [[[Int32]: Int]] {
        var levels = [[[Int32]: Int]](repeating: [:], count: order)
        levels[order - 1] = counts.filter { $0.key.count == order }
        for length in (1..<order).reversed() {
            // Each longer n-gram stands for one word before its end.
            for ngram in levels[length].keys { levels[length - 1][Array(ngram.dropFirst()), default: 0] += 1 }
            // What begins a sentence has no word before it, so that it counts as often as it occurs.
            for (ngram, count) in counts where ngram.count == length && ngram[0] == 1 {
                levels[length - 1][ngram] = count
            }
        }
        return levels
    }
}
