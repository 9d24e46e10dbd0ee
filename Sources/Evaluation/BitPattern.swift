/// A reference whose distances to a hypothesis are computed 64 cells at a time.
///
/// Neighbouring cells of the table of edit distances differ by -1, 0 or 1, so two bits a cell describe it; a row of 64
/// follows from the one above by a few logical operations (Myers 1999, in the form of Hyyrö 2003).
struct BitPattern {
    private let tokens: [Int32]
    /// Where each token stands in the reference.
    private let positions: [Int32: [Int]]
    /// Words of 64 bits that a row takes.
    let blockCount: Int

    /// - Precondition: at least one token.
    init(_ tokens: [Int32]) {
        precondition(!tokens.isEmpty, "a bit pattern of no tokens")
        self.tokens = tokens
        positions = Dictionary(grouping: tokens.indices) { tokens[$0] }
        blockCount = (tokens.count + 63) / 64
    }

    /// Differences between a cell and its left neighbour along one row: bit i belongs to tokens i and i + 1.
    private struct Row {
        /// Where the distance grows by one.
        var growing: [UInt64]
        /// Where it falls by one.
        var falling: [UInt64]
    }

    /// The row before any token of the hypothesis: deleting i tokens costs i.
    private var firstRow: Row {
        Row(
            growing: [UInt64](repeating: .max, count: blockCount), falling: [UInt64](repeating: 0, count: blockCount))
    }

    /// Distances between every beginning of the reference and the whole hypothesis: `count + 1` numbers.
    func distances(to hypothesis: [Int32]) -> [Int32] {
        var row = firstRow
        var matches = [UInt64](repeating: 0, count: blockCount)
        for token in hypothesis { advance(&row, by: token, scratch: &matches) }
        var distance = Int32(hypothesis.count)
        var result = [distance]
        result.reserveCapacity(tokens.count + 1)
        for index in tokens.indices {
            distance += Int32(row.growing[index / 64] >> UInt64(index % 64) & 1)
            distance -= Int32(row.falling[index / 64] >> UInt64(index % 64) & 1)
            result.append(distance)
        }
        return result
    }

    /// The edits of one best alignment, found by walking back through all rows, which are kept.
    func edits(to hypothesis: [Int32]) -> [Edit] {
        var row = firstRow
        var matches = [UInt64](repeating: 0, count: blockCount)
        var growing: [UInt64] = []
        var falling: [UInt64] = []
        growing.reserveCapacity(blockCount * hypothesis.count)
        falling.reserveCapacity(blockCount * hypothesis.count)
        for token in hypothesis {
            advance(&row, by: token, scratch: &matches)
            growing.append(contentsOf: row.growing)
            falling.append(contentsOf: row.falling)
        }
        func isSet(_ bits: [UInt64], _ row: Int, _ column: Int) -> Bool {
            bits[row * blockCount + column / 64] >> UInt64(column % 64) & 1 == 1
        }

        var backwards: [Edit] = []
        var (column, line) = (tokens.count, hypothesis.count)
        while column > 0, line > 0 {
            if isSet(growing, line - 1, column - 1) {
                backwards.append(.deletion)
                column -= 1
                continue
            }
            line -= 1
            if line > 0, isSet(falling, line - 1, column - 1) {
                backwards.append(.insertion)
            } else {
                column -= 1
                backwards.append(tokens[column] == hypothesis[line] ? .hit : .substitution)
            }
        }
        backwards.append(contentsOf: repeatElement(.deletion, count: column))
        backwards.append(contentsOf: repeatElement(.insertion, count: line))
        return backwards.reversed()
    }

    /// Takes `row` over one more token of the hypothesis.
    ///
    /// - Parameter matches: `blockCount` zeros, and zeros again afterwards.
    private func advance(_ row: inout Row, by token: Int32, scratch matches: inout [UInt64]) {
        let occurrences = positions[token] ?? []
        for position in occurrences { matches[position / 64] |= 1 << UInt64(position % 64) }
        // Along the upper edge the distance grows with every token of the hypothesis.
        var carryGrowing: UInt64 = 1
        var carryFalling: UInt64 = 0
        for block in 0..<blockCount {
            let growing = row.growing[block]
            let falling = row.falling[block]
            let match = matches[block] | carryFalling
            let diagonal = (((match & growing) &+ growing) ^ growing) | match | falling
            var down = falling | ~(diagonal | growing)
            var up = diagonal & growing
            let nextGrowing = down >> 63
            let nextFalling = up >> 63
            down = down << 1 | carryGrowing
            up = up << 1 | carryFalling
            (carryGrowing, carryFalling) = (nextGrowing, nextFalling)
            row.growing[block] = up | ~(diagonal | down)
            row.falling[block] = down & diagonal
        }
        for position in occurrences { matches[position / 64] = 0 }
    }
}
