import Tensors
import TestKit
import Testing

@testable import SpeechModels

struct DynamicTimeWarpingTests {
    /// The cheapest way to a cell, by the definition.
    private func cheapest(_ costs: [[Double]], to row: Int, _ column: Int) -> Double {
        if row == 0 && column == 0 { return costs[0][0] }
        var ways: [Double] = []
        if row > 0 && column > 0 { ways.append(cheapest(costs, to: row - 1, column - 1)) }
        if row > 0 { ways.append(cheapest(costs, to: row - 1, column)) }
        if column > 0 { ways.append(cheapest(costs, to: row, column - 1)) }
        return costs[row][column] + (ways.min() ?? 0)
    }

    @Test(arguments: [(1, 1), (1, 6), (6, 1), (2, 2), (5, 7), (7, 5), (4, 9)])
    func isTheCheapestWay(rows: Int, columns: Int) {
        for seed in 1...20 {
            let values = Tensor.random([rows, columns], seed: UInt64(seed)).floats()
            let path = DynamicTimeWarping.path(values, rows: rows, columns: columns)
            #expect(path.first.map { $0 == (0, 0) } == true)
            #expect(path.last.map { $0 == (rows - 1, columns - 1) } == true)
            for (from, to) in zip(path, path.dropFirst()) {
                let step = (to.row - from.row, to.column - from.column)
                #expect(step == (1, 0) || step == (0, 1) || step == (1, 1))
            }
            let matrix = (0..<rows).map { row in (0..<columns).map { Double(values[row * columns + $0]) } }
            let cost = path.reduce(0) { $0 + matrix[$1.row][$1.column] }
            #expect(abs(cost - cheapest(matrix, to: rows - 1, columns - 1)) < 1e-5)
            let first = DynamicTimeWarping.firstColumns(values, rows: rows, columns: columns)
            #expect(first == (0..<rows).map { row in path.first { $0.row == row }?.column })
        }
    }

    /// Whatever damaged weights give, the way leads from corner to corner.
    @Test func notANumber() {
        let path = DynamicTimeWarping.path(Array(repeating: .nan, count: 12), rows: 3, columns: 4)
        #expect(path.first.map { $0 == (0, 0) } == true)
        #expect(path.last.map { $0 == (2, 3) } == true)
    }
}

struct MedianFilterTests {
    @Test(arguments: [1, 3, 5, 7, 9]) func isTheMiddleOfTheSortedNeighbourhood(width: Int) {
        for count in [1, 2, 3, 4, 5, 8, 33] {
            let values = Tensor.random([count], seed: UInt64(count)).floats()
            var filtered = values[...]
            MedianFilter(width: width).apply(to: &filtered)
            let reach = width / 2
            guard count > reach else {
                #expect(Array(filtered) == values)
                continue
            }
            let mirrored = values[1..<reach + 1].reversed() + values + values.dropLast().suffix(reach).reversed()
            #expect(Array(filtered) == values.indices.map { mirrored[$0..<$0 + width].sorted()[reach] })
        }
    }

    @Test func aPartOfAnArray() {
        var values: [Float] = [9, 1, 5, 2, 9, 9]
        MedianFilter(width: 3).apply(to: &values[1..<5])
        #expect(values == [9, 5, 2, 5, 2, 9])
    }
}
