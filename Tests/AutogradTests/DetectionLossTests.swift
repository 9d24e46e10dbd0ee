import Foundation
import Tensors
import TestKit
import Testing

@testable import Autograd

struct DetectionLossTests {
    /// Corners of a box around the origin.
    private struct Corners {
        let left, top, right, bottom: Double

        init(_ sides: [Double]) { (left, top, right, bottom) = (-sides[0], -sides[1], sides[2], sides[3]) }
        init(left: Double, top: Double, right: Double, bottom: Double) {
            (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
        }

        var area: Double { max(0, right - left) * max(0, bottom - top) }
    }

    /// Rezatofighi et al. 2019, algorithm 1.
    private func generalizedIntersection(_ a: Corners, _ b: Corners) -> Double {
        let common = Corners(
            left: max(a.left, b.left), top: max(a.top, b.top), right: min(a.right, b.right),
            bottom: min(a.bottom, b.bottom))
        let around = Corners(
            left: min(a.left, b.left), top: min(a.top, b.top), right: max(a.right, b.right),
            bottom: max(a.bottom, b.bottom))
        let union = a.area + b.area - common.area
        return common.area / union - (around.area - union) / around.area
    }

    @Test func intersectionLossAgreesWithItsDefinition() {
        let logs = Tensor.random([40, 4])
        let targets = exp(Tensor.random([40, 4], seed: 2))
        let weights = (0..<40).map { Float($0 % 7) / 3 }
        let (x, y) = (logs.floats().map { exp(Double($0)) }, targets.floats().map(Double.init))
        let expected = weights.enumerated().reduce(0) { total, box in
            let range = 4 * box.offset..<4 * box.offset + 4
            return total
                + Double(box.element)
                * (1 - generalizedIntersection(Corners(Array(x[range])), Corners(Array(y[range]))))
        }
        let loss = generalizedIntersectionLoss(logs, targets, weights: weights).scalar
        #expect(abs(Double(loss) - expected) < 1e-5 * expected)
    }

    @Test func theSameBoxLosesNothing() {
        let sides: [Float] = [0.5, 3, 20, 1]
        let loss = generalizedIntersectionLoss(
            Tensor(sides.map { log($0) }, shape: [1, 4]), Tensor(sides, shape: [1, 4]), weights: [1])
        #expect(abs(loss.scalar) < 1e-6)
    }
}
