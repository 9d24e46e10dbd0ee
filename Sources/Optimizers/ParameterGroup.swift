public import Parameters

/// Parameters that an optimizer treats alike.
public struct ParameterGroup: Sendable {
    public let parameters: [Parameter]
    /// The optimizer's own weight decay is multiplied by this.
    public let decayFactor: Float
    /// The learning rate is multiplied by this.
    public let rateFactor: Float

    /// Buffers among `parameters` are left out: no optimizer changes them.
    public init(_ parameters: [Parameter], decayFactor: Float = 1, rateFactor: Float = 1) {
        self.parameters = parameters.filter { $0.role == .weight }
        self.decayFactor = decayFactor
        self.rateFactor = rateFactor
    }

    /// Two groups: matrices, kernels and tables decay; vectors and scalars (biases, weights of norms) do not.
    public static func decayingMatrices(_ parameters: [Parameter]) -> [ParameterGroup] {
        [
            ParameterGroup(parameters.filter { $0.shape.count >= 2 }),
            ParameterGroup(parameters.filter { $0.shape.count < 2 }, decayFactor: 0),
        ]
    }
}
