public import Kernels
public import Tensors

/// The mean of each window.
///
/// Shapes: `x` `[batch, height, width, channels]` → the same with the extents (extent + 2 · padding - kernel) / stride + 1.
///
/// - Parameters:
///   - stride: that of the kernel unless given.
///   - roundsUp: whether a last window that leaves the padded picture counts (PyTorch's `ceil_mode`).
///   - countsPadding: whether the zeros of the padding count in the mean.
public func averagePool2d(
    _ x: Tensor, kernel: Extent2d, stride: Extent2d? = nil, padding: Extent2d = 0, roundsUp: Bool = false,
    countsPadding: Bool = true
) -> Tensor {
    let stride = stride ?? kernel
    requirePicture("averagePool2d", x, kernel: kernel, stride: stride, padding: padding)
    func mean(_ extent: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> AxisMap {
        let windows = Window.all(extent, kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp)
        return AxisMap(inputs: extent, outputs: windows.count) { output in
            let window = windows[output]
            let weight = 1 / Float(countsPadding ? window.paddedCount : window.range.count)
            return window.range.map { ($0, weight) }
        }
    }
    return map(
        map(x, axis: 2, mean(x.shape[2], kernel.width, stride.width, padding.width)), axis: 1,
        mean(x.shape[1], kernel.height, stride.height, padding.height))
}

/// The mean of each window over time.
///
/// Shapes: `[batch, time, channels]` → `[batch, (time + 2 · padding - kernel) / stride + 1, channels]`. Parameters as for
/// ``averagePool2d(_:kernel:stride:padding:roundsUp:countsPadding:)``.
public func averagePool1d(
    _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Int = 0, roundsUp: Bool = false, countsPadding: Bool = true
) -> Tensor {
    withoutHeight(x) {
        averagePool2d(
            $0, kernel: Extent2d(height: 1, width: kernel), stride: Extent2d(height: 1, width: stride ?? kernel),
            padding: Extent2d(height: 0, width: padding), roundsUp: roundsUp, countsPadding: countsPadding)
    }
}

/// The means of windows that divide the picture into `output` parts as evenly as can be (PyTorch's adaptive pooling).
///
/// Shapes: `[batch, height, width, channels]` → `[batch, output height, output width, channels]`.
public func adaptiveAveragePool2d(_ x: Tensor, output: Extent2d) -> Tensor {
    requirePicture("adaptiveAveragePool2d", x, kernel: output)
    func mean(_ extent: Int, _ output: Int) -> AxisMap {
        AxisMap(inputs: extent, outputs: output) { index in
            let range = Window.adaptive(extent, output, index)
            return range.map { ($0, 1 / Float(range.count)) }
        }
    }
    return map(
        map(x, axis: 2, mean(x.shape[2], output.width)), axis: 1, mean(x.shape[1], output.height))
}

/// The same over time: `[batch, time, channels]` → `[batch, output, channels]`.
public func adaptiveAveragePool1d(_ x: Tensor, output: Int) -> Tensor {
    withoutHeight(x) { adaptiveAveragePool2d($0, output: Extent2d(height: 1, width: output)) }
}

/// The mean over all pixels, or all times.
///
/// Shapes: `[batch, …, channels]` → `[batch, channels]`.
public func globalAveragePool(_ x: Tensor) -> Tensor {
    precondition(x.rank >= 2, "globalAveragePool: an input of shape \(x.shape) has no channels")
    let (batch, channels) = (x.shape[0], x.shape[x.rank - 1])
    return mean(reshape(x, [batch, x.elementCount / max(1, batch * channels), channels]), axis: 1)
}

/// The largest of each window; its gradient goes to the first place that has it.
///
/// Shapes: `x` `[batch, height, width, channels]` → the same with the extents (extent + 2 · padding - kernel) / stride + 1.
///
/// - Parameters:
///   - stride: that of the kernel unless given.
///   - padding: at most half of the kernel; never the maximum.
///   - roundsUp: whether a last window that leaves the padded picture counts (PyTorch's `ceil_mode`).
public func maximumPool2d(
    _ x: Tensor, kernel: Extent2d, stride: Extent2d? = nil, padding: Extent2d = 0, roundsUp: Bool = false
) -> Tensor {
    let stride = stride ?? kernel
    requirePicture("maximumPool2d", x, kernel: kernel, stride: stride, padding: padding)
    func windows(_ extent: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> [Range<Int>] {
        Window.all(extent, kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp).map(\.range)
    }
    return maximumPool(
        x,
        MaximumPooling(
            input: Extent2d(height: x.shape[1], width: x.shape[2]),
            rows: windows(x.shape[1], kernel.height, stride.height, padding.height),
            columns: windows(x.shape[2], kernel.width, stride.width, padding.width)))
}

/// The largest of each window over time.
///
/// Shapes: `[batch, time, channels]` → `[batch, (time + 2 · padding - kernel) / stride + 1, channels]`. Parameters as for
/// ``maximumPool2d(_:kernel:stride:padding:roundsUp:)``.
public func maximumPool1d(
    _ x: Tensor, kernel: Int, stride: Int? = nil, padding: Int = 0, roundsUp: Bool = false
) -> Tensor {
    withoutHeight(x) {
        maximumPool2d(
            $0, kernel: Extent2d(height: 1, width: kernel), stride: Extent2d(height: 1, width: stride ?? kernel),
            padding: Extent2d(height: 0, width: padding), roundsUp: roundsUp)
    }
}

/// The largest of windows that divide the picture into `output` parts as evenly as can be.
///
/// Shapes: `[batch, height, width, channels]` → `[batch, output height, output width, channels]`.
public func adaptiveMaximumPool2d(_ x: Tensor, output: Extent2d) -> Tensor {
    requirePicture("adaptiveMaximumPool2d", x, kernel: output)
    let (height, width) = (x.shape[1], x.shape[2])
    return maximumPool(
        x,
        MaximumPooling(
            input: Extent2d(height: height, width: width),
            rows: (0..<output.height).map { Window.adaptive(height, output.height, $0) },
            columns: (0..<output.width).map { Window.adaptive(width, output.width, $0) }))
}

private func maximumPool(_ x: Tensor, _ pooling: MaximumPooling) -> Tensor {
    let (batch, channels) = (x.shape[0], x.shape[3])
    let shape: Shape = [batch, pooling.output.height, pooling.output.width, channels]
    func result(_ places: UnsafeMutablePointer<Int32>?) -> Tensor {
        Tensor(
            shape: shape,
            initializingFloats: { result in
                x.withFloats { pooling.forward($0, batch: batch, channels: channels, into: result, places: places) }
            })
    }
    guard Tape.isTracking([x]) else { return result(nil) }
    var maxima: Tensor?
    let places = Tensor(shape: shape, elementType: .int32) {
        maxima = result($0.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard let maxima else { preconditionFailure("maximumPool2d: the places are made together with the maxima") }
    return Tape.record(maxima, inputs: [x], MaximumPoolOperation(pooling: pooling, shape: x.shape, places: places))
}

/// A result of pooling: what it sees of the axis.
private struct Window {
    let range: Range<Int>
    /// The zeros of the padding counted as well.
    let paddedCount: Int

    static func all(_ extent: Int, kernel: Int, stride: Int, padding: Int, roundsUp: Bool) -> [Window] {
        let room = extent + 2 * padding - kernel
        var count = (room + (roundsUp ? stride - 1 : 0)) / stride + 1
        // A window must begin inside the picture or its padding in front.
        if roundsUp && (count - 1) * stride >= extent + padding { count -= 1 }
        return (0..<count).map { index in
            let start = index * stride - padding
            let end = min(start + kernel, extent + padding)
            return Window(range: max(0, start)..<min(end, extent), paddedCount: end - start)
        }
    }

    static func adaptive(_ extent: Int, _ output: Int, _ index: Int) -> Range<Int> {
        index * extent / output..<((index + 1) * extent + output - 1) / output
    }
}

private func requirePicture(
    _ name: String, _ x: Tensor, kernel: Extent2d, stride: Extent2d = 1, padding: Extent2d = 0
) {
    precondition(x.rank == 4, "\(name): a shape of \(x.shape) is not [batch, height, width, channels]")
    precondition(
        kernel.height > 0 && kernel.width > 0 && stride.height > 0 && stride.width > 0
            && (0...kernel.height / 2).contains(padding.height) && (0...kernel.width / 2).contains(padding.width)
            && x.shape[1] + 2 * padding.height >= kernel.height && x.shape[2] + 2 * padding.width >= kernel.width,
        "\(name): windows of \(kernel), a stride of \(stride) and a padding of \(padding) do not fit \(x.shape)")
}

/// A sequence as a picture of one row.
private func withoutHeight(_ x: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    precondition(x.rank == 3, "pooling over time: a shape of \(x.shape) is not [batch, time, channels]")
    let result = body(reshape(x, [x.shape[0], 1, x.shape[1], x.shape[2]]))
    return reshape(result, [result.shape[0], result.shape[2], result.shape[3]])
}

struct MaximumPoolOperation: Operation {
    let name = "maximumPool"
    let pooling: MaximumPooling
    let shape: Shape
    let places: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            Tensor(
                shape: shape,
                initializingFloats: { result in
                    gradient.withFloats { gradientPointer in
                        places.withIntegers {
                            pooling.gradient(
                                gradientPointer, places: $0, batch: shape[0], channels: shape[3], into: result)
                        }
                    }
                })
        ]
    }
}
