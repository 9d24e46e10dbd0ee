import Autograd
import Checkpoints
import Foundation
import Kernels
import Parameters
import Tensors
import TestKit
import Testing

@testable import Layers

/// Ten steps of gradient descent from PyTorch's initial weights give PyTorch's losses.
struct TrainingParityTests {
    let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(path: Repository.file("Tests/Fixtures/layers/layers.safetensors").path)
    }

    private func tensor(_ name: String) throws -> Tensor { try #require(try file.tensor(named: name), "\(name)") }

    /// Only the named network's parameters, so that a missing or an unused one is an error.
    private func store(_ network: String) throws -> ParameterStore {
        var tensors: [String: Tensor] = [:]
        for name in file.names where name.hasPrefix(network + ".") {
            tensors[String(name.dropFirst(network.count + 1))] = try tensor(name)
        }
        return ParameterStore(reading: NamedTensors(tensors: tensors))
    }

    private func train(
        _ network: String, _ store: ParameterStore, rate: Float, loss: (inout BufferUpdates) -> Tensor
    ) throws {
        try store.verify()
        let expected = try tensor("\(network)/losses").floats()
        let losses = expected.map { _ in
            var updates = BufferUpdates()
            let (value, gradients) = valueAndGradients { loss(&updates) }
            for parameter in store.parameters where parameter.role == .weight {
                guard let gradient = gradients[parameter] else {
                    Issue.record("no gradient for \(parameter.name)")
                    continue
                }
                parameter.update(subtract(parameter.value, scale(gradient, by: rate)))
            }
            updates.apply()
            return value.scalar
        }
        #expect(try #require(losses.last) < losses[0])
        expectClose(losses, expected, relative: 1e-4, absolute: 0)
    }

    @Test func pictures() throws {
        let store = try store("pictures")
        let network = PictureNetwork(in: store.root)
        let x = try tensor("pictures/x")
        let labels = Tensor((0..<8).map { Int32($0 % 5) }, shape: [8])
        try train("pictures", store, rate: 0.2) { updates in
            crossEntropy(network(x, updates: &updates), labels)
        }
        expectClose(
            network.firstNorm.runningMean.value, try tensor("pictures/bn1.running_mean"), relative: 1e-3,
            absolute: 1e-4)
        expectClose(
            network.secondNorm.runningVariance.value, try tensor("pictures/bn2.running_var"), relative: 1e-3,
            absolute: 1e-4)
    }

    @Test func sequences() throws {
        let store = try store("sequences")
        let recurrent = LSTM(5, 8, levels: 2, bidirectional: true, in: store.root / "lstm")
        let head = Linear(16, 4, in: store.root / "fc")
        let x = try tensor("sequences/x")
        let labels = Tensor((0..<6).map { Int32($0 % 4) }, shape: [6])
        try train("sequences", store, rate: 0.5) { _ in
            crossEntropy(head(mean(recurrent(x).outputs, axis: 1)), labels)
        }
    }

    @Test func spelling() throws {
        let store = try store("spelling")
        let convolution = Convolution1d(5, 8, taps: 3, padding: 1, in: store.root / "conv")
        let recurrent = GRU(8, 8, in: store.root / "gru")
        let head = Linear(8, 6, in: store.root / "fc")
        let x = try tensor("spelling/x")
        let targets = Tensor([1, 1, 2, 3, 4, 0, 5, 0, 0, 2, 1, 2] as [Int32], shape: [4, 3])
        try train("spelling", store, rate: 0.3) { _ in
            ctcLoss(
                logSoftmax(head(recurrent(convolution(x, activation: .relu)).outputs)), targets: targets,
                inputLengths: [9, 8, 7, 9], targetLengths: [3, 2, 1, 3])
        }
    }

    /// In a process of its own, where nobody else allocates: a step with every kind of layer keeps nothing.
    @Test func aStepReturnsItsMemory() async {
        await #expect(processExitsWith: .success) {
            let store = ParameterStore(random: RandomSource(seed: 3))
            let network = PictureNetwork(in: store.root / "pictures")
            let recurrent = LSTM(16, 8, levels: 2, bidirectional: true, in: store.root / "lstm")
            let gated = GRU(16, 6, in: store.root / "gru")
            let (x, frames) = (Tensor.random([8, 12, 12, 3]), Tensor.random([2, 9, 16]))
            func step() {
                var updates = BufferUpdates()
                let (_, gradients) = valueAndGradients {
                    let pictures = sum(network(x, updates: &updates))
                    let spelled = ctcLoss(
                        logSoftmax(gated(recurrent(frames, lengths: [9, 4]).outputs).outputs),
                        targets: Tensor([1, 2, 3, 0] as [Int32], shape: [2, 2]), inputLengths: [9, 4],
                        targetLengths: [2, 1])
                    return add(pictures, spelled)
                }
                for parameter in store.parameters where parameter.role == .weight {
                    precondition(gradients[parameter] != nil, "no gradient for \(parameter.name)")
                    parameter.update(parameter.value)
                }
                updates.apply()
            }
            step()
            let before = BufferPool.shared.statistics.live
            for _ in 0..<20 { step() }
            precondition(BufferPool.shared.statistics.live == before, "a step keeps memory")
        }
    }
}

/// The network `Pictures` of the script.
struct PictureNetwork {
    let firstConvolution: Convolution2d
    let firstNorm: BatchNorm
    let secondConvolution: Convolution2d
    let secondNorm: BatchNorm
    let thirdConvolution: Convolution2d
    let thirdNorm: GroupNorm
    let head: Linear

    init(in scope: ParameterScope) {
        firstConvolution = Convolution2d(3, 8, kernel: 3, padding: 1, bias: false, in: scope / "conv1")
        firstNorm = BatchNorm(8, in: scope / "bn1")
        secondConvolution = Convolution2d(8, 8, kernel: 3, stride: 2, padding: 1, groups: 8, in: scope / "conv2")
        secondNorm = BatchNorm(8, in: scope / "bn2")
        thirdConvolution = Convolution2d(8, 16, kernel: 1, in: scope / "conv3")
        thirdNorm = GroupNorm(16, groups: 4, in: scope / "norm")
        head = Linear(16, 5, in: scope / "fc")
    }

    func callAsFunction(_ x: Tensor, updates: inout BufferUpdates) -> Tensor {
        let mode = Mode.training(RandomSource(seed: 1))
        var x = relu(firstNorm(firstConvolution(x), mode: mode, updates: &updates))
        x = maximumPool2d(x, kernel: 2)
        x = silu(secondNorm(secondConvolution(x), mode: mode, updates: &updates))
        x = relu(thirdNorm(thirdConvolution(x)))
        return head(globalAveragePool(x))
    }
}

/// Tensors in memory as a source of parameters.
struct NamedTensors: TensorSource {
    let tensors: [String: Tensor]

    var names: [String] { tensors.keys.sorted() }
    func shape(of name: String) -> Shape? { tensors[name]?.shape }
    func tensor(named name: String) -> Tensor? { tensors[name] }
}

extension ParameterScope {
    /// The root of a store that reads `tensors`.
    static func reading(_ tensors: [String: Tensor]) -> ParameterScope {
        ParameterStore(reading: NamedTensors(tensors: tensors)).root
    }
}
