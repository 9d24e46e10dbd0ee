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

    @Test func someBeginAnewAndOthersAreFrozen() throws {
        let (stored, old) = (Tensor.random([2, 2]), Tensor.random([9, 2]))
        let source = MemorySource(tensors: ["body.weight": stored, "head.weight": old, "neck.weight": stored])
        let random = RandomSource(seed: 4)
        func parameters(_ random: RandomSource) throws -> [Parameter] {
            let store = ParameterStore(
                reading: source, renewing: ["head.weight"], random: random, freezing: { $0.hasPrefix("body.") })
            let parameters = [("body", 2), ("neck", 2), ("head", 3)].map { name, rows in
                (store.root / name).parameter("weight", [rows, 2], .normal(deviation: 1), precision: .asStored)
            }
            try store.verify()
            return parameters
        }
        let found = try parameters(random)
        #expect(found.map(\.role) == [.frozen, .weight, .weight])
        #expect(found[0].value.floats() == stored.floats() && found[1].value.floats() == stored.floats())
        #expect(found[2].shape == [3, 2])
        #expect(try parameters(random)[2].value.floats() == found[2].value.floats())
        #expect(try parameters(RandomSource(seed: 5))[2].value.floats() != found[2].value.floats())
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
