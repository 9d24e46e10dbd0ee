/// Which words a model gets wrong, over all texts.
public struct WordErrorTally: Sendable {
    private struct Pair: Hashable {
        /// Nil for what was invented.
        let reference: String?
        /// Nil for what was left out.
        let output: String?
    }

    private var counts: [Pair: Int] = [:]

    public init() {}

    /// Adds a text, of which both forms are normalized.
    public mutating func add(reference: String, hypothesis: String) {
        let (expected, given) = (TranscriptScore.words(of: reference), TranscriptScore.words(of: hypothesis))
        func text(_ word: [Unicode.Scalar]) -> String { String(String.UnicodeScalarView(word)) }
        var (place, givenPlace) = (0, 0)
        for edit in Alignment(reference: expected, hypothesis: given).edits {
            let pair = Pair(
                reference: edit == .insertion ? nil : text(expected[place]),
                output: edit == .deletion ? nil : text(given[givenPlace]))
            if edit != .hit { counts[pair, default: 0] += 1 }
            if edit != .insertion { place += 1 }
            if edit != .deletion { givenPlace += 1 }
        }
    }

    /// The errors of each kind, the most frequent first, then by the words.
    public var errors: EvaluationReport.WordErrors {
        let all = counts.map { pair, count in
            EvaluationReport.WordErrors.Entry(reference: pair.reference, output: pair.output, count: count)
        }.sorted {
            ($1.count, $0.reference ?? "", $0.output ?? "") < ($0.count, $1.reference ?? "", $1.output ?? "")
        }
        return EvaluationReport.WordErrors(
            substitutions: all.filter { $0.reference != nil && $0.output != nil },
            deletions: all.filter { $0.output == nil }, insertions: all.filter { $0.reference == nil })
    }
}

extension EvaluationReport {
    /// Words that were taken for others, left out, or invented.
    public struct WordErrors: Sendable, Hashable, Codable {
        public struct Entry: Sendable, Hashable, Codable {
            /// Absent where the word was invented.
            public var reference: String?
            /// Absent where the word was left out.
            public var output: String?
            public var count: Int
        }

        /// The most frequent first, all of them.
        public var substitutions: [Entry]
        public var deletions: [Entry]
        public var insertions: [Entry]

        public var isEmpty: Bool { substitutions.isEmpty && deletions.isEmpty && insertions.isEmpty }
    }

    /// How one of several people fared whose recordings were transcribed.
    public struct Speaker: Sendable, Hashable, Codable {
        public var name: String
        public var itemCount: Int
        /// As of items: errors over the length of the references, by the figure's name.
        public var figures: [String: Ratio]

        public init(name: String, itemCount: Int, figures: [String: Ratio]) {
            (self.name, self.itemCount, self.figures) = (name, itemCount, figures)
        }
    }
}
