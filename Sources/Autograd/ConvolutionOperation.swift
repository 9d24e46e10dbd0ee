public import Kernels
public import Tensors

/// A 2-d convolution (cross-correlation, as every framework has it).
///
/// Shapes: `x` `[batch, height, width, channels]`, `weight` `[outputs, channels / groups, kernel height, kernel width]`
/// (PyTorch layout), `bias` `[outputs]` → `[batch, output height, output width, outputs]`, where an output extent is
/// (extent + padding + trailing padding - dilation · (kernel - 1) - 1) / stride + 1. The padding is that above and to the
/// left; the trailing one, below and to the right, is the same where nil.
///
/// No patches are copied out: each one is packed for the product from where it lies in `x`.
public func convolution2d(
    _ x: Tensor, _ weight: Weight, bias: Tensor? = nil, stride: Extent2d = 1, padding: Extent2d = 0,
    trailingPadding: Extent2d? = nil, dilation: Extent2d = 1, groups: Int = 1, activation: Activation = .none
) -> Tensor {
    precondition(
        x.rank == 4 && weight.shape.count == 4,
        "convolution2d: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    return convolution(
        "convolution2d", x,
        ConvolutionGeometry(
            batch: x.shape[0], input: Extent2d(height: x.shape[1], width: x.shape[2]), channels: x.shape[3],
            outputs: weight.shape[0], kernel: Extent2d(height: weight.shape[2], width: weight.shape[3]),
            stride: stride, padding: padding, trailingPadding: trailingPadding, dilation: dilation, groups: groups),
        weight, bias, activation)
}

/// A 1-d convolution over time.
///
/// Shapes: `x` `[batch, time, channels]`, `weight` `[outputs, channels / groups, taps]` (PyTorch layout), `bias`
/// `[outputs]` → `[batch, (time + 2 · padding - dilation · (taps - 1) - 1) / stride + 1, outputs]`.
public func convolution1d(
    _ x: Tensor, _ weight: Weight, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1, activation: Activation = .none
) -> Tensor {
    precondition(
        x.rank == 3 && weight.shape.count == 3,
        "convolution1d: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    return convolution(
        "convolution1d", x,
        ConvolutionGeometry(
            batch: x.shape[0], input: Extent2d(height: 1, width: x.shape[1]), channels: x.shape[2],
            outputs: weight.shape[0], kernel: Extent2d(height: 1, width: weight.shape[2]),
            stride: Extent2d(height: 1, width: stride), padding: Extent2d(height: 0, width: padding),
            dilation: Extent2d(height: 1, width: dilation), groups: groups),
        weight, bias, activation)
}

private func convolution(
    _ name: String, _ x: Tensor, _ geometry: ConvolutionGeometry, _ weight: Weight, _ bias: Tensor?,
    _ activation: Activation
) -> Tensor {
    precondition(
        geometry.isValid && weight.shape[1] * geometry.groups == geometry.channels
            && bias?.shape ?? [geometry.outputs] == [geometry.outputs],
        """
        \(name): an input of shape \(x.shape), a weight of shape \(weight.shape) and a bias of \
        \(bias.map { "\($0.shape)" } ?? "none") do not fit a stride of \(geometry.stride), a padding of \
        \(geometry.padding), a dilation of \(geometry.dilation) and \(geometry.groups) groups
        """)
    let plan = ConvolutionPlan(geometry)
    let inputs = [x, weight.tensor] + [bias].compactMap { $0 }
    let isTracked = Tape.isTracking(inputs)
    let result = Convolving.run(
        plan, x, weight.filters(plan), bias: bias, activation: isTracked ? .none : activation,
        shape: Convolving.shape(like: x, geometry.batch, geometry.output, geometry.outputs))
    guard isTracked else { return result }
    return activate(
        Tape.record(
            result, inputs: inputs,
            ConvolutionOperation(geometry: geometry, x: x, weight: weight.tensor, hasBias: bias != nil)),
        activation)
}

/// Forward computations that convolutions, their transposes and the backward of both share.
enum Convolving {
    static func run(
        _ plan: ConvolutionPlan, _ x: Tensor, _ filters: PackedFilters, bias: Tensor? = nil,
        activation: Activation = .none, shape: Shape
    ) -> Tensor {
        let source = padded(plan, x)
        let temporary = plan.temporaryCount > 0 ? Tensor(uninitialized: plan.temporaryCount) : nil
        return Tensor(
            shape: shape,
            initializingFloats: { result in
                source.withFloats { sourcePointer in
                    withOptionalFloats(bias) { biasPointer in
                        withOptionalFloats(temporary) { temporaryPointer in
                            Convolution.run(
                                plan, sourcePointer, filters, bias: biasPointer, activation: activation,
                                // Nobody else sees the temporary tensor.
                                temporary: temporaryPointer.map { UnsafeMutablePointer(mutating: $0) }, into: result)
                        }
                    }
                }
            })
    }

    /// A tensor shaped as `x` is, which has one spatial axis or two.
    static func shape(like x: Tensor, _ batch: Int, _ extent: Extent2d, _ channels: Int) -> Shape {
        x.rank == 3 ? [batch, extent.width, channels] : [batch, extent.height, extent.width, channels]
    }

    /// The gradients of a convolution's input and weight.
    static func inputGradient(_ geometry: ConvolutionGeometry, _ weight: Tensor, _ gradient: Tensor, shape: Shape)
        -> Tensor
    {
        let plan = ConvolutionPlan(transposed: geometry)
        let filters = weight.converted(to: .float32).withFloats { PackedFilters(plan, $0) }
        return run(plan, gradient, filters, shape: shape)
    }

    static func weightGradient(_ geometry: ConvolutionGeometry, _ x: Tensor, _ gradient: Tensor, shape: Shape) -> Tensor
    {
        let plan = ConvolutionPlan(geometry)
        let source = padded(plan, x)
        return Tensor(
            shape: shape,
            initializingFloats: { result in
                source.withFloats { sourcePointer in
                    gradient.withFloats { Convolution.weightGradient(plan, sourcePointer, $0, into: result) }
                }
            })
    }

    /// The gradient of a bias: the sum over all pixels.
    static func biasGradient(_ gradient: Tensor) -> Tensor {
        let columns = gradient.shape[gradient.rank - 1]
        let sums = gradient.withFloats {
            Columns.sum($0, rows: gradient.elementCount / max(1, columns), columns: columns)
        }
        return Tensor(sums.map { Float($0) }, shape: [columns])
    }

    private static func padded(_ plan: ConvolutionPlan, _ x: Tensor) -> Tensor {
        if plan.margins.isEmpty { return x }
        return Tensor(
            shape: [plan.paddedSourceCount],
            initializingFloats: { result in x.withFloats { Convolution.pad(plan, $0, into: result) } })
    }
}

extension Tensor {
    /// Room for numbers that a kernel writes before it reads them.
    fileprivate init(uninitialized count: Int) {
        self.init(shape: [count], initializingFloats: { _ in })
    }
}

/// Of one or two spatial axes.
struct ConvolutionOperation: Operation {
    let name = "convolution"
    let geometry: ConvolutionGeometry
    let x: Tensor
    let weight: Tensor
    let hasBias: Bool

    // The input's gradient is the transposed convolution of the result's; the weight's is the product of every patch with
    // the gradient of its result.
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            wanted[0] ? Convolving.inputGradient(geometry, weight, gradient, shape: x.shape) : nil,
            wanted[1] ? Convolving.weightGradient(geometry, x, gradient, shape: weight.shape) : nil,
        ] + (hasBias ? [wanted[2] ? Convolving.biasGradient(gradient) : nil] : [])
    }
}
