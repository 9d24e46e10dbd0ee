import CKernels

/// What is applied to each element of a matrix product.
public enum Activation: UInt8, Sendable, CaseIterable {
    case none
    case relu
    /// x Φ(x), Φ the normal distribution function.
    case gelu
    /// The approximation 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).
    case geluTanh
    /// x sigmoid(x)
    case silu
    case sigmoid
    case tanh
    /// min(max(x, 0), 6)
    case relu6
}

/// Matrix products of float32 activations; all matrices are row-major.
public enum MatrixProduct {
    /// c = activation(a · weightᵀ + bias) + residual.
    ///
    /// - Parameters:
    ///   - a: `[rows, weight.inputs]`, a row every `aStride` elements; rows may overlap.
    ///   - bias: `[weight.outputs]`.
    ///   - residual: `[rows, weight.outputs]` with the stride of `c`; may be `c` itself.
    ///   - arguments: receives a · weightᵀ + bias, laid out as `c`.
    ///   - c: `[rows, weight.outputs]`, a row every `cStride` elements; must not overlap `a`.
    public static func multiply(
        _ a: UnsafePointer<Float>, rows: Int, rowStride aStride: Int, by weight: PackedMatrix,
        bias: UnsafePointer<Float>? = nil, activation: Activation = .none, residual: UnsafePointer<Float>? = nil,
        arguments: UnsafeMutablePointer<Float>? = nil, into c: UnsafeMutablePointer<Float>, rowStride cStride: Int
    ) {
        if rows <= 0 || weight.outputs == 0 { return }
        run(
            kernels_product(
                a: a, a_stride: aStride, a_transposed: false, patches: nil, first_patch: 0,
                packed_a: nil, rows: rows, inputs: weight.inputs,
                outputs: weight.outputs, panels: weight.panels, element_type: Int32(weight.elementType.rawValue),
                alpha: 1, beta: 0, bias: bias, activation: Int32(activation.rawValue), residual: residual,
                arguments: arguments, c_stride: cStride, c: c))
    }

    /// c[m, n] = alpha · op(a) · op(b) + beta · c, where op transposes if asked to: `a` is `[m, k]` (or `[k, m]` when
    /// transposed) and `b` is `[k, n]` (or `[n, k]`). With `beta` 0 the old values of `c` are not read.
    public static func multiply(
        m: Int, n: Int, k: Int, alpha: Float = 1, a: UnsafePointer<Float>, aStride: Int, transposeA: Bool = false,
        b: UnsafePointer<Float>, bStride: Int, transposeB: Bool = false, beta: Float = 0,
        c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
        if m <= 0 || n <= 0 { return }
        let table = KernelTable.current
        // `b` is packed piece by piece: at most 1024 rows deep, and so wide that a piece takes about 4 MiB.
        let depthCount = max(1, (k + 1023) / 1024)
        let depth = (k + depthCount - 1) / depthCount
        let widest = max(2, (4 << 20) / max(depth * panelWidth * 4, 1) / 2 * 2) * panelWidth
        let width = min(widest, (n + 2 * panelWidth - 1) / (2 * panelWidth) * 2 * panelWidth)
        let panels = kernels_scratch(2, max(width * depth * 4, 64)).assumingMemoryBound(to: Float.self)
        for column in stride(from: 0, to: n, by: width) {
            let columns = min(width, n - column)
            for piece in 0..<depthCount {
                let first = piece * depth
                let inputs = min(depth, k - first)
                let panelSize = inputs * panelWidth
                let panelCount = (columns + 2 * panelWidth - 1) / (2 * panelWidth) * 2
                Threads.parallelRanges(panelCount, chunk: max(1, (16 << 10) / max(panelSize, 1))) { range in
                    for panel in range {
                        let start = column + min(panel * panelWidth, columns)
                        let source = transposeB ? b + start * bStride + first : b + first * bStride + start
                        table.pointee.pack_panel(
                            source, Int32(ElementType.float32.rawValue), bStride, !transposeB,
                            min(max(columns - panel * panelWidth, 0), panelWidth), inputs, panels + panel * panelSize)
                    }
                }
                run(
                    kernels_product(
                        a: transposeA ? a + first * aStride : a + first, a_stride: aStride, a_transposed: transposeA,
                        patches: nil, first_patch: 0, packed_a: nil, rows: m, inputs: inputs, outputs: columns,
                        panels: panels,
                        element_type: Int32(ElementType.float32.rawValue), alpha: alpha, beta: piece == 0 ? beta : 1,
                        bias: nil, activation: 0, residual: nil, arguments: nil, c_stride: cStride, c: c + column))
            }
        }
    }

    /// Splits a product into chunks. Their borders depend on the shape and on the level's tile alone.
    static func run(_ product: kernels_product) {
        let table = KernelTable.current
        let elementType = product.element_type == ElementType.float32.rawValue ? 4 : 2
        let panelBytes = product.inputs * panelWidth * elementType
        let panelCount = (product.outputs + panelWidth - 1) / panelWidth
        // The weight streams from memory once, whatever the number of rows is: 64 KiB take about 2 µs.
        let panelsPerStream = max(2, (64 << 10) / max(panelBytes, 1) / 2 * 2)
        if product.rows == 1 && !product.a_transposed && product.patches == nil {
            Threads.parallelRanges(panelCount, chunk: panelsPerStream) { range in
                withUnsafePointer(to: product) { table.pointee.product($0, 0, 1, range.lowerBound, range.upperBound) }
            }
        } else if product.rows <= rowsPerChunk {
            // About half a million multiplications, 10 µs or less, per chunk.
            let panelsPerWork = max(2, 500_000 / max(product.rows * product.inputs * panelWidth, 1) / 2 * 2)
            let packed = kernels_scratch(0, max(product.rows * product.inputs * 4, 64))
                .assumingMemoryBound(to: Float.self)
            withUnsafePointer(to: product) { table.pointee.pack_left($0, 0, $0.pointee.rows, packed) }
            var product = product
            product.packed_a = UnsafePointer(packed)
            Threads.parallelRanges(panelCount, chunk: panelsPerWork) { [product] range in
                withUnsafePointer(to: product) {
                    table.pointee.product($0, 0, $0.pointee.rows, range.lowerBound, range.upperBound)
                }
            }
        } else {
            let tileRows = table.pointee.tile_rows
            let blocks = (product.rows + tileRows - 1) / tileRows
            let blocksPerChunk = rowsPerChunk / tileRows
            let rowChunks = (blocks + blocksPerChunk - 1) / blocksPerChunk
            let columnChunks = (panelCount + panelsPerChunk - 1) / panelsPerChunk
            Threads.parallelFor(rowChunks * columnChunks) { chunk in
                let row = chunk / columnChunks
                let panel = chunk % columnChunks * panelsPerChunk
                withUnsafePointer(to: product) {
                    table.pointee.product(
                        $0, blocks * row / rowChunks * tileRows,
                        min(product.rows, blocks * (row + 1) / rowChunks * tileRows),
                        panel, min(panelCount, panel + panelsPerChunk))
                }
            }
        }
    }

    /// A multiple of every level's tile height.
    private static let rowsPerChunk = 96
    private static let panelsPerChunk = 48
}
