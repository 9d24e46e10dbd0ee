import Autograd
import Kernels
public import Parameters
public import Tensors

/// The gradient of a sum of losses, gathered over one or several micro-batches, with the number of targets summed over.
///
/// Losses are summed and divided once, by all targets together: the mean of means would weigh a token of a short
/// micro-batch more than one of a long batch.
public struct GradientSum: Sendable {
    public let parameters: [Parameter]
    /// The sum of the losses.
    public private(set) var lossSum = 0.0
    public private(set) var targetCount = 0
    private var values: [Tensor?]
    private let indices: [ObjectIdentifier: Int]

    /// - Parameter parameters: the order in which the norm is added up.
    public init(of parameters: [Parameter]) {
        self.parameters = parameters
        values = Array(repeating: nil, count: parameters.count)
        indices = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { (ObjectIdentifier($1), $0) })
    }

    /// Nil where the loss does not depend on `parameter`.
    public subscript(parameter: Parameter) -> Tensor? { indices[ObjectIdentifier(parameter)].flatMap { values[$0] } }

    /// Adds what one micro-batch contributes.
    ///
    /// - Parameters:
    ///   - gradients: of the sum of its losses, not of their mean.
    ///   - targetCount: how many losses were summed.
    public mutating func add(_ gradients: Gradients, lossSum: Double, targetCount: Int) {
        self.lossSum += lossSum
        self.targetCount += targetCount
        for (index, parameter) in parameters.enumerated() {
            guard let gradient = gradients[parameter] else { continue }
            values[index] = values[index].map { Autograd.add($0, gradient) } ?? gradient
        }
    }

    /// The mean loss; NaN where nothing was added.
    public var meanLoss: Double { lossSum / Double(targetCount) }

    /// The Euclidean norm of the mean gradient over all parameters together, summed in double precision and in the order
    /// of the parameters.
    public var norm: Double {
        var sum = 0.0
        for case let value? in values {
            sum += value.withFloats { WeightUpdate.sumOfSquares($0, count: value.elementCount) }
        }
        return sum.squareRoot() / Double(max(1, targetCount))
    }

    /// What turns the sum into a mean whose norm is at most `limit`, as PyTorch's `clip_grad_norm_` has it.
    ///
    /// - Parameter norm: that of this sum, as ``norm`` gives it.
    public func factor(limitingNorm norm: Double, to limit: Double?) -> Float {
        let mean = 1 / Double(max(1, targetCount))
        guard let limit else { return Float(mean) }
        return Float(mean * min(1, limit / (norm + 1e-6)))
    }
}
