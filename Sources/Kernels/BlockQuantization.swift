/// Weights turned into blocks, with the rounding of llama.cpp's reference.
extension QuantizedMatrix {
    /// The types that can be made: all others need a search for good scales.
    public static let quantizableTypes: Set<BlockType> = [.q80, .q40]

    /// The blocks of `weights`, in memory of their own.
    ///
    /// Q8_0: d = max |w| / 127, q = round(w / d), halves away from zero. Q4_0: d = m / -8 with m the first weight of the
    /// largest magnitude, q = ⌊w / d + 8.5⌋, 15 at most. The integers are made with d as `float32`, which is then rounded to
    /// `float16`.
    ///
    /// - Parameter weights: `[outputs, inputs]`, every one finite.
    /// - Precondition: the type is one of ``quantizableTypes``, and rows are whole blocks of it.
    public convenience init(
        quantizing weights: UnsafePointer<Float>, outputs: Int, inputs: Int, as type: BlockType
    ) {
        precondition(Self.quantizableTypes.contains(type), "QuantizedMatrix: \(type) cannot be made")
        precondition(
            inputs.isMultiple(of: type.weightCount), "QuantizedMatrix: \(inputs) weights are not whole blocks")
        let blockCount = outputs * (inputs / type.weightCount)
        let memory = Block(byteCount: blockCount * type.byteCount)
        Threads.parallelRanges(blockCount, chunk: 1024) { range in
            for block in range {
                let source = weights + block * type.weightCount
                let destination = memory.start + block * type.byteCount
                if type == .q80 { Self.writeQ80(source, destination) } else { Self.writeQ40(source, destination) }
            }
        }
        self.init(
            type, outputs: outputs, inputs: inputs,
            viewing: UnsafeRawBufferPointer(start: memory.start, count: blockCount * type.byteCount), owner: memory)
    }

    private static func writeQ80(_ weights: UnsafePointer<Float>, _ block: UnsafeMutableRawPointer) {
        var largest: Float = 0
        for index in 0..<32 { largest = max(largest, abs(weights[index])) }
        let scale = largest / 127
        let inverse = scale == 0 ? 0 : 1 / scale
        write(scale, to: block)
        for index in 0..<32 {
            let q = (weights[index] * inverse).rounded(.toNearestOrAwayFromZero)
            block.storeBytes(of: Int8(max(-127, min(127, q))), toByteOffset: 2 + index, as: Int8.self)
        }
    }

    private static func writeQ40(_ weights: UnsafePointer<Float>, _ block: UnsafeMutableRawPointer) {
        var largest: Float = 0
        for index in 0..<32 where abs(weights[index]) > abs(largest) { largest = weights[index] }
        let scale = largest / -8
        let inverse = scale == 0 ? 0 : 1 / scale
        write(scale, to: block)
        func q(_ index: Int) -> UInt8 { UInt8(max(0, min(15, weights[index] * inverse + 8.5))) }
        for index in 0..<16 {
            block.storeBytes(of: q(index) | q(index + 16) << 4, toByteOffset: 2 + index, as: UInt8.self)
        }
    }

    private static func write(_ scale: Float, to block: UnsafeMutableRawPointer) {
        var scale = scale
        Conversion.convert(&scale, .float32, to: block, .float16, count: 1)
    }
}
