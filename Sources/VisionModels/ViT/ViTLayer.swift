import Autograd
import Checkpoints
import Kernels
import Layers
import Parameters
import Tensors

/// Self-attention and a feed-forward network, each after a norm and added to its input (Dosovitskiy et al. 2021, equations
/// 2 and 3).
///
/// Shapes: `[batch, patches, width]` → the same.
struct ViTLayer: Sendable {
    private let attentionNorm: LayerNorm
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let attentionOutput: Linear
    private let feedForwardNorm: LayerNorm
    private let up: Linear
    private let down: Linear
    private let heads: Int
    private let activation: Activation

    /// What the layers of one network have in common.
    struct Sizes: Sendable {
        let width: Int
        let feedForward: Int
        let heads: Int
        let normEpsilon: Float
        let hasAttentionBias: Bool
        let activation: Activation
        /// Of weights that begin at random.
        let initialDeviation: Float
    }

    init(_ sizes: Sizes, in scope: ParameterScope) {
        let (width, inner) = (sizes.width, sizes.feedForward)
        let initializer = Initializer.normal(deviation: sizes.initialDeviation)
        func projection(_ name: String) -> Linear {
            Linear(
                width, width, bias: sizes.hasAttentionBias, initializer: initializer,
                in: scope / "attention" / "attention" / name)
        }
        attentionNorm = LayerNorm(width, epsilon: sizes.normEpsilon, in: scope / "layernorm_before")
        query = projection("query")
        key = projection("key")
        value = projection("value")
        attentionOutput = Linear(
            width, width, initializer: initializer, in: scope / "attention" / "output" / "dense")
        feedForwardNorm = LayerNorm(width, epsilon: sizes.normEpsilon, in: scope / "layernorm_after")
        up = Linear(width, inner, initializer: initializer, in: scope / "intermediate" / "dense")
        down = Linear(inner, width, initializer: initializer, in: scope / "output" / "dense")
        heads = sizes.heads
        activation = sizes.activation
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let normed = attentionNorm(x)
        let attended = attention(query(normed), key(normed), value(normed), heads: heads)
        let sum = attentionOutput(attended, residual: x)
        return down(up(feedForwardNorm(sum), activation: activation), residual: sum)
    }

    func pack() {
        for linear in [query, key, value, attentionOutput, up, down] { linear.weight.weight.pack() }
    }
}

extension ViTLayer {
    /// Activations by the names that `config.json` has for them.
    private static let activations: [(name: String, activation: Activation)] = [
        ("gelu", .gelu), ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("relu", .relu), ("silu", .silu),
    ]

    static func name(of activation: Activation) -> String? { activations.first { $0.activation == activation }?.name }

    /// The activation called `name`.
    ///
    /// - Parameter key: where it stands.
    static func activation<Key>(
        named name: String, _ key: Key, _ limits: ConfigurationLimits<Key, VisionModelError>
    ) throws(VisionModelError) -> Activation {
        guard let known = activations.first(where: { $0.name == name }) else {
            throw limits.invalid(key, name, activations.map(\.name).joined(separator: ", "))
        }
        return known.activation
    }
}
