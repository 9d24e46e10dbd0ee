import Parameters

/// An optimizer as a run's settings name it.
public enum OptimizerChoice: Sendable, Hashable, Codable {
    case adamW(AdamW.Settings)
    case sgd(SGD.Settings)

    /// The optimizer for `groups`, at its beginning.
    public func makeOptimizer(_ groups: [ParameterGroup]) -> any Optimizer {
        switch self {
        case .adamW(let settings): AdamW(groups, settings)
        case .sgd(let settings): SGD(groups, settings)
        }
    }
}
