import CKernels

/// silu(gate) · up, the gate of Llama's feed-forward layer (Shazeer 2020, "GLU Variants Improve Transformer").
public enum GatedSiLU {
    public static func forward(
        gate: UnsafePointer<Float>, up: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 16 << 10) { range in
            let offset = range.lowerBound
            table.pointee.gated_silu(gate + offset, up + offset, y + offset, range.count)
        }
    }

    public static func gradient(
        gate: UnsafePointer<Float>, up: UnsafePointer<Float>, resultGradient dy: UnsafePointer<Float>,
        gateGradient: UnsafeMutablePointer<Float>, upGradient: UnsafeMutablePointer<Float>, count: Int
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 16 << 10) { range in
            let offset = range.lowerBound
            table.pointee.gated_silu_gradient(
                gate + offset, up + offset, dy + offset, gateGradient + offset, upGradient + offset, range.count)
        }
    }
}
