import Foundation
import Kernels
import Testing

@Suite struct WeightUpdateTests {
    @Test(arguments: KernelLevel.supported)
    func adamWIsItsFormula(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 3)
            let step = WeightUpdate.AdamWStep(
                gradientFactor: 0.3, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, decay: 0.98, stepSize: 0.05,
                secondScale: 1.7)
            for count in oddSizes + [16_384 * 2 + 5] {
                let (w, g, m) = (numbers.array(count), numbers.array(count), numbers.array(count, scale: 0.1))
                let v = numbers.array(count).map { abs($0) }
                var (newW, newM, newV) = (w, m, v)
                WeightUpdate.adamW(
                    step, weight: w, gradient: g, firstMoment: m, secondMoment: v, newWeight: &newW,
                    newFirstMoment: &newM, newSecondMoment: &newV, count: count)
                let scaled = g.map { Double($0) * Double(step.gradientFactor) }
                let first = zip(m, scaled).map { Double($0) + ($1 - Double($0)) * 0.1 }
                let second = zip(v, scaled).map { Double($0) * 0.99 + $1 * $1 * 0.01 }
                let weights = w.indices.map {
                    Double(w[$0]) * 0.98 - 0.05 * first[$0] / (1.7 * second[$0].squareRoot() + 1e-6)
                }
                #expect(relativeDifference(newM, first) < 1e-6)
                #expect(relativeDifference(newV, second) < 1e-6)
                #expect(relativeDifference(newW, weights) < 1e-6)
            }
        }
    }

    @Test(arguments: KernelLevel.supported, [Float(0), 0.9])
    func descentIsItsFormula(level: KernelLevel, momentum: Float) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 5)
            for usesNesterov in [false, true] {
                let step = WeightUpdate.DescentStep(
                    gradientFactor: 0.5, learningRate: 0.1, momentum: momentum, dampening: 0.25, weightDecay: 0.01,
                    usesNesterov: usesNesterov)
                for count in oddSizes {
                    let (w, g, b) = (numbers.array(count), numbers.array(count), numbers.array(count))
                    for isFirst in [true, false] {
                        var (newW, newB) = (w, b)
                        newB.withUnsafeMutableBufferPointer { newB in
                            b.withUnsafeBufferPointer { b in
                                WeightUpdate.descend(
                                    step, weight: w, gradient: g,
                                    velocity: isFirst || momentum == 0 ? nil : b.baseAddress, newWeight: &newW,
                                    newVelocity: momentum == 0 ? nil : newB.baseAddress, count: count)
                            }
                        }
                        let mu = Double(momentum)
                        let expected = w.indices.map { index in
                            let gradient = 0.5 * Double(g[index]) + 0.01 * Double(w[index])
                            let velocity = isFirst ? gradient : mu * Double(b[index]) + 0.75 * gradient
                            let direction =
                                momentum == 0 ? gradient : usesNesterov ? gradient + mu * velocity : velocity
                            return Double(w[index]) - 0.1 * direction
                        }
                        #expect(relativeDifference(newW, expected) < 1e-6, "\(count) \(isFirst)")
                    }
                }
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func interpolationAndSquares(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 7)
            for count in [0] + oddSizes + [16_384 * 3 + 1] {
                let (a, b) = (numbers.array(count), numbers.array(count))
                var c = a
                WeightUpdate.interpolate(a, b, fraction: 0.3, into: &c, count: count)
                let expected = zip(a, b).map { Double($0) + (Double($1) - Double($0)) * 0.3 }
                #expect(relativeDifference(c, expected) < 1e-6)
                let squares = a.reduce(0.0) { $0 + Double($1) * Double($1) }
                #expect(abs(WeightUpdate.sumOfSquares(a, count: count) - squares) <= 1e-12 * squares)
            }
        }
    }

    /// Every element alone, every sum in an order of its own: threads change nothing.
    @Test func threadsDoNotChangeBits() {
        var numbers = Numbers(seed: 9)
        let count = 16_384 * 5 + 77
        let (w, g) = (numbers.array(count), numbers.array(count))
        let before = Threads.count
        defer { Threads.setCount(before) }
        let step = WeightUpdate.AdamWStep(
            gradientFactor: 1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 1, stepSize: 0.1, secondScale: 1)
        let results = [1, 2, 3].map { threads in
            Threads.setCount(threads)
            var (newW, newM, newV) = (w, w, w)
            let squares = g.map { $0 * $0 }
            WeightUpdate.adamW(
                step, weight: w, gradient: g, firstMoment: w, secondMoment: squares, newWeight: &newW,
                newFirstMoment: &newM, newSecondMoment: &newV, count: count)
            return (newW + newM + newV, WeightUpdate.sumOfSquares(g, count: count))
        }
        #expect(results.allSatisfy { $0.0 == results[0].0 && $0.1 == results[0].1 })
    }
}
