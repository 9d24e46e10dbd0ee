package import Kernels
import Synchronization

/// What `linear`, `embedding` and `convolution` take: a dense tensor together with the form packed for this processor.
///
/// The packed form is made at the first product that needs it and lives as long as the weight. Gradients flow through
/// the dense form.
public struct Weight: Sendable {
    public var tensor: Tensor
    private let packed: Packed

    public init(_ tensor: Tensor) {
        self.tensor = tensor
        packed = Packed()
    }

    public var shape: Shape { tensor.shape }

    /// Makes the packed form now rather than at the first product: that of a 1-d convolution for three axes, of a matrix
    /// for two.
    public func pack() {
        _ = tensor.rank == 3 ? tapMajorMatrix : matrix
    }

    /// The weight `[outputs, inputs…]` as a matrix `[outputs, product of inputs]`, packed into panels.
    package var matrix: PackedMatrix {
        packed.matrix {
            let outputs = tensor.shape[0]
            return tensor.withUnsafeBytes { bytes in
                PackedMatrix(
                    outputs: outputs, inputs: tensor.elementCount / max(1, outputs), elementType: tensor.elementType,
                    bytes.baseAddress!)  // a pool block is never empty
            }
        }
    }

    /// The kernel `[outputs, channels, taps]` of a 1-d convolution as the matrix `[outputs, taps · channels]`, which
    /// multiplies `taps` neighbouring rows of a sequence `[time, channels]` in place.
    package var tapMajorMatrix: PackedMatrix {
        packed.matrix {
            let (outputs, channels, taps) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
            let values = tensor.floats()
            var permuted = [Float](repeating: 0, count: values.count)
            for output in 0..<outputs {
                for channel in 0..<channels {
                    for tap in 0..<taps {
                        permuted[(output * taps + tap) * channels + channel] =
                            values[(output * channels + channel) * taps + tap]
                    }
                }
            }
            return permuted.withUnsafeBytes {
                PackedMatrix(
                    outputs: outputs, inputs: taps * channels, elementType: .float32, $0.baseAddress!)  // not empty
            }
        }
    }
}

/// The place where a weight keeps its packed form; copies of the weight share it.
private final class Packed: Sendable {
    private let value = Mutex<PackedMatrix?>(nil)

    func matrix(_ make: () -> PackedMatrix) -> PackedMatrix {
        value.withLock { value in
            if let value { return value }
            let matrix = make()
            value = matrix
            return matrix
        }
    }
}
