import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A weight `[outputs, inputs]` whose rows are blocks, as its file has them; the memory may be the file's own.
public final class QuantizedMatrix: Sendable {
    public let blockType: BlockType
    public let outputs: Int
    public let inputs: Int
    // Never written after `init`, so sharing it is safe; `owner` keeps it alive.
    nonisolated(unsafe) let blocks: UnsafeRawPointer
    private let owner: any AnyObject & Sendable

    /// - Parameters:
    ///   - bytes: the rows one after another; needs no alignment, and never changes while `owner` lives.
    /// - Precondition: rows are whole blocks, and `bytes` holds exactly all of them.
    public init(
        _ blockType: BlockType, outputs: Int, inputs: Int, viewing bytes: UnsafeRawBufferPointer,
        owner: any AnyObject & Sendable
    ) {
        precondition(
            outputs > 0 && inputs > 0 && inputs.isMultiple(of: blockType.weightCount),
            "QuantizedMatrix: rows of \(inputs) are not whole blocks of \(blockType)")
        precondition(
            bytes.count == outputs * (inputs / blockType.weightCount) * blockType.byteCount,
            "QuantizedMatrix: \(bytes.count) bytes do not hold [\(outputs), \(inputs)] of \(blockType)")
        self.blockType = blockType
        self.outputs = outputs
        self.inputs = inputs
        blocks = bytes.baseAddress!  // not empty
        self.owner = owner
    }

    /// The rows in another order, in memory of its own: row i is row `order(i)` of this matrix.
    public func reordered(_ order: (_ row: Int) -> Int) -> QuantizedMatrix {
        let copy = Block(byteCount: outputs * rowByteCount)
        for row in 0..<outputs {
            let source = order(row)
            precondition((0..<outputs).contains(source), "QuantizedMatrix: \(source) is not one of \(outputs) rows")
            (copy.start + row * rowByteCount).copyMemory(from: blocks + source * rowByteCount, byteCount: rowByteCount)
        }
        return QuantizedMatrix(
            blockType, outputs: outputs, inputs: inputs,
            viewing: UnsafeRawBufferPointer(start: copy.start, count: outputs * rowByteCount), owner: copy)
    }

    /// Bytes of a row.
    public var rowByteCount: Int { inputs / blockType.weightCount * blockType.byteCount }

    /// The blocks of all rows, valid during the call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) {
            try body(UnsafeRawBufferPointer(start: blocks, count: outputs * rowByteCount))
        }
    }

    /// The weights of all rows as float32.
    ///
    /// - Parameter y: `[outputs, inputs]`.
    public func dequantize(into y: UnsafeMutablePointer<Float>) {
        let table = KernelTable.current
        Threads.parallelRanges(outputs, chunk: max(1, (32 << 10) / inputs)) { range in
            dequantize(range, table, into: y + range.lowerBound * inputs)
        }
    }

    /// The weights of the rows `identifiers`.
    ///
    /// - Parameter y: `[count, inputs]`.
    /// - Precondition: every identifier is in 0..<`outputs`.
    public func dequantizeRows(
        _ identifiers: UnsafePointer<Int32>, count: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: max(1, (32 << 10) / inputs)) { range in
            for index in range {
                let row = Int(identifiers[index])
                precondition(row >= 0 && row < outputs, "QuantizedMatrix: \(row) is not one of \(outputs) rows")
                dequantize(row..<row + 1, table, into: y + index * inputs)
            }
        }
    }

    func dequantize(_ rows: Range<Int>, _ table: UnsafePointer<kernels_table>, into y: UnsafeMutablePointer<Float>) {
        table.pointee.dequantize(
            Int32(blockType.rawValue), blocks + rows.lowerBound * rowByteCount,
            rows.count * (inputs / blockType.weightCount), y)
    }

    /// Memory that holds reordered rows, or blocks that were made here.
    final class Block: Sendable {
        // Written before anybody else can see it.
        nonisolated(unsafe) let start: UnsafeMutableRawPointer

        init(byteCount: Int) { start = kernels_allocate(byteCount) }

        deinit { free(start) }
    }
}
