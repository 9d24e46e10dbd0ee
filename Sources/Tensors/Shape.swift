/// The extents of a tensor's axes, outermost first; up to six, stored inline so that a shape costs no allocation.
public struct Shape: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral, CustomStringConvertible {
    public static let maximumRank = 6

    // Two halves of 16 bytes: see docs/decisions/0006-no-wide-vectors-in-async-frames.md.
    private var outer: SIMD4<Int32> = .zero
    private var inner: SIMD4<Int32> = .zero
    private var rank: UInt8

    public init(_ extents: some Collection<Int>) {
        precondition(
            extents.count <= Self.maximumRank, "a shape has at most \(Self.maximumRank) axes, not \(extents.count)")
        rank = UInt8(extents.count)
        for (axis, extent) in extents.enumerated() {
            precondition(extent >= 0 && extent <= Int(Int32.max), "axis \(axis) cannot have the extent \(extent)")
            if axis < 4 { outer[axis] = Int32(extent) } else { inner[axis - 4] = Int32(extent) }
        }
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(rank) }
    public subscript(axis: Int) -> Int {
        precondition(axis >= 0 && axis < Int(rank), "axis \(axis) of the shape \(self) does not exist")
        return Int(axis < 4 ? outer[axis] : inner[axis - 4])
    }

    /// The product of all extents; 1 for a scalar's empty shape.
    public var elementCount: Int { reduce(1, *) }

    public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
