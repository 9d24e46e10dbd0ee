import Kernels
public import Parameters
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019,
/// algorithm 2), step by step as PyTorch's `torch.optim.AdamW` computes it.
public struct AdamW: Optimizer {
    public struct Settings: Sendable, Hashable, Codable {
        public var beta1 = 0.9
        public var beta2 = 0.999
        public var epsilon = 1e-8
        public var weightDecay = 0.01

        public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) {
            (self.beta1, self.beta2, self.epsilon, self.weightDecay) = (beta1, beta2, epsilon, weightDecay)
        }
    }

    public let settings: Settings
    public let parameters: [Parameter]
    /// That of each parameter.
    private let groups: [ParameterGroup]
    private var step = 0
    private var firstMoments: [Tensor?]
    private var secondMoments: [Tensor?]

    public init(_ groups: [ParameterGroup], _ settings: Settings = Settings()) {
        self.settings = settings
        parameters = groups.flatMap(\.parameters)
        self.groups = groups.flatMap { Array(repeating: $0, count: $0.parameters.count) }
        firstMoments = Array(repeating: nil, count: parameters.count)
        secondMoments = firstMoments
    }

    public mutating func step(_ gradients: GradientSum, factor: Float, learningRate: Double) {
        step += 1
        for (index, parameter) in parameters.enumerated() {
            guard let gradient = gradients[parameter] else { continue }
            let rate = learningRate * Double(groups[index].rateFactor(atStep: step))
            let decay = settings.weightDecay * Double(groups[index].decayFactor)
            let numbers = WeightUpdate.AdamWStep(
                gradientFactor: factor, beta1: Float(settings.beta1), beta2: Float(settings.beta2),
                epsilon: Float(settings.epsilon), decay: Float(1 - rate * decay),
                stepSize: Float(rate / (1 - pow(settings.beta1, Double(step)))),
                secondScale: Float(1 / (1 - pow(settings.beta2, Double(step))).squareRoot()))
            update(index, parameter, gradient, numbers)
        }
    }

    private mutating func update(
        _ index: Int, _ parameter: Parameter, _ gradient: Tensor, _ numbers: WeightUpdate.AdamWStep
    ) {
        let shape = parameter.shape
        let weight = parameter.value.converted(to: .float32)
        let first = firstMoments[index] ?? Tensor(repeating: 0, shape: shape)
        let second = secondMoments[index] ?? Tensor(repeating: 0, shape: shape)
        let new = makeTensors(3, shape: shape) { new in
            withFloats(of: [weight, gradient, first, second]) { old in
                WeightUpdate.adamW(
                    numbers, weight: old[0], gradient: old[1], firstMoment: old[2], secondMoment: old[3],
                    newWeight: new[0], newFirstMoment: new[1], newSecondMoment: new[2], count: shape.elementCount)
            }
        }
        parameter.update(new[0])
        (firstMoments[index], secondMoments[index]) = (new[1], new[2])
    }

    public var state: OptimizerState {
        var state = OptimizerState(step: step, tensors: [:])
        state.add("first_moment", firstMoments, of: parameters)
        state.add("second_moment", secondMoments, of: parameters)
        return state
    }

    public mutating func restore(_ state: OptimizerState) throws {
        let first = try state.tensors("first_moment", of: parameters)
        let second = try state.tensors("second_moment", of: parameters)
        (step, firstMoments, secondMoments) = (state.step, first, second)
    }
}
