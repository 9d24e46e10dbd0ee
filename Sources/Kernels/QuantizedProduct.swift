import CKernels

extension MatrixProduct {
    /// c = activation(a · weightᵀ + bias) + residual.
    ///
    /// Few rows are multiplied with the blocks as they are decoded, in registers; for more, a few panels of the weight at
    /// a time are decoded and packed, so that the dense weight never exists as a whole. Either way the result is
    /// as exact as a product in float32 with the weights that ``QuantizedMatrix/dequantize(into:)`` writes. The parameters are those of the product with a ``PackedMatrix``.
    public static func multiply(
        _ a: UnsafePointer<Float>, rows: Int, rowStride aStride: Int, by weight: QuantizedMatrix,
        bias: UnsafePointer<Float>? = nil, activation: Activation = .none, residual: UnsafePointer<Float>? = nil,
        arguments: UnsafeMutablePointer<Float>? = nil, into c: UnsafeMutablePointer<Float>, rowStride cStride: Int
    ) {
        if rows <= 0 { return }
        let product = kernels_product(
            a: a, a_stride: aStride, a_transposed: false, patches: nil, first_patch: 0, packed_a: nil, rows: rows,
            inputs: weight.inputs, outputs: weight.outputs, panels: weight.blocks,
            element_type: Int32(ElementType.float32.rawValue), alpha: 1, beta: 0, bias: bias,
            activation: Int32(activation.rawValue), residual: residual, arguments: arguments, c_stride: cStride, c: c)
        if rows <= mostRowsByBlocks { runByBlocks(product, weight) } else { runByPanels(product, weight) }
    }

    /// Beyond these, decoding the blocks for every four rows costs more than packing them once.
    private static let mostRowsByBlocks = 8

    private static func runByBlocks(_ product: kernels_product, _ weight: QuantizedMatrix) {
        let table = KernelTable.current
        let type = Int32(weight.blockType.rawValue)
        let rowCount = table.pointee.quantized_row_count(type, product.inputs)
        let packed = kernels_scratch(0, product.rows * rowCount * 4).assumingMemoryBound(to: Float.self)
        for row in 0..<product.rows {
            table.pointee.quantized_pack_row(
                type, product.a + row * product.a_stride, product.inputs, packed + row * rowCount)
        }
        var product = product
        product.packed_a = UnsafePointer(packed)
        // About 64 thousand weights, some 5 µs for one row, per chunk; a multiple of what the kernel takes at a time.
        let chunk = max(4, (64 << 10) / (weight.inputs * product.rows) / 4 * 4)
        Threads.parallelRanges(weight.outputs, chunk: chunk) { [product] range in
            withUnsafePointer(to: product) {
                table.pointee.quantized_product(
                    $0, type, weight.blocks, range.lowerBound, range.upperBound)
            }
        }
    }

    private static func runByPanels(_ whole: kernels_product, _ weight: QuantizedMatrix) {
        let table = KernelTable.current
        let inputs = weight.inputs
        var whole = whole
        let packed = kernels_scratch(0, max(whole.rows * inputs * 4, 64)).assumingMemoryBound(to: Float.self)
        withUnsafePointer(to: whole) { table.pointee.pack_left($0, 0, $0.pointee.rows, packed) }
        whole.packed_a = UnsafePointer(packed)
        let panelSize = inputs * panelWidth
        let panelCount = (weight.outputs + panelWidth - 1) / panelWidth
        // Panels of about 256 KiB stay in the second-level cache while all rows pass by.
        let panelsPerChunk = max(2, (64 << 10) / panelSize / 2 * 2)
        Threads.parallelRanges(panelCount, chunk: panelsPerChunk) { [whole] range in
            let panels = kernels_scratch(2, panelsPerChunk * panelSize * 4).assumingMemoryBound(to: Float.self)
            let rows = kernels_scratch(3, panelSize * 4).assumingMemoryBound(to: Float.self)
            // An even number of panels, of which the last may stand for no outputs.
            for panel in range.lowerBound..<range.lowerBound + (range.count + 1) / 2 * 2 {
                let first = min(panel * panelWidth, weight.outputs)
                let columns = min(panelWidth, weight.outputs - first)
                weight.dequantize(first..<first + columns, table, into: rows)
                table.pointee.pack_panel(
                    rows, Int32(ElementType.float32.rawValue), inputs, false, columns, inputs,
                    panels + (panel - range.lowerBound) * panelSize)
            }
            var product = whole
            let column = range.lowerBound * panelWidth
            product.panels = UnsafeRawPointer(panels)
            product.outputs = min(weight.outputs - column, range.count * panelWidth)
            product.bias = whole.bias.map { $0 + column }
            product.residual = whole.residual.map { $0 + column }
            product.arguments = whole.arguments.map { $0 + column }
            product.c = whole.c + column
            withUnsafePointer(to: product) {
                table.pointee.product($0, 0, $0.pointee.rows, 0, range.count)
            }
        }
    }
}
