import Tensors

/// How many bytes a shape needs, with every product checked.
enum ByteCount {
    enum Result: Equatable {
        case bytes(Int)
        case overflow
        case notWholeBytes(bitCount: Int)
    }

    /// `shape` holds no negative number.
    static func of(_ shape: [Int], bitsPerElement: Int) -> Result {
        var product = 1
        for extent in shape {
            let (partial, overflow) = product.multipliedReportingOverflow(by: extent)
            if overflow { return .overflow }
            product = partial
        }
        let (bitCount, overflow) = product.multipliedReportingOverflow(by: bitsPerElement)
        if overflow { return .overflow }
        return bitCount % 8 == 0 ? .bytes(bitCount / 8) : .notWholeBytes(bitCount: bitCount)
    }

    /// Whether ``Shape`` can hold it.
    static func isSupported(_ shape: [Int]) -> Bool {
        shape.count <= Shape.maximumRank && shape.allSatisfy { $0 >= 0 && $0 <= Int(Int32.max) }
    }
}
