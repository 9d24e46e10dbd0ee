/// The cheapest way through a matrix of costs, from its first to its last cell, by steps down, to the right or both at
/// once (Sakoe and Chiba 1978).
enum DynamicTimeWarping {
    /// The column in which the cheapest path enters each row.
    ///
    /// - Parameter costs: `[rows, columns]`, neither 0.
    static func firstColumns(_ costs: [Float], rows: Int, columns: Int) -> [Int] {
        var first = Array(repeating: 0, count: rows)
        // Backwards, so that the first cell of each row is written last.
        for cell in path(costs, rows: rows, columns: columns).reversed() { first[cell.row] = cell.column }
        return first
    }

    /// The cells of the cheapest path, in order. Among equals a step to the right is preferred.
    ///
    /// - Parameter costs: `[rows, columns]`, neither 0.
    static func path(_ costs: [Float], rows: Int, columns: Int) -> [(row: Int, column: Int)] {
        precondition(
            rows > 0 && columns > 0 && costs.count == rows * columns,
            "dynamic time warping: \(costs.count) costs are no matrix of \(rows) × \(columns)")
        var steps = [Step](repeating: .right, count: rows * columns)
        // Row by row: `before` is the cheapest way to each cell of the row above.
        var before = [Float](repeating: .infinity, count: columns)
        var current = before
        for row in 0..<rows {
            for column in 0..<columns {
                let diagonal = row == 0 || column == 0 ? Float.infinity : before[column - 1]
                let down = row == 0 ? Float.infinity : before[column]
                let right = column == 0 ? Float.infinity : current[column - 1]
                var best = row == 0 && column == 0 ? 0 : right
                if diagonal < down && diagonal < right {
                    (best, steps[row * columns + column]) = (diagonal, .diagonal)
                } else if down < diagonal && down < right {
                    (best, steps[row * columns + column]) = (down, .down)
                }
                current[column] = costs[row * columns + column] + best
            }
            swap(&before, &current)
        }
        var cell = (row: rows - 1, column: columns - 1)
        var path = [cell]
        while cell != (0, 0) {
            // Where not a number came in, the edges still lead to the first cell.
            let step: Step = cell.row == 0 ? .right : cell.column == 0 ? .down : steps[cell.row * columns + cell.column]
            if step != .right { cell.row -= 1 }
            if step != .down { cell.column -= 1 }
            path.append(cell)
        }
        return path.reversed()
    }

    private enum Step: UInt8 { case diagonal, down, right }
}
