import Kernels
import Tensors
import TestKit
import Testing

@testable import Autograd

struct ChannelNormTests {
    /// (x - mean) / √(variance + epsilon) · weight + bias with statistics over `members` of each element, in double.
    private func normalized(
        _ x: Tensor, _ weight: Tensor, _ bias: Tensor, epsilon: Double, sameGroup: (Int, Int) -> Bool
    ) -> [Float] {
        let (values, channels) = (x.floats().map(Double.init), weight.elementCount)
        return values.indices.map { index in
            let members = values.indices.filter { sameGroup($0, index) }.map { values[$0] }
            let mean = members.reduce(0, +) / Double(members.count)
            let variance = members.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(members.count)
            let standard = (values[index] - mean) / (variance + epsilon).squareRoot()
            return Float(
                standard * Double(weight.floats()[index % channels]) + Double(bias.floats()[index % channels]))
        }
    }

    @Test(arguments: KernelLevel.supported)
    func agreesWithItsDefinition(level: KernelLevel) {
        KernelLevel.force(level) {
            for (batch, pixels, channels) in [(3, 7, 1), (2, 5, 17), (1, 20, 33), (4, 1, 6)] {
                let x = add(scale(.random([batch, pixels, channels]), by: 3), .random([channels], seed: 7))
                let (weight, bias) = (Tensor.random([channels], seed: 2), Tensor.random([channels], seed: 3))
                let all = batchNorm(x, weight: weight, bias: bias, epsilon: 1e-3)
                expectNear(
                    all.result,
                    normalized(x, weight, bias, epsilon: 1e-3) { $0 % channels == $1 % channels })
                for groups in [1, 3, channels] where channels.isMultiple(of: groups) {
                    let width = channels / groups
                    expectNear(
                        groupNorm(x, groups: groups, weight: weight, bias: bias, epsilon: 1e-3),
                        normalized(x, weight, bias, epsilon: 1e-3) {
                            $0 / (pixels * channels) == $1 / (pixels * channels)
                                && $0 % channels / width == $1 % channels / width
                        })
                }
            }
        }
    }

    /// The mean and the unbiased variance that running statistics are made of; and what inference makes of them.
    @Test func statisticsAreThoseOfTheChannels() {
        let x = Tensor([1, 10, 2, 20, 6, 60] as [Float], shape: [3, 2])
        let (one, zero) = (Tensor(repeating: 1, shape: [2]), Tensor(repeating: 0, shape: [2]))
        let (_, mean, variance) = batchNorm(x, weight: one, bias: zero)
        expectClose(mean, Tensor([3, 30] as [Float], shape: [2]))
        expectClose(variance, Tensor([7, 700] as [Float], shape: [2]))
        let result = batchNorm(x, mean: mean, variance: variance, weight: one, bias: zero, epsilon: 0)
        let deviation = Float(7).squareRoot()
        let expected = [-2, -20, -1, -10, 3, 30].enumerated().map { $1 / deviation / ($0 % 2 == 0 ? 1 : 10) }
        expectClose(result, Tensor(expected, shape: [3, 2]))
    }

    /// A large mean costs no accuracy of the deviation.
    @Test func aLargeMeanDoesNotDrownTheVariance() {
        let x = add(.random([4096, 3]), Tensor(repeating: 1000, shape: [3]))
        let (_, _, variance) = batchNorm(
            x, weight: Tensor(repeating: 1, shape: [3]), bias: Tensor(repeating: 0, shape: [3]))
        let values = x.floats().map(Double.init)
        let expected = (0..<3).map { channel in
            let column = (0..<4096).map { values[$0 * 3 + channel] }
            let mean = column.reduce(0, +) / 4096
            return Float(column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4095)
        }
        expectClose(variance.floats(), expected, relative: 1e-4)
    }
}
