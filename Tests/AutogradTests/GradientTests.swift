import Foundation
import Kernels
import Tensors
import TestKit
import Testing

@testable import Autograd

struct GradientTests {
    /// A scalar in which every element of the result counts differently, so that mixed-up elements show.
    private func loss(_ result: Tensor) -> Tensor {
        sum(multiply(result, .random(result.shape, seed: 99)))
    }

    private func value(_ test: GradientCase, _ inputs: [Tensor]) -> Double {
        let result = test.compute(inputs)
        return zip(result.floats(), Tensor.random(result.shape, seed: 99).floats())
            .reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    @Test(arguments: gradientTable)
    func agreesWithCentralDifferences(test: GradientCase) {
        final class Key: Sendable {}
        let keys = test.inputs.map { _ in Key() }
        let tape = Tape()
        let gradients = Tape.$current.withValue(tape) {
            let leaves = zip(test.inputs, keys).map { tape.leaf($0, key: ObjectIdentifier($1)) }
            return tape.gradients(of: loss(test.compute(leaves)))
        }
        let step: Float = 1e-2
        for (index, input) in test.inputs.enumerated() {
            let numeric = (0..<input.elementCount).map { element in
                func shifted(by amount: Float) -> Double {
                    var values = input.floats()
                    values[element] += amount
                    var inputs = test.inputs
                    inputs[index] = Tensor(values, shape: input.shape)
                    return value(test, inputs)
                }
                return Float((shifted(by: step) - shifted(by: -step)) / Double(2 * step))
            }
            guard let gradient = gradients[ObjectIdentifier(keys[index])] else {
                Issue.record("no gradient for input \(index)")
                continue
            }
            expectClose(gradient, Tensor(numeric, shape: input.shape), relative: 1e-3, absolute: 1e-3)
        }
    }

    /// Reads the module's own sources: an operation without a row in the table would go unchecked.
    @Test func everyOperationIsInTheTable() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Autograd")
        let files = try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
        var names: Set<String> = []
        for file in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /struct \w+: Operation \{\s+let name = "(\w+)"/) {
                names.insert(String(match.1))
            }
        }
        #expect(names.count >= 8)
        names.formUnion(Elementwise.Function.allCases.map { "\($0)" })
        #expect(names.subtracting(gradientTable.map(\.name)).isEmpty)
    }

    @Test func nothingIsRecordedWithoutATape() {
        #expect(add(.random([2]), .random([2])).slot == nil)
    }

    @Test func untrackedInputsLeaveNoRecord() {
        let result = Tape.$current.withValue(Tape()) { add(.random([2]), .random([2])) }
        #expect(result.slot == nil)
    }

    @Test func gradientsOfDeepChainsDoNotRecurse() {
        final class Key: Sendable {}
        let key = Key()
        let tape = Tape()
        let gradients = Tape.$current.withValue(tape) {
            var x = tape.leaf(Tensor([1] as [Float], shape: [1]), key: ObjectIdentifier(key))
            for _ in 0..<50_000 { x = scale(x, by: 1) }
            return tape.gradients(of: sum(x))
        }
        #expect(gradients[ObjectIdentifier(key)]?.floats() == [1])
    }

    @Test func aGradientThroughAConstantStopsWithItsName() async {
        await #expect(processExitsWith: .failure) {
            final class Key: Sendable {}
            let key = Key()
            let tape = Tape()
            _ = Tape.$current.withValue(tape) {
                let x = tape.leaf(Tensor([1, 2] as [Float], shape: [1, 2]), key: ObjectIdentifier(key))
                let table = Tape.recordConstant("lookup", x, inputs: [x], reason: "it is for a test")
                return tape.gradients(of: sum(table))
            }
        }
    }

    /// In a process of its own, where nobody else allocates: after a step, live bytes are what they were before it.
    @Test func aStepReturnsItsMemory() async {
        await #expect(processExitsWith: .success) {
            final class Key: Sendable {}
            func step() {
                let key = Key()
                let tape = Tape()
                _ = Tape.$current.withValue(tape) {
                    let x = tape.leaf(.random([64, 64]), key: ObjectIdentifier(key))
                    return tape.gradients(of: sum(multiply(x, matrixProduct(x, x))))
                }
            }
            step()
            let before = BufferPool.shared.statistics.live
            for _ in 0..<20 { step() }
            precondition(BufferPool.shared.statistics.live == before, "a step keeps memory")
        }
    }
}
