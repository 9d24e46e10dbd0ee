/// The cheapest way to give every row of a matrix of costs a column of its own, or, where there are fewer columns than rows,
/// every column a row: the Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987), which adds a row at a
/// time along the cheapest path of exchanges. Takes about rows² · columns steps, where rows are the fewer.
enum LinearAssignment {
    /// - Parameters:
    ///   - costs: row after row.
    ///   - columns: of which each row has one number.
    /// - Returns: the column of each row; nil for rows that are left over. Of equally cheap ways always the same one.
    static func columns(_ costs: [Double], rows: Int, columns: Int) -> [Int?] {
        precondition(
            rows >= 0 && columns >= 0 && costs.count == rows * columns,
            "LinearAssignment: \(costs.count) costs are no matrix of \(rows) × \(columns)")
        // What is no number, or infinite, is taken where nothing else is left.
        let finite = costs.map { $0.isFinite ? $0 : Double(Float.greatestFiniteMagnitude) }
        guard rows > columns else { return assigned(finite, rows, columns).map { $0 } }
        var transposed: [Double] = []
        transposed.reserveCapacity(finite.count)
        for column in 0..<columns { for row in 0..<rows { transposed.append(finite[row * columns + column]) } }
        var result = [Int?](repeating: nil, count: rows)
        for (column, row) in assigned(transposed, columns, rows).enumerated() { result[row] = column }
        return result
    }

    /// - Precondition: there are no more rows than columns.
    private static func assigned(_ costs: [Double], _ rows: Int, _ columns: Int) -> [Int] {
        // Potentials: no cost is below the sum of those of its row and column, and those of chosen places are equal to it.
        var rowPotentials = [Double](repeating: 0, count: rows)
        var columnPotentials = [Double](repeating: 0, count: columns)
        var rowOfColumn = [Int?](repeating: nil, count: columns)
        for newRow in 0..<rows {
            // The cheapest path from the new row to each column, and the column before on it.
            var distances = [Double](repeating: .infinity, count: columns)
            var previous = [Int?](repeating: nil, count: columns)
            var isReached = [Bool](repeating: false, count: columns)
            var (row, last): (Int, Int?) = (newRow, nil)
            while true {
                var (nearest, step) = (-1, Double.infinity)
                for column in 0..<columns where !isReached[column] {
                    let reduced = costs[row * columns + column] - rowPotentials[row] - columnPotentials[column]
                    if reduced < distances[column] { (distances[column], previous[column]) = (reduced, last) }
                    if distances[column] < step { (nearest, step) = (column, distances[column]) }
                }
                rowPotentials[newRow] += step
                for column in 0..<columns {
                    if isReached[column], let owner = rowOfColumn[column] {
                        rowPotentials[owner] += step
                        columnPotentials[column] -= step
                    } else {
                        distances[column] -= step
                    }
                }
                isReached[nearest] = true
                last = nearest
                guard let owner = rowOfColumn[nearest] else { break }
                row = owner
            }
            // Along the path every column goes to the row that reached it.
            while let column = last {
                rowOfColumn[column] = previous[column].flatMap { rowOfColumn[$0] } ?? newRow
                last = previous[column]
            }
        }
        var result = [Int](repeating: 0, count: rows)
        for (column, row) in rowOfColumn.enumerated() { if let row { result[row] = column } }
        return result
    }
}
