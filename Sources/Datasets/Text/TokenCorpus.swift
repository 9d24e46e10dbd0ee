/// A corpus as token ids, one text after the other.
public struct TokenCorpus: Sendable {
    public let tokens: [Int32]
    /// What was met when the texts were read.
    public let report: TextCorpus.Report
    /// What errors call it.
    public let path: String

    /// - Parameters:
    ///   - endOfText: the token that is put behind each text; nil for none.
    ///   - encode: the ids of a text or of a piece of one.
    ///   - progress: called now and then with the bytes of text read.
    public init(
        _ corpus: TextCorpus, endOfText: Int32?, progress: (Int) -> Void = { _ in },
        encode: (String) throws -> [Int]
    ) throws {
        var tokens: [Int32] = []
        var byteCount = 0
        report = try corpus.read { piece in
            for id in try encode(piece.text) { tokens.append(Int32(id)) }
            if piece.endsText, let endOfText, !tokens.isEmpty { tokens.append(endOfText) }
            byteCount += piece.text.utf8.count
            progress(byteCount)
        }
        self.tokens = tokens
        path = corpus.files.count == 1 ? corpus.files[0] : "the corpus of \(corpus.files.count) files"
    }

    /// Tokens that come from elsewhere than texts.
    public init(tokens: [Int32], path: String = "tokens") {
        self.tokens = tokens
        self.path = path
        report = TextCorpus.Report()
    }

    /// Token ranges for training and for validation.
    ///
    /// The corpus is cut into runs of `blocksPerRun` blocks, and a seeded choice of them, as near to `share` of all as can
    /// be, is for validation: every part of the corpus is in both.
    ///
    /// - Throws: where the corpus is too short for one block of each (or of one, without validation).
    public func split(
        validationShare share: Double, blockLength: Int, seed: UInt64, blocksPerRun: Int = 16
    ) throws(TextCorpusError) -> (training: [Range<Int>], validation: [Range<Int>]) {
        precondition(blockLength > 0 && blocksPerRun > 0, "blocks of \(blockLength) tokens, \(blocksPerRun) in a run")
        precondition(share >= 0 && share < 1, "a validation share of \(share)")
        let needed = (share > 0 ? 2 : 1) * (blockLength + 1)
        guard tokens.count >= needed else {
            throw TextCorpusError(path: path, .tooShort(tokens: tokens.count, needed: needed))
        }
        guard share > 0 else { return ([0..<tokens.count], []) }
        // One token more, the target of the last block's last token. Short corpora have shorter runs, so that there are two.
        let runLength = min(blocksPerRun, (tokens.count / 2 - 1) / blockLength) * blockLength + 1
        let runCount = tokens.count / runLength
        let chosenCount = min(max(1, Int((share * Double(runCount)).rounded())), runCount - 1)
        let order = SeededPermutation(count: runCount, seed: seed, stream: .max)
        let chosen = Set((0..<chosenCount).map { order[$0] })
        var (training, validation): ([Range<Int>], [Range<Int>]) = ([], [])
        for run in 0..<runCount {
            let end = run == runCount - 1 ? tokens.count : (run + 1) * runLength
            let range = run * runLength..<end
            if chosen.contains(run) {
                Self.append(range, to: &validation)
            } else {
                Self.append(range, to: &training)
            }
        }
        return (training, validation)
    }

    /// Joins neighbouring ranges.
    private static func append(_ range: Range<Int>, to ranges: inout [Range<Int>]) {
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
        }
    }
}
