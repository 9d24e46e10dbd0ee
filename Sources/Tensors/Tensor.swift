public import Kernels

/// An immutable n-dimensional array, contiguous and row-major.
///
/// Values never change after construction, so a tensor can be shared between threads without care. Reshaping and
/// slicing the leading axis share storage; every other view copies.
public struct Tensor: Sendable {
    public let shape: Shape
    public let elementType: ElementType
    package private(set) var storage: Storage
    package let byteOffset: Int
    /// Where the tape that is recording keeps this tensor, if any.
    package var slot: TapeSlot?

    package init(shape: Shape, elementType: ElementType, storage: Storage, byteOffset: Int, slot: TapeSlot? = nil) {
        precondition(
            byteOffset >= 0 && byteOffset + shape.elementCount * elementType.byteCount <= storage.bytes.count,
            "a tensor of shape \(shape) does not fit into its storage")
        self.shape = shape
        self.elementType = elementType
        self.storage = storage
        self.byteOffset = byteOffset
        self.slot = slot
    }

    /// A new tensor whose bytes `initialize` writes, every one of them.
    public init(
        shape: Shape, elementType: ElementType = .float32,
        initializing initialize: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        let storage = try Storage(
            byteCount: shape.elementCount * elementType.byteCount, initializing: initialize)
        self.init(shape: shape, elementType: elementType, storage: storage, byteOffset: 0)
    }

    /// A new `float32` tensor whose elements `initialize` writes, every one of them.
    public init(shape: Shape, initializingFloats initialize: (UnsafeMutablePointer<Float>) throws -> Void) rethrows {
        try self.init(shape: shape) { bytes in
            try initialize(bytes.assumingMemoryBound(to: Float.self).baseAddress!)  // a pool block is never empty
        }
    }

    /// A `float32` tensor with a copy of `values` in row-major order.
    public init(_ values: [Float], shape: Shape) {
        precondition(values.count == shape.elementCount, "\(values.count) values do not fill the shape \(shape)")
        self.init(shape: shape) { destination in
            values.withUnsafeBytes { destination.copyMemory(from: $0) }
        }
    }

    /// An `int32` tensor with a copy of `values` in row-major order.
    public init(_ values: [Int32], shape: Shape) {
        precondition(values.count == shape.elementCount, "\(values.count) values do not fill the shape \(shape)")
        self.init(shape: shape, elementType: .int32) { destination in
            values.withUnsafeBytes { destination.copyMemory(from: $0) }
        }
    }

    /// A `float32` tensor in which every element is `value`.
    public init(repeating value: Float, shape: Shape) {
        self.init(shape: shape) { $0.initializeMemory(as: Float.self, repeating: value) }
    }

    /// A tensor over bytes that belong to `owner` (a mapped file), without a copy where they are aligned well enough.
    public init(
        shape: Shape, elementType: ElementType, viewing bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable
    ) {
        let byteCount = shape.elementCount * elementType.byteCount
        precondition(bytes.count == byteCount, "\(bytes.count) bytes do not hold a \(elementType) of shape \(shape)")
        // Numbers of 16 bits are read by kernels alone, which need no alignment.
        let isAligned =
            elementType.byteCount == 2 || Int(bitPattern: bytes.baseAddress) % elementType.byteCount == 0
        if isAligned && byteCount > 0 {
            self.init(
                shape: shape, elementType: elementType, storage: Storage(viewing: bytes, owner: owner), byteOffset: 0)
        } else {
            self.init(shape: shape, elementType: elementType) { $0.copyMemory(from: bytes) }
        }
    }

    /// Stands for a value that could not be loaded: it has a shape and no bytes, so that a hostile configuration cannot
    /// make anybody allocate for a checkpoint that does not hold what it promises. Reading it is a programmer's mistake.
    package init(absent shape: Shape) {
        self.shape = shape
        elementType = .float32
        storage = Storage(byteCount: 0) { _ in }
        byteOffset = 0
        slot = nil
    }

    public var rank: Int { shape.count }
    public var elementCount: Int { shape.elementCount }

    // MARK: Access

    /// The elements' bytes, valid during the call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(storage) {
            let end = byteOffset + elementCount * elementType.byteCount
            return try body(UnsafeRawBufferPointer(rebasing: storage.bytes[byteOffset..<end]))
        }
    }

    /// The elements of a `float32` tensor, valid during the call.
    public func withFloats<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        precondition(elementType == .float32, "expected float32, this tensor holds \(elementType)")
        return try withUnsafeElements(as: Float.self, body)
    }

    /// The elements of an `int32` tensor, valid during the call.
    public func withIntegers<Result>(_ body: (UnsafePointer<Int32>) throws -> Result) rethrows -> Result {
        precondition(elementType == .int32, "expected int32, this tensor holds \(elementType)")
        return try withUnsafeElements(as: Int32.self, body)
    }

    /// The elements of a `float32` tensor for changing them in place, or nil if somebody else can see its storage.
    package mutating func withUniqueFloats<Result>(
        _ body: (UnsafeMutablePointer<Float>) throws -> Result
    ) rethrows -> Result? {
        precondition(elementType == .float32, "expected float32, this tensor holds \(elementType)")
        guard isKnownUniquelyReferenced(&storage), let start = storage.mutableStart else { return nil }
        return try withExtendedLifetime(storage) {
            try body((start + byteOffset).assumingMemoryBound(to: Float.self))
        }
    }

    private func withUnsafeElements<Element, Result>(
        as type: Element.Type, _ body: (UnsafePointer<Element>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(storage) {
            let start = storage.bytes.baseAddress! + byteOffset  // a pool block is never empty
            return try body(start.assumingMemoryBound(to: type))
        }
    }

    /// A copy of the elements of a `float32`, `float16` or `bfloat16` tensor, in row-major order.
    public func floats() -> [Float] {
        let tensor = converted(to: .float32)
        return tensor.withFloats { Array(UnsafeBufferPointer(start: $0, count: elementCount)) }
    }

    /// A copy of the elements of an `int32` tensor, in row-major order.
    public func integers() -> [Int32] {
        withIntegers { Array(UnsafeBufferPointer(start: $0, count: elementCount)) }
    }

    /// The only element of a `float32` tensor with one element.
    public var scalar: Float {
        precondition(elementCount == 1, "a tensor of shape \(shape) is not a scalar")
        return withFloats { $0[0] }
    }

    // MARK: Views

    /// The same elements in the same order under another shape.
    package func viewed(as shape: Shape) -> Tensor {
        precondition(
            shape.elementCount == elementCount,
            "reshape: \(self.shape) has \(elementCount) elements, \(shape) has \(shape.elementCount)")
        return Tensor(shape: shape, elementType: elementType, storage: storage, byteOffset: byteOffset)
    }

    /// The entries `range` of the leading axis.
    package func leadingSlice(_ range: Range<Int>) -> Tensor {
        precondition(
            rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0],
            "slice: \(range) lies outside the leading axis of \(shape)")
        let rowBytes = shape.dropFirst().reduce(1, *) * elementType.byteCount
        return Tensor(
            shape: Shape([range.count] + shape.dropFirst()), elementType: elementType, storage: storage,
            byteOffset: byteOffset + range.lowerBound * rowBytes)
    }

    /// The same values in another floating-point type; rounds to nearest, ties to even.
    public func converted(to type: ElementType) -> Tensor {
        guard type != elementType else { return self }
        precondition(elementType != .int32 && type != .int32, "integers and floating-point numbers do not convert")
        return Tensor(shape: shape, elementType: type) { destination in
            withUnsafeBytes { source in
                Conversion.convert(
                    source.baseAddress!, elementType, to: destination.baseAddress!, type, count: elementCount)
            }
        }
    }
}

/// The place of a tensor on a tape: two integers and no reference, so a tensor never keeps a graph alive.
package struct TapeSlot: Sendable, Hashable {
    package let tape: UInt64
    package let index: Int

    package init(tape: UInt64, index: Int) {
        self.tape = tape
        self.index = index
    }
}
