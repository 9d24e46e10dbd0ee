import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Convolution {
    /// The gradient of a convolution's weight, `[outputs, channels / groups, kernel height, kernel width]`.
    ///
    /// - Parameters:
    ///   - plan: that of the convolution itself, not of its transpose.
    ///   - source: the input with the plan's margins.
    ///   - gradient: the gradient of the result, `[batch, height, width, outputs]`.
    public static func weightGradient(
        _ plan: ConvolutionPlan, _ source: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
        into weight: UnsafeMutablePointer<Float>
    ) {
        precondition(!plan.isTransposed, "Convolution.weightGradient: the plan is one of a transpose")
        if plan.isDepthwise {
            depthwiseWeightGradient(plan, source, gradient, weight)
            return
        }
        let phase = plan.phases[0]
        let (channels, outputs) = (plan.sourceChannels / plan.groups, plan.resultChannels / plan.groups)
        let (positions, rows) = (plan.batch * phase.extent.count, phase.taps.count * channels)
        let count = rows * outputs
        // A small product of very many terms has too few results to share out: its terms are shared out instead.
        let slabs = count <= 128 << 10 ? min(8, max(1, positions / 2048)) : 1
        let partial = kernels_allocate(max(64, slabs * count * 4)).assumingMemoryBound(to: Float.self)
        defer { free(partial) }
        for group in 0..<plan.groups {
            plan.withPatches(phase, group: group, source) { patches in
                Threads.parallelFor(slabs) { slab in
                    sumOfProducts(
                        patches, positions * slab / slabs..<positions * (slab + 1) / slabs, rows: rows,
                        gradient + group * outputs, gradientStride: plan.resultChannels, outputs: outputs,
                        into: partial + slab * count)
                }
            }
            for slab in 1..<max(2, slabs) where slab < slabs {
                Elementwise.addScaled(partial + slab * count, scale: 1, to: partial, count: count)
            }
            let table = KernelTable.current
            let target = weight + group * plan.weightStrides.group
            let chunk = max(1, (32 << 10) / max(1, rows) / panelWidth) * panelWidth
            Threads.parallelRanges(outputs, chunk: chunk) { range in
                table.pointee.unpack_taps(
                    partial, phase.taps.count, channels, outputs, range.lowerBound, range.upperBound, target)
            }
        }
    }

    /// c[element of a patch, output] = Σ patch · gradient over some positions; packs the gradient piece by piece.
    private static func sumOfProducts(
        _ patches: kernels_patches, _ positions: Range<Int>, rows: Int, _ gradient: UnsafePointer<Float>,
        gradientStride: Int, outputs: Int, into c: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        let pieces = max(1, (positions.count + 1023) / 1024)
        let panelCount = (outputs + 2 * panelWidth - 1) / (2 * panelWidth) * 2
        let depth = (positions.count + pieces - 1) / pieces
        let panels = kernels_scratch(2, max(panelCount * panelWidth * depth * 4, 64)).assumingMemoryBound(
            to: Float.self)
        for piece in 0..<pieces {
            let first = positions.lowerBound + positions.count * piece / pieces
            let inputs = positions.lowerBound + positions.count * (piece + 1) / pieces - first
            let panelSize = inputs * panelWidth
            Threads.parallelRanges(panelCount, chunk: max(1, (16 << 10) / max(panelSize, 1))) { range in
                for panel in range {
                    let column = min(panel * panelWidth, outputs)
                    table.pointee.pack_panel(
                        gradient + first * gradientStride + column, Int32(ElementType.float32.rawValue),
                        gradientStride, true, min(outputs - column, panelWidth), inputs, panels + panel * panelSize)
                }
            }
            withUnsafePointer(to: patches) { patches in
                MatrixProduct.run(
                    kernels_product(
                        a: patches.pointee.source, a_stride: 0, a_transposed: true, patches: patches,
                        first_patch: first, packed_a: nil, rows: rows, inputs: inputs, outputs: outputs,
                        panels: panels, element_type: Int32(ElementType.float32.rawValue), alpha: 1,
                        beta: piece == 0 ? 0 : 1, bias: nil, activation: 0, residual: nil, arguments: nil,
                        c_stride: outputs, c: c))
            }
        }
    }

    private static func depthwiseWeightGradient(
        _ plan: ConvolutionPlan, _ source: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
        _ weight: UnsafeMutablePointer<Float>
    ) {
        let phase = plan.phases[0]
        let (channels, taps, lines) = (plan.sourceChannels, phase.taps.count, plan.batch * phase.extent.height)
        let slabs = min(16, lines)
        let count = taps * channels
        let partial = kernels_allocate(max(64, slabs * count * 4)).assumingMemoryBound(to: Float.self)
        defer { free(partial) }
        let table = KernelTable.current
        plan.withPatches(phase, group: 0, source) { patches in
            Threads.parallelFor(slabs) { slab in
                withUnsafePointer(to: patches) {
                    table.pointee.depthwise_weight_gradient(
                        $0, gradient, channels, lines * slab / slabs, lines * (slab + 1) / slabs,
                        partial + slab * count)
                }
            }
        }
        for slab in 1..<max(2, slabs) where slab < slabs {
            Elementwise.addScaled(partial + slab * count, scale: 1, to: partial, count: count)
        }
        for channel in 0..<channels {
            for tap in 0..<taps { weight[channel * taps + tap] = partial[tap * channels + channel] }
        }
    }
}
