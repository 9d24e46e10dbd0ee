#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is added to the score of a text while it is spelled, as by a language model.
public protocol CTCPrefixScorer: Sendable {
    /// What has been spelled, as far as the scorer needs to know.
    associatedtype State: Sendable

    var start: State { get }

    /// What a token adds, in natural logarithms, and the state after it.
    func extended(_ state: State, by token: Int) -> (score: Float, state: State)

    /// What the end of the text adds.
    func ended(_ state: State) -> Float
}

/// Adds nothing.
public struct NoPrefixScorer: CTCPrefixScorer {
    public init() {}
    public var start: Bool { false }
    public func extended(_ state: Bool, by token: Int) -> (score: Float, state: Bool) { (0, state) }
    public func ended(_ state: Bool) -> Float { 0 }
}

/// The most probable text of a sequence of frames over all its alignments, looked for among the best prefixes (Hannun et al.
/// 2014, "First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs").
public struct CTCPrefixSearch<Scorer: CTCPrefixScorer>: Sendable {
    public let blank: Int
    /// Prefixes that are followed at once.
    public let beamSize: Int
    public let scorer: Scorer
    /// Classes less probable than this in a frame extend nothing (natural logarithm).
    public var smallestLogProbability: Float = -12

    public init(blank: Int = 0, beamSize: Int, scorer: Scorer) {
        precondition(beamSize > 0, "a beam of \(beamSize) prefixes")
        (self.blank, self.beamSize, self.scorer) = (blank, beamSize, scorer)
    }

    public struct Result: Sendable, Equatable {
        public let tokens: [Int]
        /// Natural logarithm of the probability of all alignments that were followed.
        public let logProbability: Float
        /// With what the scorer adds.
        public let score: Float
    }

    /// A prefix, as the last token of another one.
    private struct Node {
        let parent: Int
        let token: Int
        let state: Scorer.State
        /// Of the scorer, from the beginning.
        let added: Float
    }

    /// Natural logarithms of the probabilities of alignments that end with a blank, and that do not.
    private struct Mass {
        var blank = -Float.infinity
        var token = -Float.infinity

        var total: Float { CTCPrefixSearch.sum(blank, token) }
    }

    /// - Parameter logProbabilities: `[frames, classes]`, row-major.
    /// - Returns: texts in the order of their scores, the best first; at least one.
    public func run(_ logProbabilities: ArraySlice<Float>, classes: Int) -> [Result] {
        precondition(
            classes > 0 && logProbabilities.count.isMultiple(of: classes) && (0..<classes).contains(blank),
            "CTCPrefixSearch: \(logProbabilities.count) numbers are no frames of \(classes) classes")
        var nodes = [Node(parent: -1, token: blank, state: scorer.start, added: 0)]
        var children: [Int: Int] = [:]
        var beam: [(node: Int, mass: Mass)] = [(0, Mass(blank: 0))]
        for frame in 0..<logProbabilities.count / classes {
            let first = logProbabilities.startIndex + frame * classes
            let row = logProbabilities[first..<first + classes]
            let tokens = (0..<classes).filter { $0 != blank && row[first + $0] > smallestLogProbability }
            var next: [Int: Mass] = [:]
            func add(_ node: Int, blank: Float = -.infinity, token: Float = -.infinity) {
                var mass = next[node] ?? Mass()
                mass.blank = Self.sum(mass.blank, blank)
                mass.token = Self.sum(mass.token, token)
                next[node] = mass
            }
            for (node, mass) in beam {
                let total = mass.total
                add(node, blank: total + row[first + blank])
                let last = nodes[node].token
                if node != 0 { add(node, token: mass.token + row[first + last]) }
                for token in tokens {
                    // The same token once more needs a blank between.
                    let before = node != 0 && token == last ? mass.blank : total
                    guard before > -.infinity else { continue }
                    let key = node * classes + token
                    let child: Int
                    if let known = children[key] {
                        child = known
                    } else {
                        child = nodes.count
                        children[key] = child
                        let (score, state) = scorer.extended(nodes[node].state, by: token)
                        nodes.append(Node(parent: node, token: token, state: state, added: nodes[node].added + score))
                    }
                    add(child, token: before + row[first + token])
                }
            }
            // Equal scores in the order in which prefixes were met, so that the result is the same every time.
            let ranked = next.map { (node: $0.key, mass: $0.value, score: $0.value.total + nodes[$0.key].added) }
                .sorted { ($1.score, $0.node) < ($0.score, $1.node) }
            beam = ranked.prefix(beamSize).map { ($0.node, $0.mass) }
        }
        return beam.map { entry in
            let added = nodes[entry.node].added + scorer.ended(nodes[entry.node].state)
            var (tokens, node) = ([Int](), entry.node)
            while node != 0 {
                tokens.append(nodes[node].token)
                node = nodes[node].parent
            }
            let total = entry.mass.total
            return Result(tokens: tokens.reversed(), logProbability: total, score: total + added)
        }.sorted { $0.score > $1.score }
    }

    private static func sum(_ a: Float, _ b: Float) -> Float {
        let (larger, smaller) = a > b ? (a, b) : (b, a)
        return smaller == -.infinity ? larger : larger + log1p(exp(smaller - larger))
    }
}
