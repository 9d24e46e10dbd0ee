import Checkpoints
import Foundation
import Kernels
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing

@testable import Autograd

/// Values and gradients beside PyTorch's (Tests/Reference/transformer_fixtures.py).
struct TransformerParityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let compute: @Sendable (_ inputs: [Tensor], _ constants: [Tensor]) -> Tensor

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "add") { inputs, _ in add(inputs[0], inputs[1]) },
        Case(name: "divide") { inputs, _ in divide(inputs[0], inputs[1]) },
        Case(name: "linear") { inputs, _ in linear(inputs[0], Weight(inputs[1]), bias: inputs[2]) },
        Case(name: "linearGelu") { inputs, _ in
            linear(inputs[0], Weight(inputs[1]), bias: inputs[2], activation: .gelu, residual: inputs[3])
        },
        Case(name: "gelu") { inputs, _ in gelu(inputs[0]) },
        Case(name: "geluTanh") { inputs, _ in geluTanh(inputs[0]) },
        Case(name: "silu") { inputs, _ in silu(inputs[0]) },
        Case(name: "gatedSiLU") { inputs, _ in gatedSiLU(inputs[0], inputs[1]) },
        Case(name: "layerNorm") { inputs, _ in layerNorm(inputs[0], weight: inputs[1], bias: inputs[2]) },
        Case(name: "rmsNorm") { inputs, _ in rmsNorm(inputs[0], weight: inputs[1], epsilon: 1e-5) },
        Case(name: "softmax") { inputs, _ in softmax(inputs[0]) },
        Case(name: "logSoftmax") { inputs, _ in logSoftmax(inputs[0]) },
        Case(name: "embedding") { inputs, constants in embedding(constants[0], Weight(inputs[0])) },
        Case(name: "crossEntropy") { inputs, constants in crossEntropy(inputs[0], constants[0], ignoring: -100) },
        Case(name: "crossEntropySmoothed") { inputs, constants in
            crossEntropy(inputs[0], constants[0], ignoring: -100, labelSmoothing: 0.1, reduction: .sum)
        },
        Case(name: "linearCrossEntropy") { inputs, constants in
            linearCrossEntropy(inputs[0], Weight(inputs[1]), constants[0], ignoring: -100)
        },
        Case(name: "rotaryEmbedding") { inputs, constants in
            rotaryEmbedding(
                inputs[0], cosines: constants[0], sines: constants[1], heads: 3,
                offsets: constants[2].integers().map(Int.init))
        },
        Case(name: "attention") { inputs, _ in attention(inputs[0], inputs[1], inputs[2], heads: 3) },
        Case(name: "attentionCausal") { inputs, _ in
            attention(inputs[0], inputs[1], inputs[2], heads: 4, keyHeads: 2, isCausal: true, scale: 0.3)
        },
        Case(name: "attentionPadded") { inputs, constants in
            attention(inputs[0], inputs[1], inputs[2], heads: 2, mask: constants[0])
        },
    ]

    private final class Key: Sendable {}

    @Test(arguments: cases)
    func operationsAgreeWithPyTorch(test: Case) throws {
        let file = try SafetensorsFile(
            path: Repository.file("Tests/Fixtures/transformer/operations.safetensors").path)
        func stored(_ kind: String) throws -> [Tensor] {
            try (0..<8).compactMap { try file.tensor(named: "\(test.name).\(kind).\($0)") }
        }
        let inputs = try stored("input")
        let constants = try stored("constant")
        let weights = try #require(try file.tensor(named: "\(test.name).weights"))
        let keys = inputs.map { _ in Key() }
        let tape = Tape()
        let (output, gradients) = Tape.$current.withValue(tape) {
            let leaves = zip(inputs, keys).map { tape.leaf($0, key: ObjectIdentifier($1)) }
            let output = test.compute(leaves, constants)
            return (output, tape.gradients(of: output.rank == 0 ? output : sum(multiply(output, weights))))
        }
        let expectedOutput = try #require(try file.tensor(named: "\(test.name).output"))
        #expect(output.shape == expectedOutput.shape)
        #expect(largestRelativeDifference(output.floats(), expectedOutput.floats()) < 1e-5)
        let expected = try stored("gradient")
        #expect(!expected.isEmpty && expected.count == inputs.count)
        for (key, expected) in zip(keys, expected) {
            let gradient = try #require(gradients[ObjectIdentifier(key)])
            #expect(gradient.shape == expected.shape)
            #expect(largestRelativeDifference(gradient.floats(), expected.floats()) < 1e-5)
        }
    }

    @Test func aSmallGPTLearnsAsInPyTorch() throws {
        let file = try SafetensorsFile(path: Repository.file("Tests/Fixtures/transformer/gpt.safetensors").path)
        let store = ParameterStore(reading: file)
        let model = TinyGPT(in: store.root, file)
        let batches = try #require(try file.tensor(named: "batches"))
        let expectedLosses = try #require(try file.tensor(named: "losses")).floats()
        var optimizer = AdamW(
            [ParameterGroup(store.parameters)],
            AdamW.Settings(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1))
        var losses: [Float] = []
        for step in 0..<expectedLosses.count {
            let batch = reshape(slice(batches, step..<step + 1), Shape(batches.shape.dropFirst()))
            let (loss, gradients) = valueAndGradients { model.loss(batch) }
            losses.append(loss.scalar)
            if step == 0 {
                // A bias of the keys shifts all scores of a query alike: its gradient is 0 but for rounding.
                for parameter in store.parameters where !parameter.name.hasSuffix("keys.bias") {
                    let gradient = try #require(gradients[parameter])
                    let expected = try #require(try file.tensor(named: "gradient.\(parameter.name)"))
                    #expect(
                        largestRelativeDifference(gradient.floats(), expected.floats()) < 1e-4, "\(parameter.name)")
                }
            }
            var sum = GradientSum(of: optimizer.parameters)
            sum.add(gradients, lossSum: Double(loss.scalar), targetCount: 1)
            optimizer.step(sum, factor: 1, learningRate: 1e-2)
        }
        expectClose(losses, expectedLosses, relative: 1e-4)
    }
}

/// The GPT of the fixture: two blocks with two heads, tied embeddings, exact GELU.
private struct TinyGPT {
    let parameters: [String: Parameter]

    init(in scope: ParameterScope, _ file: SafetensorsFile) {
        let weights = file.tensors.filter {
            !$0.name.hasPrefix("gradient.") && $0.name != "batches" && $0.name != "losses"
        }
        parameters = Dictionary(
            uniqueKeysWithValues: weights.map { ($0.name, scope.parameter($0.name, $0.shape, .zeros)) })
    }

    private func parameter(_ name: String) -> Parameter {
        guard let parameter = parameters[name] else { preconditionFailure("the fixture lacks \(name)") }
        return parameter
    }

    private func linear(_ name: String, _ x: Tensor, activation: Activation = .none, residual: Tensor? = nil) -> Tensor
    {
        Autograd.linear(
            x, parameter(name + ".weight").weight, bias: parameter(name + ".bias").value, activation: activation,
            residual: residual)
    }

    private func norm(_ name: String, _ x: Tensor) -> Tensor {
        layerNorm(x, weight: parameter(name + ".weight").value, bias: parameter(name + ".bias").value)
    }

    func loss(_ batch: Tensor) -> Tensor {
        let time = batch.shape[1] - 1
        let (inputs, targets) = (slice(batch, axis: 1, range: 0..<time), slice(batch, axis: 1, range: 1..<time + 1))
        let tokens = parameter("tokens.weight").weight
        var x = add(embedding(inputs, tokens), parameter("positions.weight").value)
        for index in 0..<2 {
            let block = "blocks.\(index)."
            let normed = norm(block + "attention_norm", x)
            let attended = attention(
                linear(block + "queries", normed), linear(block + "keys", normed), linear(block + "values", normed),
                heads: 2, isCausal: true)
            x = linear(block + "output", attended, residual: x)
            let wide = linear(block + "up", norm(block + "feed_forward_norm", x), activation: .gelu)
            x = linear(block + "down", wide, residual: x)
        }
        return linearCrossEntropy(norm("norm", x), tokens, targets)
    }
}
