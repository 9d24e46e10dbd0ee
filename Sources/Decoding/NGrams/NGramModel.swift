/// Probabilities of words after the words before them, as far as those were seen together; else with less of them (Katz
/// 1987; the format of ARPA's language models).
///
/// N-grams are nodes of a tree: each has a prefix, which is shorter by its last word, and a suffix, the longest known one
/// without its first words. Values are immutable and may be used by several threads at once.
public struct NGramModel: Sendable {
    /// Words of the longest n-grams.
    public let order: Int
    /// By id: `<unk>`, `<s>`, `</s>` and all others, in the order in which they were given.
    public let words: [String]
    let ids: [String: Int32]
    var nodes: [Node]
    private var children: [UInt64: Int32]

    /// An n-gram.
    struct Node: Sendable {
        /// Decimal logarithm of the last word's probability after the others.
        var logProbability: Float
        /// Decimal logarithm of the factor where a longer n-gram is not known.
        var backoff: Float
        let prefix: Int32
        let word: Int32
        let length: Int
        var suffix: Int32
    }

    /// What has been said before: the longest n-gram of it that is known.
    public struct State: Sendable, Hashable {
        let node: Int32
    }

    public static let unknownWord = "<unk>"
    public static let beginning = "<s>"
    public static let end = "</s>"
    /// Of a word that may not come: `<s>`.
    public static let never: Float = -99

    init(order: Int, words: [String]) {
        (self.order, self.words) = (order, words)
        ids = Dictionary(zip(words, 0...), uniquingKeysWith: { first, _ in first })
        nodes = [Node(logProbability: 0, backoff: 0, prefix: 0, word: -1, length: 0, suffix: 0)]
        children = [:]
    }

    private static func key(_ node: Int32, _ word: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: node)) << 32 | UInt64(UInt32(bitPattern: word))
    }

    func child(_ node: Int32, _ word: Int32) -> Int32? { children[Self.key(node, word)] }

    /// The node of these words; nil where they are not known together.
    func node(_ words: some Sequence<Int32>) -> Int32? {
        var node: Int32 = 0
        for word in words {
            guard let next = child(node, word) else { return nil }
            node = next
        }
        return node
    }

    /// Adds an n-gram whose prefix is there, after all that are shorter.
    ///
    /// - Returns: false where it is there already.
    mutating func add(prefix: Int32, word: Int32, logProbability: Float, backoff: Float) -> Bool {
        let key = Self.key(prefix, word)
        guard children[key] == nil else { return false }
        var suffix: Int32 = 0
        if prefix != 0 {
            var shorter = nodes[Int(prefix)].suffix
            while true {
                if let found = child(shorter, word) {
                    suffix = found
                    break
                }
                if shorter == 0 { break }
                shorter = nodes[Int(shorter)].suffix
            }
        }
        children[key] = Int32(nodes.count)
        nodes.append(
            Node(
                logProbability: logProbability, backoff: backoff, prefix: prefix, word: word,
                length: nodes[Int(prefix)].length + 1, suffix: suffix))
        return true
    }

    // MARK: Asking

    public var unknown: Int32 { ids[Self.unknownWord] ?? -1 }

    /// Before anything has been said.
    public var start: State {
        State(node: ids[Self.beginning].flatMap { child(0, $0) } ?? 0)
    }

    /// The decimal logarithm of a word's probability, and what has been said then. A word that is not known is `<unk>`; where
    /// the model has none of that, its probability is 0 and the logarithm ``never``.
    public func score(_ word: String, after state: State) -> (logProbability: Float, state: State) {
        score(ids[word] ?? unknown, after: state)
    }

    func score(_ word: Int32, after state: State) -> (logProbability: Float, state: State) {
        var (node, factor) = (state.node, Float(0))
        while true {
            if let found = child(node, word) {
                let entry = nodes[Int(found)]
                return (
                    factor + entry.logProbability, State(node: entry.length == order ? entry.suffix : found)
                )
            }
            guard node != 0 else { return (factor + Self.never, State(node: 0)) }
            factor += nodes[Int(node)].backoff
            node = nodes[Int(node)].suffix
        }
    }

    /// The decimal logarithm of the probability of a sentence with its end.
    public func score(_ sentence: some Sequence<String>) -> Float {
        var (state, sum) = (start, Float(0))
        for word in sentence {
            let (logProbability, next) = score(word, after: state)
            (state, sum) = (next, sum + logProbability)
        }
        return sum + score(Self.end, after: state).logProbability
    }

    /// N-grams of each length, from 1 on.
    public var counts: [Int] {
        var counts = [Int](repeating: 0, count: order)
        for node in nodes.dropFirst() { counts[node.length - 1] += 1 }
        return counts
    }
}
