import Foundation
import Kernels
import Testing

@Suite struct RowGradientTests {
    @Test(arguments: KernelLevel.supported)
    func softmaxes(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 21)
            for (rows, columns) in product([0, 1, 3], oddSizes + [1000]) {
                let x = numbers.array(rows * columns, scale: 4)
                let dy = numbers.array(rows * columns)
                var (y, logY, dx) = (x, x, x)
                Rows.softmax(x, rows: rows, columns: columns, into: &y)
                RowGradients.softmax(result: y, resultGradient: dy, rows: rows, columns: columns, into: &dx)
                var expected: [Double] = []
                for row in 0..<rows {
                    let range = row * columns..<(row + 1) * columns
                    let inner = range.reduce(0.0) { $0 + Double(y[$1]) * Double(dy[$1]) }
                    expected += range.map { Double(y[$0]) * (Double(dy[$0]) - inner) }
                }
                #expect(relativeDifference(dx, expected) < 1e-6, "\(rows) \(columns)")

                Rows.logSoftmax(x, rows: rows, columns: columns, into: &logY)
                RowGradients.logSoftmax(result: logY, resultGradient: dy, rows: rows, columns: columns, into: &dx)
                expected = []
                for row in 0..<rows {
                    let range = row * columns..<(row + 1) * columns
                    let total = range.reduce(0.0) { $0 + Double(dy[$1]) }
                    expected += range.map { Double(dy[$0]) - exp(Double(logY[$0])) * total }
                }
                #expect(relativeDifference(dx, expected) < 1e-5, "\(rows) \(columns)")
            }
        }
    }

    @Test(arguments: KernelLevel.supported, [true, false])
    func norms(level: KernelLevel, isCentered: Bool) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 22)
            for (rows, columns) in product([0, 1, 3, 200], oddSizes + [384]) {
                let x = numbers.array(rows * columns, scale: 3)
                let dy = numbers.array(rows * columns)
                let weight = numbers.array(columns)
                var y = x
                var (means, deviations) = ([Float](repeating: 0, count: rows), [Float](repeating: 0, count: rows))
                if isCentered {
                    Rows.layerNorm(
                        x, rows: rows, columns: columns, weight: weight, epsilon: 1e-2, into: &y, means: &means,
                        reciprocalDeviations: &deviations)
                } else {
                    Rows.rmsNorm(
                        x, rows: rows, columns: columns, weight: weight, epsilon: 1e-2, into: &y,
                        reciprocalDeviations: &deviations)
                }
                var dx = x
                var (dWeight, dBias) = (weight, weight)
                means.withUnsafeBufferPointer {
                    RowGradients.norm(
                        x, resultGradient: dy, rows: rows, columns: columns, weight: weight,
                        means: isCentered ? $0.baseAddress : nil, reciprocalDeviations: deviations, into: &dx,
                        weightGradient: &dWeight, biasGradient: &dBias)
                }
                var expected = [Double](repeating: 0, count: rows * columns)
                var (expectedWeight, expectedBias) = (weight.map { _ in 0.0 }, weight.map { _ in 0.0 })
                for row in 0..<rows {
                    let factor = Double(deviations[row])
                    let mean = isCentered ? Double(means[row]) : 0
                    let h = (0..<columns).map { (Double(x[row * columns + $0]) - mean) * factor }
                    let d = (0..<columns).map { Double(dy[row * columns + $0]) }
                    let g = zip(d, weight).map { $0 * Double($1) }
                    let gMean = isCentered ? g.reduce(0, +) / Double(columns) : 0
                    let ghMean = zip(g, h).reduce(0) { $0 + $1.0 * $1.1 } / Double(columns)
                    for i in 0..<columns {
                        expected[row * columns + i] = factor * (g[i] - gMean - h[i] * ghMean)
                        expectedWeight[i] += d[i] * h[i]
                        expectedBias[i] += d[i]
                    }
                }
                #expect(relativeDifference(dx, expected) < 1e-5, "\(rows) \(columns)")
                #expect(relativeDifference(dWeight, expectedWeight) < 1e-5, "\(rows) \(columns)")
                #expect(relativeDifference(dBias, expectedBias) < 1e-5, "\(rows) \(columns)")
            }
        }
    }

    @Test(arguments: KernelLevel.supported, [Float(0), 0.1])
    func crossEntropies(level: KernelLevel, smoothing: Float) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 23)
            for (rows, classes) in product([0, 1, 3], oddSizes + [1000]) {
                let x = numbers.array(rows * classes, scale: 10)
                let targets = (0..<rows).map { $0 == 1 ? -1 : Int32(numbers.next() % UInt64(classes)) }
                var losses = [Float](repeating: 7, count: rows)
                CrossEntropy.forward(
                    x, rows: rows, classes: classes, targets: targets, labelSmoothing: smoothing, losses: &losses)
                var gradient = x
                var again = losses
                gradient.withUnsafeMutableBufferPointer {
                    guard let start = $0.baseAddress else { return }
                    CrossEntropy.forward(
                        start, rows: rows, classes: classes, targets: targets, labelSmoothing: smoothing, scale: 0.5,
                        losses: &again, gradient: start)
                }
                #expect(again == losses)
                var (expectedLosses, expected) = ([Double](), [Double]())
                for row in 0..<rows {
                    let values = x[row * classes..<(row + 1) * classes].map(Double.init)
                    let largest = values.max()!
                    let logSum = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
                    let q = (0..<classes).map { column in
                        Double(smoothing) / Double(classes)
                            + (column == Int(targets[row]) ? 1 - Double(smoothing) : 0)
                    }
                    let counts = targets[row] >= 0
                    expectedLosses.append(counts ? zip(values, q).reduce(0) { $0 - $1.1 * ($1.0 - logSum) } : 0)
                    expected += zip(values, q).map { counts ? 0.5 * (exp($0 - logSum) - $1) : 0 }
                }
                #expect(relativeDifference(losses, expectedLosses) < 1e-5, "\(rows) \(classes)")
                #expect(relativeDifference(gradient, expected) < 1e-6, "\(rows) \(classes)")
            }
        }
    }
}
