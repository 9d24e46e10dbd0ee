import Datasets

/// What a part of a data set of recordings has.
public struct RecordingStatistics: Sendable {
    /// All that are listed.
    public private(set) var count = 0
    public private(set) var goodCount = 0
    /// Of those that were read.
    public private(set) var seconds = 0.0
    public private(set) var wordCount = 0
    private var speakers: Set<String> = []
    private var words: Set<Substring> = []

    /// Those that the data names.
    public var speakerCount: Int { speakers.count }
    /// Different words.
    public var vocabularyCount: Int { words.count }

    mutating func add(_ entry: RecordingCheck.Entry, seconds: Double?, isGood: Bool) {
        count += 1
        if isGood { goodCount += 1 }
        self.seconds += seconds ?? 0
        if let speaker = entry.recording.speaker { speakers.insert(speaker) }
        let words = entry.text.split(separator: " ")
        wordCount += words.count
        self.words.formUnion(words)
    }
}

/// How many recordings are how long.
public struct LengthHistogram: Sendable, Equatable {
    public struct Bin: Sendable, Equatable {
        /// Seconds; what lasts `upper` seconds belongs to the next.
        public let lower: Double
        /// Nil for the last one of recordings that last longer than is learnt from.
        public let upper: Double?
        public var count: Int
    }

    public private(set) var bins: [Bin] = []

    private static let steps = [0.1, 0.2, 0.5, 1, 2, 5]
    private static let binLimit = 12

    /// - Parameter lengths: seconds.
    public init(_ lengths: [Double]) {
        guard let longest = lengths.max() else { return }
        let end = min(longest, PreparedRecordings.longest)
        // Tenths of a second are none in binary.
        func place(_ length: Double, _ step: Double) -> Int { Int(length / step + 1e-9) }
        let step = Self.steps.first { place(end, $0) < Self.binLimit } ?? Self.steps[Self.steps.count - 1]
        bins = (0...place(end, step)).map { Bin(lower: Double($0) * step, upper: Double($0 + 1) * step, count: 0) }
        for length in lengths where length <= PreparedRecordings.longest { bins[place(length, step)].count += 1 }
        while bins.last?.count == 0 { bins.removeLast() }
        let beyond = lengths.count { $0 > PreparedRecordings.longest }
        if beyond > 0 { bins.append(Bin(lower: PreparedRecordings.longest, upper: nil, count: beyond)) }
        while bins.first?.count == 0 { bins.removeFirst() }
    }
}
