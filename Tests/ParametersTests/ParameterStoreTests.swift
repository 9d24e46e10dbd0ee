import Autograd
import Kernels
import Tensors
import TestKit
import Testing

@testable import Parameters

struct ParameterStoreTests {
    @Test func namesArePaths() {
        let store = ParameterStore(random: RandomSource(seed: 1))
        let parameter = (store.root / "model" / "layers" / 3).parameter("weight", [2, 2], .zeros)
        #expect(parameter.name == "model.layers.3.weight")
        #expect(store.parameters.map { $0.name } == ["model.layers.3.weight"])
    }

    @Test func theSameNameIsTheSameParameter() {
        let store = ParameterStore(random: RandomSource(seed: 1))
        let first = store.root.parameter("weight", [2], .zeros)
        #expect(store.root.parameter("weight", [2], .ones) === first)
    }

    @Test func randomValuesDependOnTheNameAlone() {
        let one = ParameterStore(random: RandomSource(seed: 1))
        let two = ParameterStore(random: RandomSource(seed: 1))
        let first = one.root.parameter("a", [8], .normal(deviation: 1))
        _ = two.root.parameter("b", [8], .normal(deviation: 1))
        #expect(two.root.parameter("a", [8], .normal(deviation: 1)).value.floats() == first.value.floats())
        #expect(one.root.parameter("b", [8], .normal(deviation: 1)).value.floats() != first.value.floats())
    }

    @Test func verifyTellsEverythingAtOnce() {
        let source = MemorySource(tensors: [
            "extra": .random([1]), "weight": .random([2, 3]), "tied": .random([1]),
            "ids": Tensor([1, 2] as [Int32], shape: [2]),
        ])
        let store = ParameterStore(reading: source)
        _ = store.root.parameter("weight", [3, 2], .zeros)
        _ = store.root.parameter("absent", [1], .zeros)
        _ = store.root.parameter("ids", [2], .zeros)
        store.root.expectUnused("tied")
        do {
            try store.verify()
            Issue.record("nothing was thrown")
        } catch let mismatch as ParameterMismatch {
            #expect(mismatch.missing == ["absent"])
            #expect(mismatch.unused == ["extra"])
            #expect(mismatch.misshaped == [.init(name: "weight", expected: [3, 2], stored: [2, 3])])
            #expect(mismatch.integers == ["ids"])
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func matricesKeepTheStoredType() throws {
        let half = Tensor.random([2, 2]).converted(to: .float16)
        let store = ParameterStore(reading: MemorySource(tensors: ["matrix": half, "bias": half]))
        let matrix = store.root.parameter("matrix", [2, 2], .zeros, precision: .asStored)
        let bias = store.root.parameter("bias", [2, 2], .zeros)
        try store.verify()
        #expect(matrix.value.elementType == .float16)
        #expect(bias.value.elementType == .float32)
    }

    @Test func gradientsBelongToParameters() {
        let store = ParameterStore(random: RandomSource(seed: 1))
        let used = store.root.parameter("used", [3], .normal(deviation: 1))
        let unused = store.root.parameter("unused", [3], .ones)
        let buffer = store.root.parameter("buffer", [3], .ones, role: .buffer)
        let (value, gradients) = valueAndGradients {
            sum(add(multiply(used.value, used.value), buffer.value))
        }
        #expect(value.shape == [])
        expectClose(gradients[used]?.floats() ?? [], used.value.floats().map { 2 * $0 })
        #expect(gradients[unused] == nil)
        #expect(gradients[buffer] == nil)
    }

    @Test func updatingReplacesTheValue() {
        let parameter = ParameterStore(random: RandomSource(seed: 1)).root.parameter("a", [2], .zeros)
        parameter.update(Tensor([1, 2] as [Float], shape: [2]))
        #expect(parameter.value.floats() == [1, 2])
    }
}
