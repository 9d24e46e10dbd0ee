package import Kernels
import Synchronization

/// What `linear`, `embedding` and `convolution` take: a dense tensor together with the form packed for this processor.
///
/// The packed form is made at the first product that needs it and lives as long as the weight. Gradients flow through
/// the dense form.
public struct Weight: Sendable {
    public var tensor: Tensor
    /// Whether a matrix stands as `[inputs, outputs]`, the other way round than elsewhere (GPT-2).
    public let isTransposed: Bool
    private let packed: Packed

    public init(_ tensor: Tensor, isTransposed: Bool = false) {
        (self.tensor, self.isTransposed) = (tensor, isTransposed)
        packed = Packed()
    }

    public var shape: Shape { tensor.shape }

    /// The extents of a matrix, whichever way it stands.
    public var matrixExtents: (outputs: Int, inputs: Int) {
        isTransposed ? (shape[1], shape[0]) : (shape[0], tensor.elementCount / max(1, shape[0]))
    }

    /// Makes the packed form now rather than at the first product: that of a convolution without groups for three or four
    /// axes, of a matrix for two.
    public func pack() {
        if tensor.rank >= 3 { _ = filters(plainPlan) } else { _ = matrix }
    }

    /// The weight `[outputs, inputs…]` as a matrix `[outputs, product of inputs]`, packed into panels.
    package var matrix: PackedMatrix {
        packed.matrix {
            let (outputs, inputs) = matrixExtents
            return tensor.withUnsafeBytes { bytes in
                PackedMatrix(
                    outputs: outputs, inputs: inputs, elementType: tensor.elementType,
                    bytes.baseAddress!, isTransposed: isTransposed)  // a pool block is never empty
            }
        }
    }

    /// The filters of a convolution `[outputs, channels, (height,) width]`, packed for one plan; those for another plan
    /// replace them.
    package func filters(_ plan: ConvolutionPlan) -> PackedFilters {
        packed.filters(plan) { tensor.converted(to: .float32).withFloats { PackedFilters(plan, $0) } }
    }

    /// The plan of a convolution without groups that has this weight, whatever its stride and dilation are.
    private var plainPlan: ConvolutionPlan {
        let kernel = Extent2d(height: tensor.rank == 4 ? shape[2] : 1, width: shape[tensor.rank - 1])
        return ConvolutionPlan(
            ConvolutionGeometry(batch: 1, input: kernel, channels: shape[1], outputs: shape[0], kernel: kernel))
    }
}

/// The place where a weight keeps its packed form; copies of the weight share it.
private final class Packed: Sendable {
    private let matrix = Mutex<PackedMatrix?>(nil)
    private let filters = Mutex<PackedFilters?>(nil)

    func matrix(_ make: () -> PackedMatrix) -> PackedMatrix {
        matrix.withLock { value in
            if let value { return value }
            let matrix = make()
            value = matrix
            return matrix
        }
    }

    func filters(_ plan: ConvolutionPlan, _ make: () -> PackedFilters) -> PackedFilters {
        filters.withLock { value in
            if let value, value.fits(plan) { return value }
            let filters = make()
            value = filters
            return filters
        }
    }
}
