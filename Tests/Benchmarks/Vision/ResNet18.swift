import Autograd
import Kernels
import Layers
import Optimizers
import Parameters
import Tensors
import VisionModels

/// ResNet-18 as it is trained on pictures of 32 × 32 (He et al. 2016, table 1, with a first convolution of 3 × 3 that does
/// not halve, and no pooling behind it): widths 64 to 512, two layers each.
struct ResNet18 {
    private struct Layer {
        let first: NormalizedConvolution
        let second: NormalizedConvolution
        let shortcut: NormalizedConvolution?

        init(_ channels: Int, _ outputs: Int, stride: Int, in scope: ParameterScope) {
            first = .make(channels, outputs, kernel: 3, stride: stride, .relu, scope / "first")
            second = .make(outputs, outputs, kernel: 3, .none, scope / "second")
            shortcut =
                stride == 1 ? nil : .make(channels, outputs, kernel: 1, stride: stride, .none, scope / "shortcut")
        }

        func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
            let inner = second(first(x, mode: mode, updates: &updates), mode: mode, updates: &updates)
            let residual = shortcut.map { $0(x, mode: mode, updates: &updates) } ?? x
            return relu(add(inner, residual))
        }
    }

    private let stem: NormalizedConvolution
    private var layers: [Layer] = []
    private let classifier: Linear

    init(in store: ParameterStore) throws {
        stem = .make(3, 64, kernel: 3, .relu, store.root / "stem")
        var channels = 64
        for (stage, width) in [64, 128, 256, 512].enumerated() {
            for index in 0..<2 {
                layers.append(
                    Layer(
                        channels, width, stride: stage > 0 && index == 0 ? 2 : 1,
                        in: store.root / "layers" / layers.count))
                channels = width
            }
        }
        classifier = Linear(512, 10, in: store.root / "classifier")
        try store.verify()
    }

    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        var hidden = stem(x, mode: mode, updates: &updates)
        for layer in layers { hidden = layer(hidden, mode: mode, updates: &updates) }
        return classifier(globalAveragePool(hidden))
    }
}

extension NormalizedConvolution {
    fileprivate static func make(
        _ channels: Int, _ outputs: Int, kernel: Int, stride: Int = 1, _ activation: Activation,
        _ scope: ParameterScope
    ) -> NormalizedConvolution {
        NormalizedConvolution(
            channels, outputs, kernel: kernel, stride: stride, activation: activation,
            convolution: scope / "convolution", norm: scope / "norm")
    }
}

/// One step of `optimizer` on the mean loss of a batch.
func descend(
    _ model: ResNet18, _ x: Tensor, _ y: Tensor, _ optimizer: inout SGD
) -> (loss: Float, updates: BufferUpdates) {
    var updates = BufferUpdates()
    let (loss, gradients) = valueAndGradients {
        crossEntropy(model(x, mode: .training(RandomSource(seed: 0)), updates: &updates), y)
    }
    var sum = GradientSum(of: optimizer.parameters)
    sum.add(gradients, lossSum: Double(loss.scalar), targetCount: 1)
    optimizer.step(sum, factor: 1, learningRate: 0.1)
    return (loss.scalar, updates)
}
