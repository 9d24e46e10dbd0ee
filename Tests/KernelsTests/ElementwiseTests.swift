import Foundation
import Kernels
import Testing

@Suite struct ElementwiseTests {
    /// Arguments that reach every branch of `function`.
    static func arguments(_ function: Elementwise.Function) -> [Float] {
        let positiveOnly = [.log, .sqrt, .reciprocalSquareRoot].contains(function)
        var x: [Float] = [
            Float(bitPattern: 1), 1e-20, 0.001, 0.3, 0.5, 0.624, 0.626, 0.7072, 1, 2.5, 5, 9, 20, 80, 86, 88.3, 88.72,
        ]
        x += stride(from: Float(0.01), to: 12, by: 0.01)
        if function == .exp || function == .square { x.append(100) }
        if function == .log { x += [Float(bitPattern: 7), 1e30, .greatestFiniteMagnitude] }
        if !positiveOnly { x += x.map { -$0 } }
        if function != .reciprocal && function != .reciprocalSquareRoot && function != .log { x.append(0) }
        return x
    }

    @Test(arguments: KernelLevel.supported, Elementwise.Function.allCases)
    func functions(level: KernelLevel, function: Elementwise.Function) {
        KernelLevel.force(level) {
            let x = Self.arguments(function)
            var y = x
            Elementwise.apply(function, x, into: &y, count: x.count)
            for (argument, value) in zip(x, y) {
                let expected = Reference.function(function, Double(argument))
                if Float(expected).isInfinite {
                    #expect(value == Float(expected), "\(function)(\(argument))")
                } else {
                    // Relative error, with an absolute floor where the result all but vanishes.
                    let error = abs(Double(value) - expected) / abs(expected)
                    let allowed = [.gelu, .geluTanh, .silu, .sigmoid].contains(function) && argument < 0 ? 2e-5 : 1e-6
                    #expect(
                        error < allowed || abs(Double(value) - expected) < 1e-36,
                        "\(function)(\(argument)) = \(value), not \(expected)")
                }
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func exactGeluIsWithinAMillionth(level: KernelLevel) {
        KernelLevel.force(level) {
            let x = stride(from: Float(-10), through: 10, by: 0.001).map { $0 }
            var y = x
            Elementwise.apply(.gelu, x, into: &y, count: x.count)
            for (argument, value) in zip(x, y) {
                let expected = Reference.activation(.gelu, Double(argument))
                #expect(abs(Double(value) - expected) < 1e-6 * max(1, abs(expected)), "gelu(\(argument))")
            }
        }
    }

    @Test(arguments: KernelLevel.supported, Elementwise.Function.allCases)
    func gradients(level: KernelLevel, function: Elementwise.Function) {
        KernelLevel.force(level) {
            let positiveOnly = [.log, .sqrt, .reciprocalSquareRoot].contains(function)
            var numbers = Numbers(seed: 9)
            for count in [0] + oddSizes {
                // Away from the corners of relu and the pole of the reciprocal.
                let x = numbers.array(count, scale: 4).map { value in
                    let magnitude = abs(value) + 0.05
                    return value < 0 && !positiveOnly ? -magnitude : magnitude
                }
                let dy = numbers.array(count)
                let y = x.map { Float(Reference.function(function, Double($0))) }
                var dx = [Float](repeating: 0, count: count)
                Elementwise.gradient(of: function, input: x, result: y, resultGradient: dy, into: &dx, count: count)
                let expected = zip(x, dy).map { x, dy in
                    let step = 1e-5
                    let difference =
                        Reference.function(function, Double(x) + step) - Reference.function(function, Double(x) - step)
                    return difference / (2 * step) * Double(dy)
                }
                #expect(relativeDifference(dx, expected) < 1e-5, "\(function) \(count)")
            }
        }
    }

    @Test(arguments: KernelLevel.supported, Elementwise.Combination.allCases)
    func combinations(level: KernelLevel, combination: Elementwise.Combination) {
        func reference(_ a: Float, _ b: Float) -> Float {
            switch combination {
            case .add: a + b
            case .subtract: a - b
            case .multiply: a * b
            case .divide: a / b
            case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
            case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
            }
        }
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 10)
            for count in [0] + oddSizes {
                var a = numbers.array(count)
                var b = numbers.array(count)
                if count > 2 { (a[1], b[2]) = (.nan, .nan) }
                var c = [Float](repeating: 9, count: count)
                Elementwise.combine(combination, a, b, into: &c, count: count)
                #expect(same(c, zip(a, b).map(reference)))
                Elementwise.combine(combination, a, scalar: 0.7, into: &c, count: count)
                #expect(same(c, a.map { reference($0, 0.7) }))
                Elementwise.combine(combination, scalar: 0.7, a, into: &c, count: count)
                #expect(same(c, a.map { reference(0.7, $0) }))
                let rows = 3
                let matrix = numbers.array(rows * count)
                var result = matrix
                Elementwise.combine(combination, matrix, row: b, rows: rows, columns: count, into: &result)
                #expect(same(result, zip(matrix, 0...).map { reference($0, b[$1 % count]) }))
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func dotAndAddScaled(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 11)
            for count in [0] + oddSizes + [200_000] {
                let a = numbers.array(count)
                var b = numbers.array(count)
                let expected = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                #expect(relativeDifference([Elementwise.dot(a, b, count: count)], [expected]) < 1e-5)
                let sums = zip(a, b).map { Double($0) * 0.25 + Double($1) }
                Elementwise.addScaled(a, scale: 0.25, to: &b, count: count)
                #expect(relativeDifference(b, sums) < 1e-6)
            }
        }
    }

    private func same(_ left: [Float], _ right: [Float]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
}
