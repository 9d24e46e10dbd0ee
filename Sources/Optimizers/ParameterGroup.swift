public import Parameters

/// Parameters that an optimizer treats alike.
public struct ParameterGroup: Sendable {
    public let parameters: [Parameter]
    /// The optimizer's own weight decay is multiplied by this.
    public let decayFactor: Float
    /// The learning rate is multiplied by this.
    public let rateFactor: Float
    /// Steps at the beginning that change none of these parameters; the optimizer's means take part in them.
    public let restingSteps: Int

    /// Buffers among `parameters` are left out: no optimizer changes them.
    public init(_ parameters: [Parameter], decayFactor: Float = 1, rateFactor: Float = 1, restingSteps: Int = 0) {
        self.parameters = parameters.filter { $0.role == .weight }
        self.decayFactor = decayFactor
        self.rateFactor = rateFactor
        self.restingSteps = restingSteps
    }

    /// Two groups: matrices, kernels and tables decay; vectors and scalars (biases, weights of norms) do not.
    public static func decayingMatrices(
        _ parameters: [Parameter], rateFactor: Float = 1, restingSteps: Int = 0
    ) -> [ParameterGroup] {
        [
            ParameterGroup(
                parameters.filter { $0.shape.count >= 2 }, rateFactor: rateFactor, restingSteps: restingSteps),
            ParameterGroup(
                parameters.filter { $0.shape.count < 2 }, decayFactor: 0, rateFactor: rateFactor,
                restingSteps: restingSteps),
        ]
    }

    /// What is multiplied with the learning rate at a step, counted from 1.
    func rateFactor(atStep step: Int) -> Float { step > restingSteps ? rateFactor : 0 }
}
