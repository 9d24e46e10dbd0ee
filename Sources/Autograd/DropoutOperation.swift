import Kernels
public import Tensors

/// Whether layers that behave differently in training do so, and where they take their random numbers from.
public enum Mode: Sendable {
    case inference
    case training(RandomSource)

    /// The mode of a part: every layer that draws needs a `stream` of its own, as two with the same one drop the same
    /// elements.
    public func split(_ stream: UInt64) -> Mode {
        switch self {
        case .inference: .inference
        case .training(let random): .training(random.split(stream))
        }
    }
}

/// In training, drops elements with `probability` and divides the others by 1 - `probability` (Srivastava et al. 2014).
///
/// The mask is a function of the random source and of an element's index, so backward makes it again.
public func dropout(_ x: Tensor, probability: Float, mode: Mode) -> Tensor {
    guard case .training(let random) = mode, probability > 0 else { return x }
    let operation = DropoutOperation(probability: probability, random: random)
    return Tape.record(operation.masked(x), inputs: [x], operation)
}

struct DropoutOperation: Operation {
    let name = "dropout"
    let probability: Float
    let random: RandomSource

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] { [masked(gradient)] }

    func masked(_ x: Tensor) -> Tensor {
        Tensor(
            shape: x.shape,
            initializingFloats: { result in
                x.withFloats {
                    // The upper bits keep apart what `RandomSource` itself draws.
                    Dropout.apply(
                        $0, probability: probability, key: random.seed, stream: random.counter ^ 0xD50F << 48,
                        into: result, count: x.elementCount)
                }
            })
    }
}
