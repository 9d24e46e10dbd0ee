/// How often items of each class were taken for each class.
public struct ConfusionMatrix: Sendable, Hashable, Codable {
    /// By the numbers of the classes.
    public let labels: [String]
    /// Row-major, `[true class, found class]`.
    public private(set) var counts: [[Int]]

    public init(labels: [String]) {
        self.labels = labels
        counts = [[Int]](repeating: [Int](repeating: 0, count: labels.count), count: labels.count)
    }

    public mutating func add(reference: Int, found: Int) { counts[reference][found] += 1 }

    /// What one class is judged by.
    public struct Score: Sendable, Hashable, Codable {
        public let label: String
        /// Items of the class.
        public let count: Int
        /// Of those found to be of the class, the part that is; nil where there are none.
        public let precision: Double?
        /// Of those of the class, the part that was found; nil where there are none.
        public let recall: Double?
        /// The harmonic mean of both; 0 where neither found nor present items are right, nil where there are neither.
        public let f1: Double?
    }

    public var scores: [Score] {
        labels.indices.map { index in
            let hits = counts[index][index]
            let (present, found) = (counts[index].reduce(0, +), counts.reduce(0) { $0 + $1[index] })
            func share(_ whole: Int) -> Double? { whole > 0 ? Double(hits) / Double(whole) : nil }
            return Score(
                label: labels[index], count: present, precision: share(found), recall: share(present),
                f1: present + found > 0 ? 2 * Double(hits) / Double(present + found) : nil)
        }
    }

    public var itemCount: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    public var accuracy: Double? {
        itemCount > 0 ? Double(labels.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(itemCount) : nil
    }

    /// The mean of the classes' F1, each counting alike, whatever its size; classes that neither occur nor were found are
    /// left out.
    public var macroF1: Double? {
        let values = scores.compactMap(\.f1)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// Pairs of different classes, those that were mistaken for each other most often first.
    public var mistakes: [(reference: Int, found: Int, count: Int)] {
        labels.indices.flatMap { reference in
            labels.indices.compactMap { found in
                let count = counts[reference][found]
                return reference == found || count == 0 ? nil : (reference: reference, found: found, count: count)
            }
        }.sorted { ($1.count, $0.reference, $0.found) < ($0.count, $1.reference, $1.found) }
    }
}
