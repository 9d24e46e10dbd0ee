public import Kernels
public import Tensors

/// A 2-d transposed convolution: the map whose matrix is the transpose of a convolution's.
///
/// Shapes: `x` `[batch, height, width, channels]`, `weight` `[channels, outputs / groups, kernel height, kernel width]`
/// (PyTorch layout), `bias` `[outputs]` → `[batch, output height, output width, outputs]`, where an output extent is
/// (extent - 1) · stride - 2 · padding + dilation · (kernel - 1) + outputPadding + 1.
///
/// - Parameter outputPadding: extends the result at its far edges; smaller than the stride.
public func transposedConvolution2d(
    _ x: Tensor, _ weight: Weight, bias: Tensor? = nil, stride: Extent2d = 1, padding: Extent2d = 0,
    outputPadding: Extent2d = 0, dilation: Extent2d = 1, groups: Int = 1, activation: Activation = .none
) -> Tensor {
    precondition(
        x.rank == 4 && weight.shape.count == 4,
        "transposedConvolution2d: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    return transposedConvolution(
        "transposedConvolution2d", x, Extent2d(height: x.shape[1], width: x.shape[2]), weight,
        Extent2d(height: weight.shape[2], width: weight.shape[3]), bias, stride, padding, outputPadding, dilation,
        groups, activation)
}

/// A 1-d transposed convolution over time.
///
/// Shapes: `x` `[batch, time, channels]`, `weight` `[channels, outputs / groups, taps]` (PyTorch layout), `bias`
/// `[outputs]` → `[batch, (time - 1) · stride - 2 · padding + dilation · (taps - 1) + outputPadding + 1, outputs]`.
public func transposedConvolution1d(
    _ x: Tensor, _ weight: Weight, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    dilation: Int = 1, groups: Int = 1, activation: Activation = .none
) -> Tensor {
    precondition(
        x.rank == 3 && weight.shape.count == 3,
        "transposedConvolution1d: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    return transposedConvolution(
        "transposedConvolution1d", x, Extent2d(height: 1, width: x.shape[1]), weight,
        Extent2d(height: 1, width: weight.shape[2]), bias, Extent2d(height: 1, width: stride),
        Extent2d(height: 0, width: padding), Extent2d(height: 0, width: outputPadding),
        Extent2d(height: 1, width: dilation), groups, activation)
}

private func transposedConvolution(
    _ name: String, _ x: Tensor, _ extent: Extent2d, _ weight: Weight, _ kernel: Extent2d, _ bias: Tensor?,
    _ stride: Extent2d, _ padding: Extent2d, _ outputPadding: Extent2d, _ dilation: Extent2d, _ groups: Int,
    _ activation: Activation
) -> Tensor {
    func outputExtent(_ axis: KeyPath<Extent2d, Int>) -> Int {
        (extent[keyPath: axis] - 1) * stride[keyPath: axis] - 2 * padding[keyPath: axis]
            + dilation[keyPath: axis] * (kernel[keyPath: axis] - 1) + outputPadding[keyPath: axis] + 1
    }
    let output = Extent2d(height: outputExtent(\.height), width: outputExtent(\.width))
    let outputs = weight.shape[1] * groups
    // The convolution that leads back from the result to `x`.
    let geometry = ConvolutionGeometry(
        batch: x.shape[0], input: output, channels: outputs, outputs: x.shape[x.rank - 1], kernel: kernel,
        stride: stride, padding: padding, dilation: dilation, groups: groups)
    precondition(
        geometry.isValid && geometry.output == extent && weight.shape[0] == geometry.outputs
            && bias?.shape ?? [outputs] == [outputs],
        """
        \(name): an input of shape \(x.shape), a weight of shape \(weight.shape) and a bias of \
        \(bias.map { "\($0.shape)" } ?? "none") do not fit a stride of \(stride), a padding of \(padding), an output \
        padding of \(outputPadding), a dilation of \(dilation) and \(groups) groups
        """)
    let plan = ConvolutionPlan(transposed: geometry)
    let inputs = [x, weight.tensor] + [bias].compactMap { $0 }
    let isTracked = Tape.isTracking(inputs)
    let result = Convolving.run(
        plan, x, weight.filters(plan), bias: bias, activation: isTracked ? .none : activation,
        shape: Convolving.shape(like: x, geometry.batch, output, outputs))
    guard isTracked else { return result }
    return activate(
        Tape.record(
            result, inputs: inputs,
            TransposedConvolutionOperation(geometry: geometry, x: x, weight: weight.tensor, hasBias: bias != nil)),
        activation)
}

/// Of one or two spatial axes.
struct TransposedConvolutionOperation: Operation {
    let name = "transposedConvolution"
    /// Of the convolution that this is the transpose of.
    let geometry: ConvolutionGeometry
    let x: Tensor
    let weight: Tensor
    let hasBias: Bool

    // The transpose of the transpose is the convolution; of its weight's gradient, input and result change places.
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        var gradients: [Tensor?] = [nil, nil]
        if wanted[0] {
            let plan = ConvolutionPlan(geometry)
            let filters = weight.converted(to: .float32).withFloats { PackedFilters(plan, $0) }
            gradients[0] = Convolving.run(plan, gradient, filters, shape: x.shape)
        }
        if wanted[1] { gradients[1] = Convolving.weightGradient(geometry, gradient, x, shape: weight.shape) }
        if hasBias { gradients.append(wanted[2] ? Convolving.biasGradient(gradient) : nil) }
        return gradients
    }
}
