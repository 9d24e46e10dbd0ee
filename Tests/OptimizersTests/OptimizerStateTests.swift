import Kernels
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing

@Suite struct OptimizerStateTests {
    private static let choices: [OptimizerChoice] = [
        .adamW(AdamW.Settings()), .sgd(SGD.Settings(momentum: 0.9, usesNesterov: true)), .sgd(SGD.Settings()),
    ]

    private static func parameters(_ shapes: [Shape] = [[50, 700], [33]]) -> [Parameter] {
        let store = ParameterStore(random: RandomSource(seed: 4))
        return shapes.enumerated().map { store.root.parameter("p\($0)", $1, .normal(deviation: 1)) }
    }

    private static func take(_ steps: Range<Int>, _ optimizer: inout any Optimizer, _ parameters: [Parameter]) {
        for step in steps {
            var gradients = GradientSum(of: parameters)
            let parts = parameters.enumerated().map { index, parameter in
                Tensor.random(parameter.shape, seed: UInt64(100 * step + index))
            }
            gradients.add(Gradients(of: parameters, parts), lossSum: 1, targetCount: 3)
            let factor = gradients.factor(limitingNorm: gradients.norm, to: 1)
            optimizer.step(gradients, factor: factor, learningRate: 0.01)
        }
    }

    @Test(arguments: choices)
    func aRestoredStateGoesOnToTheSameBits(choice: OptimizerChoice) throws {
        let straight = Self.parameters()
        var optimizer = choice.makeOptimizer([ParameterGroup(straight)])
        Self.take(0..<5, &optimizer, straight)
        let saved = (optimizer.state, straight.map(\.value))
        Self.take(5..<9, &optimizer, straight)

        let resumed = Self.parameters()
        for (parameter, value) in zip(resumed, saved.1) { parameter.update(value) }
        var second = choice.makeOptimizer([ParameterGroup(resumed)])
        try second.restore(saved.0)
        Self.take(5..<9, &second, resumed)
        for (a, b) in zip(straight, resumed) { #expect(a.value.floats() == b.value.floats()) }
        #expect(second.state.step == 9)
        #expect(Set(second.state.tensors.keys) == Set(optimizer.state.tensors.keys))
    }

    @Test func aStateOfOtherParametersIsRefusedWhole() throws {
        let other = Self.parameters([[2, 2], [3], [4]])
        var foreign: any Optimizer = AdamW([ParameterGroup(other)])
        Self.take(0..<1, &foreign, other)
        let own = Self.parameters([[2, 3], [3]])
        var optimizer = AdamW([ParameterGroup(own)])
        #expect(
            throws: OptimizerStateMismatch(misshaped: ["p0"], unused: ["first_moment.p2"])
        ) { try optimizer.restore(foreign.state) }
        #expect(optimizer.state.step == 0 && optimizer.state.tensors.isEmpty)
    }

    @Test func buffersAndParametersWithoutGradientStay() {
        let store = ParameterStore(random: RandomSource(seed: 4))
        let weight = store.root.parameter("weight", [4], .ones)
        let idle = store.root.parameter("idle", [4], .ones)
        let buffer = store.root.parameter("mean", [4], .ones, role: .buffer)
        var optimizer = AdamW([ParameterGroup([weight, idle, buffer])], AdamW.Settings(weightDecay: 0.5))
        #expect(optimizer.parameters.map(\.name) == ["weight", "idle"])
        var gradients = GradientSum(of: [weight, idle, buffer])
        gradients.add(Gradients(of: [weight, buffer], [.random([4]), .random([4])]), lossSum: 0, targetCount: 1)
        optimizer.step(gradients, factor: 1, learningRate: 0.1)
        #expect(weight.value.floats() != [1, 1, 1, 1])
        #expect(idle.value.floats() == [1, 1, 1, 1] && buffer.value.floats() == [1, 1, 1, 1])
    }

    /// Accumulation: losses are summed and divided once by the number of targets.
    @Test func sumsAreDividedByAllTargetsTogether() {
        let parameters = Self.parameters([[6]])
        var sum = GradientSum(of: parameters)
        sum.add(
            Gradients(of: parameters, [Tensor([3, 0, 0, 0, 0, 0] as [Float], shape: [6])]), lossSum: 10, targetCount: 1)
        sum.add(
            Gradients(of: parameters, [Tensor([0, 4, 0, 0, 0, 0] as [Float], shape: [6])]), lossSum: 2, targetCount: 3)
        #expect(sum.meanLoss == 3)
        #expect(sum.norm == 1.25)
        #expect(sum[parameters[0]]?.floats() == [3, 4, 0, 0, 0, 0])
        #expect(sum.factor(limitingNorm: 1.25, to: nil) == 0.25)
        #expect(sum.factor(limitingNorm: 1.25, to: 5) == 0.25)
        #expect(abs(sum.factor(limitingNorm: 1.25, to: 0.5) - 0.1) < 1e-6)
    }

    @Test func averagesStandInForAWhile() {
        let parameters = Self.parameters([[3]])
        var average = MovingAverage(of: parameters, decay: 0.5)
        let before = parameters[0].value.floats()
        parameters[0].update(Tensor([9, 9, 9] as [Float], shape: [3]))
        average.update()
        average.withAverages { #expect(parameters[0].value.floats() == average.values[0].floats()) }
        #expect(parameters[0].value.floats() == [9, 9, 9])
        // The first decay is 2/11, not 0.5.
        expectClose(average.values[0].floats(), before.map { $0 + (9 - $0) * 9 / 11 })
    }
}
