import Kernels
public import Parameters
public import Tensors

/// The exponential moving average of a model's weights, which often predicts better than the weights themselves.
///
/// After step t (from 1): average ← average + (weight − average)(1 − d), d = min(decay, (1 + t) / (10 + t)), so that the
/// random beginning is soon forgotten.
public struct MovingAverage: Sendable {
    public let decay: Double
    public let parameters: [Parameter]
    public private(set) var updates = 0
    /// In the order of ``parameters``.
    public private(set) var values: [Tensor]

    /// Begins with the present values.
    public init(of parameters: [Parameter], decay: Double) {
        self.decay = decay
        self.parameters = parameters
        values = parameters.map { $0.value.converted(to: .float32) }
    }

    public mutating func update() {
        updates += 1
        let decay = min(decay, Double(1 + updates) / Double(10 + updates))
        for (index, parameter) in parameters.enumerated() {
            let shape = parameter.shape
            let old = [values[index], parameter.value.converted(to: .float32)]
            values[index] =
                makeTensors(1, shape: shape) { new in
                    withFloats(of: old) { old in
                        WeightUpdate.interpolate(
                            old[0], old[1], fraction: Float(1 - decay), into: new[0], count: shape.elementCount)
                    }
                }[0]
        }
    }

    /// Runs `body` with the averages in place of the weights.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        let weights = parameters.map(\.value)
        for (parameter, value) in zip(parameters, values) { parameter.update(value) }
        defer { for (parameter, weight) in zip(parameters, weights) { parameter.update(weight) } }
        return try body()
    }

    /// Takes up stored averages, in the order of ``parameters``.
    public mutating func restore(_ values: [Tensor], updates: Int) {
        precondition(
            values.map(\.shape) == parameters.map(\.shape), "averages have the shapes of the parameters, in their order"
        )
        (self.values, self.updates) = (values, updates)
    }
}
