import Kernels
public import Tensors

/// Rotary position embedding: each head's elements i and i + width/2 are turned by the angle of their position, as
/// Hugging Face's `rotate_half` has it (Su et al. 2021).
///
/// Shapes: `x` `[batch, time, heads · width]`; `cosines` and `sines` `[positions, width / 2]`, constants; result as `x`.
///
/// - Parameter offsets: the position of each sequence's first row, `[batch]`.
public func rotaryEmbedding(
    _ x: Tensor, cosines: Tensor, sines: Tensor, heads: Int, offsets: [Int]
) -> Tensor {
    precondition(
        x.rank == 3 && cosines.rank == 2 && cosines.shape == sines.shape && offsets.count == x.shape[0]
            && x.shape[2] == heads * 2 * cosines.shape[1],
        "rotaryEmbedding: \(x.shape) does not fit \(heads) heads, angles \(cosines.shape) and \(offsets.count) offsets")
    let operation = RotaryOperation(cosines: cosines, sines: sines, heads: heads, offsets: offsets)
    return Tape.record(operation.rotated(x, back: false), inputs: [x], operation)
}

struct RotaryOperation: Operation {
    let name = "rotaryEmbedding"
    let cosines: Tensor
    let sines: Tensor
    let heads: Int
    let offsets: [Int]

    // A rotation's transpose turns back.
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] { [rotated(gradient, back: true)] }

    func rotated(_ x: Tensor, back: Bool) -> Tensor {
        Tensor(
            shape: x.shape,
            initializingFloats: { result in
                x.withFloats { xPointer in
                    cosines.withFloats { cosinePointer in
                        sines.withFloats {
                            Rotary.rotate(
                                xPointer, time: x.shape[1], heads: heads, width: 2 * cosines.shape[1],
                                cosines: cosinePointer, sines: $0, positionCount: cosines.shape[0], offsets: offsets,
                                back: back, into: result)
                        }
                    }
                }
            })
    }
}
