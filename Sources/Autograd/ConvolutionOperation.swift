public import Kernels
public import Tensors

/// A 1-d convolution (cross-correlation, as every framework has it) over time.
///
/// Shapes: `x` `[batch, time, channels]`, `weight` `[outputs, channels, taps]` (PyTorch layout), `bias` `[outputs]` →
/// `[batch, (time + 2 · padding - taps) / stride + 1, outputs]`.
///
/// No patches are copied out: in a time-major sequence the window of one output is one contiguous run of
/// taps · channels numbers, so the whole convolution is one matrix product with overlapping rows.
public func convolution1d(
    _ x: Tensor, _ weight: Weight, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0,
    activation: Activation = .none
) -> Tensor {
    precondition(
        x.rank == 3 && weight.tensor.rank == 3 && x.shape[2] == weight.shape[1],
        "convolution1d: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    let (batch, time, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let (outputs, taps) = (weight.shape[0], weight.shape[2])
    let paddedTime = time + 2 * padding
    precondition(paddedTime >= taps && stride > 0, "convolution1d: \(taps) taps do not fit a time of \(time)")
    let outputTime = (paddedTime - taps) / stride + 1
    let matrix = weight.tapMajorMatrix
    let padded = Tensor(
        shape: [batch, paddedTime, channels],
        initializingFloats: { target in
            x.withFloats { source in
                let (edge, count) = (padding * channels, time * channels)
                for sample in 0..<batch {
                    let start = target + sample * paddedTime * channels
                    start.initialize(repeating: 0, count: edge)
                    (start + edge).update(from: source + sample * count, count: count)
                    (start + edge + count).initialize(repeating: 0, count: edge)
                }
            }
        })
    let result = Tensor(
        shape: [batch, outputTime, outputs],
        initializingFloats: { result in
            padded.withFloats { source in
                withOptionalFloats(bias) { biasPointer in
                    for sample in 0..<batch {
                        MatrixProduct.multiply(
                            source + sample * paddedTime * channels, rows: outputTime, rowStride: stride * channels,
                            by: matrix, bias: biasPointer, activation: activation, residual: nil,
                            into: result + sample * outputTime * outputs, rowStride: outputs)
                    }
                }
            }
        })
    return Tape.recordConstant(
        "convolution1d", result, inputs: [x, weight.tensor] + [bias].compactMap { $0 },
        reason: "it has no backward yet")
}
