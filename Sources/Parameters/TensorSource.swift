public import Kernels
public import Tensors

/// Where a ``ParameterStore`` finds stored values: an opened checkpoint.
public protocol TensorSource: Sendable {
    /// Every name that it holds.
    var names: [String] { get }

    /// Nil where it holds no such name.
    func shape(of name: String) -> Shape?

    /// The element type of ``tensor(named:)``, for whoever does not want its values yet; nil where it holds no such name.
    func elementType(of name: String) throws -> ElementType?

    /// The tensor in its stored element type, dequantized where it is stored as blocks; nil where it holds no such name.
    func tensor(named name: String) throws -> Tensor?

    /// The tensor as the blocks that are stored, `[outputs, inputs]` whichever way its own shape stands; nil where products
    /// cannot read it so.
    func quantizedMatrix(named name: String) throws -> QuantizedMatrix?

    /// Lets go of memory that can be had from the file again; for when most of the values have been packed.
    func releasePages()
}

extension TensorSource {
    /// Right for every source. One that computes its tensors can tell without doing so.
    public func elementType(of name: String) throws -> ElementType? { try tensor(named: name)?.elementType }

    public func quantizedMatrix(named name: String) throws -> QuantizedMatrix? { nil }

    public func releasePages() {}
}
