import CKernels

/// Convolutions of pictures whose channels are the last axis, as products of patches that are packed where they lie.
public enum Convolution {
    /// y = activation(convolution of the source + bias).
    ///
    /// - Parameters:
    ///   - source: `[batch, height, width, channels]` with the plan's margins around each picture.
    ///   - bias: `[channels of the result]`.
    ///   - temporary: `temporaryCount` elements.
    ///   - y: `[batch, height, width, channels]` of the result.
    public static func run(
        _ plan: ConvolutionPlan, _ source: UnsafePointer<Float>, _ filters: PackedFilters,
        bias: UnsafePointer<Float>? = nil, activation: Activation = .none, temporary: UnsafeMutablePointer<Float>?,
        into y: UnsafeMutablePointer<Float>
    ) {
        precondition(filters.fits(plan), "Convolution.run: the filters were packed for another plan")
        for (index, phase) in plan.phases.enumerated() where phase.extent.count > 0 {
            switch filters.form {
            case .depthwise(let weights):
                depthwise(plan, phase, source, weights[index], bias, activation, y)
            case .matrices(let matrices):
                let target = plan.phases.count == 1 ? y : temporary!  // as long as temporaryCount says
                for (group, matrix) in matrices[index].enumerated() {
                    product(plan, phase, group, source, matrix, bias, activation, target)
                }
                if plan.phases.count > 1 { spread(plan, phase, target, y) }
            }
        }
    }

    private static func product(
        _ plan: ConvolutionPlan, _ phase: ConvolutionPlan.Phase, _ group: Int, _ source: UnsafePointer<Float>,
        _ matrix: PackedMatrix, _ bias: UnsafePointer<Float>?, _ activation: Activation,
        _ y: UnsafeMutablePointer<Float>
    ) {
        let outputs = plan.resultChannels / plan.groups
        plan.withPatches(phase, group: group, source) { patches in
            withUnsafePointer(to: patches) { pointer in
                // One run per position, at equal distances: a plain matrix.
                let picture = patches.width * patches.height * patches.column_stride
                let isMatrix =
                    patches.run_count == 1 && (plan.batch == 1 || patches.image_stride == picture)
                    && (patches.height == 1 || patches.row_stride == patches.width * patches.column_stride)
                MatrixProduct.run(
                    kernels_product(
                        a: isMatrix ? patches.source + patches.run_offsets[0] : patches.source,
                        a_stride: patches.column_stride, a_transposed: false, patches: isMatrix ? nil : pointer,
                        first_patch: 0, packed_a: nil, rows: plan.batch * phase.extent.count, inputs: matrix.inputs,
                        outputs: outputs, panels: matrix.panels, element_type: Int32(ElementType.float32.rawValue),
                        alpha: 1, beta: 0, bias: bias.map { $0 + group * outputs },
                        activation: Int32(activation.rawValue), residual: nil, arguments: nil,
                        c_stride: plan.resultChannels,
                        c: y + group * outputs))
            }
        }
    }

    private static func depthwise(
        _ plan: ConvolutionPlan, _ phase: ConvolutionPlan.Phase, _ source: UnsafePointer<Float>, _ weights: [Float],
        _ bias: UnsafePointer<Float>?, _ activation: Activation, _ y: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        let channels = plan.resultChannels
        let row = plan.result.width * channels
        // The vector of weights of a phase without taps is empty; so is its list of runs.
        (weights + [0]).withUnsafeBufferPointer { weights in
            plan.withPatches(phase, group: 0, source) { patches in
                var patches = patches
                patches.run_length = channels
                let call = kernels_depthwise(
                    patches: patches, weights: weights.baseAddress!, bias: bias,
                    activation: Int32(activation.rawValue), channels: channels,
                    y_image_stride: plan.result.height * row, y_row_stride: plan.resultStep.height * row,
                    y_column_stride: plan.resultStep.width * channels,
                    y: y + phase.first.height * row + phase.first.width * channels)
                let work = phase.extent.width * channels * max(1, phase.taps.count)
                Threads.parallelRanges(plan.batch * phase.extent.height, chunk: max(1, (64 << 10) / max(1, work))) {
                    range in
                    withUnsafePointer(to: call) { table.pointee.depthwise($0, range.lowerBound, range.upperBound) }
                }
            }
        }
    }

    /// Puts the results of a phase to their places.
    private static func spread(
        _ plan: ConvolutionPlan, _ phase: ConvolutionPlan.Phase, _ source: UnsafePointer<Float>,
        _ y: UnsafeMutablePointer<Float>
    ) {
        let channels = plan.resultChannels
        let count = phase.extent.width * channels
        Threads.parallelRanges(plan.batch * phase.extent.height, chunk: max(1, (16 << 10) / max(1, count))) { range in
            for row in range {
                let (image, line) = (row / phase.extent.height, row % phase.extent.height)
                let place =
                    (image * plan.result.height + phase.first.height + line * plan.resultStep.height)
                    * plan.result.width + phase.first.width
                for column in 0..<phase.extent.width {
                    (y + (place + column * plan.resultStep.width) * channels).update(
                        from: source + row * count + column * channels, count: channels)
                }
            }
        }
    }

    /// A copy of the plan's source with its margins of zeros.
    public static func pad(
        _ plan: ConvolutionPlan, _ source: UnsafePointer<Float>, into padded: UnsafeMutablePointer<Float>
    ) {
        let (extent, margins, channels) = (plan.paddedSource, plan.margins, plan.sourceChannels)
        let row = extent.width * channels
        let (left, inner) = (margins.left * channels, plan.source.width * channels)
        Threads.parallelRanges(plan.batch * extent.height, chunk: max(1, (32 << 10) / max(1, row))) { range in
            for index in range {
                let target = padded + index * row
                let line = index % extent.height - margins.top
                guard (0..<plan.source.height).contains(line) else {
                    target.initialize(repeating: 0, count: row)
                    continue
                }
                target.initialize(repeating: 0, count: left)
                (target + left).update(
                    from: source + (index / extent.height * plan.source.height + line) * inner, count: inner)
                (target + left + inner).initialize(repeating: 0, count: row - left - inner)
            }
        }
    }
}
