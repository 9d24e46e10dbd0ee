import Tensors
import Testing

@testable import VisionModels

@Suite struct LinearAssignmentTests {
    /// The least sum of all ways to give rows different columns, one after the other.
    private func least(_ costs: [Double], rows: Int, columns: Int) -> Double {
        func best(_ row: Int, _ taken: Set<Int>, _ left: Int) -> Double {
            guard row < rows else { return taken.count == min(rows, columns) ? 0 : .infinity }
            var result = rows > columns && left > 0 ? best(row + 1, taken, left - 1) : .infinity
            for column in 0..<columns where !taken.contains(column) {
                result = min(result, costs[row * columns + column] + best(row + 1, taken.union([column]), left))
            }
            return result
        }
        return best(0, [], max(0, rows - columns))
    }

    private func check(_ costs: [Double], rows: Int, columns: Int) -> Double {
        let found = LinearAssignment.columns(costs, rows: rows, columns: columns)
        #expect(found.count == rows)
        let chosen = found.compactMap { $0 }
        #expect(chosen.count == min(rows, columns) && Set(chosen).count == chosen.count)
        #expect(chosen.allSatisfy { (0..<columns).contains($0) })
        return found.enumerated().reduce(0) { sum, entry in
            sum + (entry.element.map { costs[entry.offset * columns + $0] } ?? 0)
        }
    }

    @Test func asCheapAsAnyWay() {
        var source = RandomSource(seed: 11)
        for rows in 0...5 {
            for columns in 0...6 {
                for _ in 0..<6 {
                    let costs = (0..<rows * columns).map { _ in Double.random(in: -5..<5, using: &source) }
                    let sum = check(costs, rows: rows, columns: columns)
                    #expect(abs(sum - least(costs, rows: rows, columns: columns)) < 1e-9, "\(rows) x \(columns)")
                }
            }
        }
    }

    @Test func equalCostsAndSmallNumbersOfThem() {
        var source = RandomSource(seed: 12)
        for _ in 0..<40 {
            let costs = (0..<20).map { _ in Double(Int.random(in: 0..<3, using: &source)) }
            #expect(check(costs, rows: 4, columns: 5) == least(costs, rows: 4, columns: 5))
            #expect(
                LinearAssignment.columns(costs, rows: 4, columns: 5)
                    == LinearAssignment.columns(costs, rows: 4, columns: 5))
        }
        #expect(LinearAssignment.columns([Double](repeating: 1, count: 6), rows: 2, columns: 3).count == 2)
    }

    @Test func whatIsNoNumberIsTakenLast() {
        let found = LinearAssignment.columns([.nan, 1, .infinity, 2, .nan, .nan], rows: 2, columns: 3)
        #expect(found == [1, 0])
        #expect(LinearAssignment.columns([.nan, .nan], rows: 1, columns: 2) == [0])
    }

    @Test func manyRowsAndColumns() {
        var source = RandomSource(seed: 13)
        // The cheapest way is known: a place in each row that costs nothing, the others something.
        let columns = (0..<300).shuffled(using: &source)
        var costs = (0..<200 * 300).map { _ in Double.random(in: 1..<2, using: &source) }
        for row in 0..<200 { costs[row * 300 + columns[row]] = 0 }
        #expect(LinearAssignment.columns(costs, rows: 200, columns: 300) == columns.prefix(200).map { $0 })
    }
}
