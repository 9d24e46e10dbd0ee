import Kernels
public import Parameters
import Tensors

/// Stochastic gradient descent with momentum, step by step as PyTorch's `torch.optim.SGD` computes it (which differs from
/// Sutskever et al. 2013 in that the velocity does not hold the learning rate).
public struct SGD: Optimizer {
    public struct Settings: Sendable, Hashable, Codable {
        public var momentum = 0.0
        public var dampening = 0.0
        public var weightDecay = 0.0
        /// Looks ahead along the velocity; without momentum it changes nothing.
        public var usesNesterov = false

        public init(
            momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0, usesNesterov: Bool = false
        ) {
            (self.momentum, self.dampening) = (momentum, dampening)
            (self.weightDecay, self.usesNesterov) = (weightDecay, usesNesterov)
        }
    }

    public let settings: Settings
    public let parameters: [Parameter]
    /// That of each parameter.
    private let groups: [ParameterGroup]
    private var step = 0
    private var velocities: [Tensor?]

    public init(_ groups: [ParameterGroup], _ settings: Settings = Settings()) {
        self.settings = settings
        parameters = groups.flatMap(\.parameters)
        self.groups = groups.flatMap { Array(repeating: $0, count: $0.parameters.count) }
        velocities = Array(repeating: nil, count: parameters.count)
    }

    public mutating func step(_ gradients: GradientSum, factor: Float, learningRate: Double) {
        step += 1
        for (index, parameter) in parameters.enumerated() {
            guard let gradient = gradients[parameter] else { continue }
            let numbers = WeightUpdate.DescentStep(
                gradientFactor: factor,
                learningRate: Float(learningRate * Double(groups[index].rateFactor(atStep: step))),
                momentum: Float(settings.momentum), dampening: Float(settings.dampening),
                weightDecay: Float(settings.weightDecay * Double(groups[index].decayFactor)),
                usesNesterov: settings.usesNesterov)
            update(index, parameter, gradient, numbers)
        }
    }

    private mutating func update(
        _ index: Int, _ parameter: Parameter, _ gradient: Tensor, _ numbers: WeightUpdate.DescentStep
    ) {
        let velocity = velocities[index]
        let hasMomentum = numbers.momentum != 0
        let old = [parameter.value.converted(to: .float32), gradient] + (velocity.map { [$0] } ?? [])
        let new = makeTensors(hasMomentum ? 2 : 1, shape: parameter.shape) { new in
            withFloats(of: old) { old in
                WeightUpdate.descend(
                    numbers, weight: old[0], gradient: old[1], velocity: old.count > 2 ? old[2] : nil,
                    newWeight: new[0], newVelocity: hasMomentum ? new[1] : nil,
                    count: parameter.shape.elementCount)
            }
        }
        parameter.update(new[0])
        if hasMomentum { velocities[index] = new[1] }
    }

    public var state: OptimizerState {
        var state = OptimizerState(step: step, tensors: [:])
        state.add("velocity", velocities, of: parameters)
        return state
    }

    public mutating func restore(_ state: OptimizerState) throws {
        velocities = try state.tensors("velocity", of: parameters)
        step = state.step
    }
}
