/// The extents of a tensor's axes, outermost first; up to six, stored inline so that a shape costs no allocation.
public struct Shape: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral, CustomStringConvertible {
    public static let maximumRank = 6

    private var extents: SIMD8<Int32>
    private var rank: UInt8

    public init(_ extents: some Collection<Int>) {
        precondition(
            extents.count <= Self.maximumRank, "a shape has at most \(Self.maximumRank) axes, not \(extents.count)")
        self.extents = .zero
        rank = UInt8(extents.count)
        for (axis, extent) in extents.enumerated() {
            precondition(extent >= 0 && extent <= Int(Int32.max), "axis \(axis) cannot have the extent \(extent)")
            self.extents[axis] = Int32(extent)
        }
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(rank) }
    public subscript(axis: Int) -> Int {
        precondition(axis >= 0 && axis < Int(rank), "axis \(axis) of the shape \(self) does not exist")
        return Int(extents[axis])
    }

    /// The product of all extents; 1 for a scalar's empty shape.
    public var elementCount: Int { reduce(1, *) }

    public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
