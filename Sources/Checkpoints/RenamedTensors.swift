public import Kernels
public import Parameters
public import Tensors

/// A checkpoint under other names: those that a model asks for instead of those that stand in the file. Names that the
/// table lacks stay as they are, so that ``ParameterStore/verify()`` reports them.
public struct RenamedTensors: TensorSource {
    private let source: any TensorSource
    /// The stored name of each model's name.
    private let stored: [String: String]
    public let names: [String]

    /// - Parameters:
    ///   - table: the model's name of each stored name; no two may be equal.
    ///   - isLeftOut: stored names that are none of the model's.
    public init(
        _ source: any TensorSource, names table: [String: String],
        leavingOut isLeftOut: (String) -> Bool = { _ in false }
    ) {
        self.source = source
        let kept = source.names.filter { !isLeftOut($0) }
        names = kept.map { table[$0] ?? $0 }
        stored = Dictionary(zip(names, kept), uniquingKeysWith: { first, _ in first })
    }

    public func shape(of name: String) -> Shape? { stored[name].flatMap { source.shape(of: $0) } }

    public func elementType(of name: String) throws -> ElementType? {
        try stored[name].flatMap { try source.elementType(of: $0) }
    }

    public func tensor(named name: String) throws -> Tensor? {
        try stored[name].flatMap { try source.tensor(named: $0) }
    }

    public func quantizedMatrix(named name: String) throws -> QuantizedMatrix? {
        try stored[name].flatMap { try source.quantizedMatrix(named: $0) }
    }

    public func releasePages() { source.releasePages() }
}
