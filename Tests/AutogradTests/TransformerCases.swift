import Tensors
import TestKit

@testable import Autograd

/// Arithmetic, products, shapes, and what a transformer is made of.
let transformerCases: [GradientCase] = [
    GradientCase(name: "add", inputs: [.random([3, 5]), .random([3, 5], seed: 2)]) { add($0[0], $0[1]) },
    GradientCase(name: "add", inputs: [.random([3, 5]), .random([5], seed: 2)]) { add($0[0], $0[1]) },
    GradientCase(name: "add", inputs: [.random([7])]) { add($0[0], $0[0]) },
    GradientCase(name: "subtract", inputs: [.random([9]), .random([9], seed: 2)]) { subtract($0[0], $0[1]) },
    GradientCase(name: "multiply", inputs: [.random([2, 3]), .random([2, 3], seed: 2)]) { multiply($0[0], $0[1]) },
    GradientCase(name: "multiply", inputs: [.random([6])]) { multiply($0[0], $0[0]) },
    GradientCase(name: "scale", inputs: [.random([4])]) { scale($0[0], by: -2.5) },
    GradientCase(name: "sum", inputs: [.random([4, 2])]) { sum($0[0]) },
    GradientCase(name: "linear", inputs: [.random([2, 3, 5]), .random([4, 5], seed: 2), .random([4], seed: 3)]) {
        linear($0[0], Weight($0[1]), bias: $0[2])
    },
    GradientCase(name: "linear", inputs: [.random([3, 5]), .random([4, 5], seed: 2), .random([3, 4], seed: 3)]) {
        linear($0[0], Weight($0[1]), residual: $0[2])
    },
    GradientCase(name: "matrixProduct", inputs: [.random([2, 3]), .random([3, 4], seed: 2)]) {
        matrixProduct($0[0], $0[1])
    },
    GradientCase(name: "matrixProduct", inputs: [.random([3, 2]), .random([3, 4], seed: 2)]) {
        matrixProduct($0[0], $0[1], transposeA: true)
    },
    GradientCase(name: "matrixProduct", inputs: [.random([2, 3]), .random([4, 3], seed: 2)]) {
        matrixProduct($0[0], $0[1], transposeB: true)
    },
    GradientCase(name: "matrixProduct", inputs: [.random([3, 2]), .random([4, 3], seed: 2)]) {
        matrixProduct($0[0], $0[1], transposeA: true, transposeB: true)
    },
    GradientCase(name: "reshape", inputs: [.random([2, 6])]) { reshape($0[0], [3, 4]) },
    GradientCase(name: "slice", inputs: [.random([5, 2])]) { slice($0[0], 1..<3) },
]
