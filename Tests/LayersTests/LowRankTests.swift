import Autograd
import Kernels
import Parameters
import Tensors
import TestKit
import Testing

@testable import Layers

/// A linear layer with an adapter against the layer that has W + s B A in its place.
struct LowRankTests {
    private static let settings = LowRankSettings(rank: 2, alpha: 3, targets: .allLinear)

    private struct Pair {
        let layer: Linear
        let store: ParameterStore
        let adaptation: LowRankAdaptation
        /// The same without an adapter, its weight W + s B A.
        let merged: Linear

        init(_ settings: LowRankSettings = LowRankTests.settings) throws {
            adaptation = try LowRankAdaptation(settings, random: RandomSource(seed: 3))
            store = ParameterStore(random: RandomSource(seed: 5), adaptation: adaptation)
            layer = Linear(5, 3, in: store.root / "inner" / "q_proj")
            merged = Linear(5, 3, in: ParameterStore(random: RandomSource(seed: 5)).root / "inner" / "q_proj")
            factors[1].update(.random([3, 2], seed: 9))
            let (down, up) = (factors[0].value.floats(), factors[1].value.floats())
            var sum = layer.weight.value.floats()
            for output in 0..<3 {
                for input in 0..<5 {
                    for index in 0..<2 {
                        sum[output * 5 + input] += 1.5 * up[output * 2 + index] * down[index * 5 + input]
                    }
                }
            }
            merged.weight.update(Tensor(sum, shape: [3, 5]))
        }

        var factors: [Parameter] { adaptation.parameters.parameters }
    }

    @Test(arguments: [Activation.none, .gelu, .silu])
    func addsTheProductOfItsFactors(activation: Activation) throws {
        let pair = try Pair()
        let (x, residual) = (Tensor.random([2, 4, 5]), Tensor.random([2, 4, 3], seed: 8))
        expectClose(pair.layer(x, activation: activation), pair.merged(x, activation: activation))
        expectClose(
            pair.layer(x, activation: activation, residual: residual),
            pair.merged(x, activation: activation, residual: residual))
    }

    @Test func atFirstNothingChanges() throws {
        let pair = try Pair()
        pair.factors[1].update(Tensor(repeating: 0, shape: [3, 2]))
        let plain = Linear(5, 3, in: ParameterStore(random: RandomSource(seed: 5)).root / "inner" / "q_proj")
        let x = Tensor.random([4, 5])
        #expect(pair.layer(x).floats() == plain(x).floats())
    }

    /// With dW that of the merged weight: dB = s dW Aᵀ and dA = s Bᵀ dW.
    @Test func gradientsAreThoseOfTheFactorsAlone() throws {
        let pair = try Pair()
        let (x, target) = (Tensor.random([6, 5]), Tensor.random([6, 3], seed: 4))
        let input = ParameterStore(random: RandomSource(seed: 1)).root.parameter("x", [6, 5], .zeros)
        input.update(x)
        func gradients(_ layer: Linear) -> Gradients {
            valueAndGradients { meanSquaredError(layer(input.value, activation: .silu), target) }.gradients
        }
        let (own, whole) = (gradients(pair.layer), gradients(pair.merged))
        let weightGradient = try #require(whole[pair.merged.weight])
        let (down, up) = (pair.factors[0].value, pair.factors[1].value)
        expectClose(
            try #require(own[pair.factors[0]]), scale(matrixProduct(up, weightGradient, transposeA: true), by: 1.5))
        expectClose(
            try #require(own[pair.factors[1]]), scale(matrixProduct(weightGradient, down, transposeB: true), by: 1.5))
        expectClose(try #require(own[input]), try #require(whole[input]))
        for parameter in pair.store.parameters { #expect(own[parameter] == nil, "\(parameter.name)") }
    }

    @Test(arguments: [ElementType.float16, .bfloat16])
    func theBaseMayHaveSixteenBits(elementType: ElementType) throws {
        let pair = try Pair()
        pair.layer.weight.update(pair.layer.weight.value.converted(to: elementType))
        let difference = subtract(
            pair.layer.weight.value.converted(to: .float32),
            Linear(5, 3, in: ParameterStore(random: RandomSource(seed: 5)).root / "inner" / "q_proj").weight.value)
        pair.merged.weight.update(add(pair.merged.weight.value, difference))
        let input = ParameterStore(random: RandomSource(seed: 1)).root.parameter("x", [6, 5], .normal(deviation: 1))
        func gradient(_ layer: Linear) -> (value: Tensor, gradients: Gradients) {
            valueAndGradients { sum(square(layer(input.value))) }
        }
        let (own, whole) = (gradient(pair.layer), gradient(pair.merged))
        expectClose(own.value, whole.value, relative: 1e-4)
        expectClose(
            try #require(own.gradients[input]), try #require(whole.gradients[input]), relative: 1e-4, absolute: 1e-5)
    }

    @Test func dropoutIsOfTrainingAndOfEachLayerItsOwn() throws {
        var settings = Self.settings
        settings.dropout = 0.5
        let pair = try Pair(settings)
        let other = Linear(5, 3, in: pair.store.root / "outer" / "q_proj")
        other.weight.update(pair.layer.weight.value)
        for (factor, value) in zip(pair.factors[2...], pair.factors[..<2]) { factor.update(value.value) }
        let bias = try #require(other.bias)
        bias.update(try #require(pair.layer.bias).value)
        let x = Tensor.random([8, 5])
        expectClose(pair.layer(x), pair.merged(x))
        let mode = Mode.training(RandomSource(seed: 2))
        let (first, again, second) = withAdapterDropout(mode) { (pair.layer(x), pair.layer(x), other(x)) }
        #expect(first.floats() == again.floats())
        #expect(first.floats() != pair.layer(x).floats())
        #expect(first.floats() != second.floats())
    }
}
