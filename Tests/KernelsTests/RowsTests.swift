import Foundation
import Kernels
import Testing

@Suite struct RowsTests {
    @Test(arguments: KernelLevel.supported)
    func softmaxes(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 6)
            for (rows, columns) in product([0, 1, 3], oddSizes + [1000]) {
                let x = numbers.array(rows * columns, scale: 20)
                var y = x
                var logY = x
                Rows.softmax(x, rows: rows, columns: columns, into: &y)
                Rows.logSoftmax(x, rows: rows, columns: columns, into: &logY)
                let expected = byRows(x, columns) { row in
                    let largest = row.max()!
                    let total = row.reduce(0) { $0 + exp($1 - largest) }
                    return row.map { $0 - largest - log(total) }
                }
                #expect(relativeDifference(y, expected.map { exp($0) }) < 1e-6, "\(rows) \(columns)")
                #expect(relativeDifference(logY, expected) < 1e-6, "\(rows) \(columns)")
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func softmaxWithInfinities(level: KernelLevel) {
        KernelLevel.force(level) {
            for columns in oddSizes where columns > 2 {
                var x = [Float](repeating: -.infinity, count: columns)
                x[columns - 1] = 3
                x[0] = 3
                var y = x
                Rows.softmax(x, rows: 1, columns: columns, into: &y)
                #expect(y[0] == 0.5 && y[columns - 1] == 0.5 && y[1..<columns - 1].allSatisfy { $0 == 0 })
                x[1] = .nan
                Rows.softmax(x, rows: 1, columns: columns, into: &y)
                #expect(y.allSatisfy { $0.isNaN })
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func norms(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 7)
            for (rows, columns) in product([0, 1, 3], oddSizes + [384, 1000]) {
                let x = numbers.array(rows * columns, scale: 3).map { $0 + 10 }
                let weight = numbers.array(columns)
                let bias = numbers.array(columns)
                var y = x
                var means = [Float](repeating: 0, count: rows)
                var deviations = means
                Rows.layerNorm(
                    x, rows: rows, columns: columns, weight: weight, bias: bias, epsilon: 1e-3, into: &y,
                    means: &means, reciprocalDeviations: &deviations)
                let expectedMeans = byRows(x, columns) { [$0.reduce(0, +) / Double(columns)] }
                let expectedDeviations = byRows(x, columns) { row in
                    let mean = row.reduce(0, +) / Double(columns)
                    return [
                        1 / (row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns) + 1e-3).squareRoot()
                    ]
                }
                #expect(relativeDifference(means, expectedMeans) < 1e-6)
                #expect(relativeDifference(deviations, expectedDeviations) < 2e-5)
                var expected = x.map(Double.init)
                for index in expected.indices {
                    let (row, column) = (index / columns, index % columns)
                    expected[index] =
                        (expected[index] - expectedMeans[row]) * expectedDeviations[row] * Double(weight[column])
                        + Double(bias[column])
                }
                #expect(relativeDifference(y, expected) < 2e-5, "\(rows) \(columns)")

                var plain = x
                plain.withUnsafeMutableBufferPointer {
                    guard let start = $0.baseAddress else { return }
                    Rows.layerNorm(start, rows: rows, columns: columns, epsilon: 1e-3, into: start)
                }
                let withoutWeight = zip(x, 0...).map { value, index in
                    (Double(value) - expectedMeans[index / columns]) * expectedDeviations[index / columns]
                }
                #expect(relativeDifference(plain, withoutWeight) < 2e-5)

                Rows.rmsNorm(x, rows: rows, columns: columns, weight: weight, epsilon: 1e-5, into: &y)
                let rms = byRows(x, columns) { row in
                    let scale = 1 / (row.reduce(0) { $0 + $1 * $1 } / Double(columns) + 1e-5).squareRoot()
                    return zip(row, weight).map { $0 * scale * Double($1) }
                }
                #expect(relativeDifference(y, rms) < 1e-6)
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func reductions(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 8)
            for (rows, columns) in product([0, 1, 3], oddSizes + [5000]) {
                var x = numbers.array(rows * columns)
                // Two equal maxima: the first one counts.
                if columns > 4 {
                    for row in 0..<rows { (x[row * columns + 2], x[row * columns + columns - 1]) = (2, 2) }
                }
                var sums = [Float](repeating: 0, count: rows)
                var largest = sums
                var places = [Int32](repeating: 0, count: rows)
                Rows.sum(x, rows: rows, columns: columns, into: &sums)
                Rows.max(x, rows: rows, columns: columns, into: &largest)
                Rows.argmax(x, rows: rows, columns: columns, into: &places)
                #expect(relativeDifference(sums, byRows(x, columns) { [$0.reduce(0, +)] }) < 1e-5)
                #expect(largest.map(Double.init) == byRows(x, columns) { [$0.max()!] })
                #expect(places.map(Double.init) == byRows(x, columns) { [Double($0.firstIndex(of: $0.max()!)!)] })

                var columnSums = [Float](repeating: 0, count: columns)
                Rows.columnSum(x, rows: rows, columns: columns, into: &columnSums)
                let expected = (0..<columns).map { column in
                    (0..<rows).reduce(0.0) { $0 + Double(x[$1 * columns + column]) }
                }
                #expect(relativeDifference(columnSums, expected) < 1e-6)
            }
        }
    }

    @Test(arguments: KernelLevel.supported, oddSizes)
    func notANumberIsTheMaximum(level: KernelLevel, columns: Int) {
        KernelLevel.force(level) {
            for place in 0..<columns {
                var x = [Float](repeating: 1, count: columns)
                x[0] = .infinity
                x[place] = .nan
                var largest: Float = 0
                var index: Int32 = 0
                Rows.max(x, rows: 1, columns: columns, into: &largest)
                Rows.argmax(x, rows: 1, columns: columns, into: &index)
                #expect(largest.isNaN)
                #expect(Int(index) == place)
            }
        }
    }
}

/// Applies `body` to each row as doubles.
func byRows(_ x: [Float], _ columns: Int, _ body: ([Double]) -> [Double]) -> [Double] {
    stride(from: 0, to: x.count, by: columns).flatMap { body(x[$0..<$0 + columns].map(Double.init)) }
}
