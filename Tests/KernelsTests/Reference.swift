import Foundation
import Kernels

/// Sizes around every vector length and tile border.
let oddSizes = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 100]

/// A reproducible sequence of numbers for test inputs.
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// `count` numbers in -1...1, scaled.
    mutating func array(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in (Float(next() >> 40) / Float(1 << 23) - 1) * scale }
    }
}

/// The largest absolute difference over the largest absolute value of `expected` (at least 1).
func relativeDifference(_ actual: [Float], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    var difference = 0.0
    var largest = 1.0
    for (a, e) in zip(actual, expected) {
        if Double(a) == e || (a.isNaN && e.isNaN) { continue }
        let distance = abs(Double(a) - e)
        difference = distance.isNaN ? .infinity : max(difference, distance)
        if e.isFinite { largest = max(largest, abs(e)) }
    }
    return difference / largest
}

enum Reference {
    /// op(a) · op(b) with sums in double.
    static func product(
        m: Int, n: Int, k: Int, _ a: [Float], _ aStride: Int, _ transposeA: Bool, _ b: [Float], _ bStride: Int,
        _ transposeB: Bool
    ) -> [Double] {
        var c = [Double](repeating: 0, count: m * n)
        for i in 0..<m {
            for j in 0..<n {
                var sum = 0.0
                for l in 0..<k {
                    let left = transposeA ? a[l * aStride + i] : a[i * aStride + l]
                    let right = transposeB ? b[j * bStride + l] : b[l * bStride + j]
                    sum += Double(left) * Double(right)
                }
                c[i * n + j] = sum
            }
        }
        return c
    }

    static func activation(_ activation: Activation, _ x: Double) -> Double {
        switch activation {
        case .none: x
        case .relu: x.isNaN ? x : max(x, 0)
        case .gelu: x < 0 ? x * 0.5 * erfc(-x / 2.0.squareRoot()) : x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
        // 1 + tanh u = 2 / (1 + exp -2u), which does not cancel in the tail.
        case .geluTanh: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .silu: x / (1 + exp(-x))
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        case .relu6: x.isNaN ? x : min(max(x, 0), 6)
        }
    }

    static func function(_ function: Elementwise.Function, _ x: Double) -> Double {
        switch function {
        case .relu: activation(.relu, x)
        case .gelu: activation(.gelu, x)
        case .geluTanh: activation(.geluTanh, x)
        case .silu: activation(.silu, x)
        case .sigmoid: activation(.sigmoid, x)
        case .tanh: activation(.tanh, x)
        case .relu6: activation(.relu6, x)
        case .exp: exp(x)
        case .log: log(x)
        case .sqrt: x.squareRoot()
        case .reciprocalSquareRoot: 1 / x.squareRoot()
        case .square: x * x
        case .absolute: abs(x)
        case .negate: -x
        case .reciprocal: 1 / x
        }
    }
}

/// Every pair of a left and a right element.
func product<Left, Right>(_ left: [Left], _ right: [Right]) -> [(Left, Right)] {
    left.flatMap { first in right.map { (first, $0) } }
}
