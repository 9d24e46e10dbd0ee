public import Kernels
import Synchronization

/// What `linear`, `embedding` and `convolution` take: a dense tensor together with the form packed for this processor, or
/// the blocks of a file.
///
/// The packed form is made at the first product that needs it and lives as long as the weight. Blocks stay blocks: products
/// and rows are made from them. Gradients flow through the dense form.
public struct Weight: Sendable {
    /// The dense tensor; where the weight is quantized, one without values that only tells the shape.
    private var dense: Tensor
    /// The blocks `[outputs, inputs]`, where there are such.
    package private(set) var quantized: QuantizedMatrix?
    /// Whether a matrix stands as `[inputs, outputs]`, the other way round than elsewhere (GPT-2).
    public let isTransposed: Bool
    private let packed: Packed

    public init(_ tensor: Tensor, isTransposed: Bool = false) {
        (dense, self.isTransposed) = (tensor, isTransposed)
        packed = Packed()
    }

    /// A matrix that stays quantized.
    public init(_ quantized: QuantizedMatrix, isTransposed: Bool = false) {
        let (outputs, inputs) = (quantized.outputs, quantized.inputs)
        dense = Tensor(absent: isTransposed ? [inputs, outputs] : [outputs, inputs])
        (self.quantized, self.isTransposed) = (quantized, isTransposed)
        packed = Packed()
    }

    /// The dense form; that of a quantized weight is made anew at every call.
    public var tensor: Tensor {
        guard let quantized else { return dense }
        let (outputs, inputs) = (quantized.outputs, quantized.inputs)
        let rows = Tensor(shape: [outputs, inputs], initializingFloats: { quantized.dequantize(into: $0) })
        return isTransposed ? rows.matrixTransposed() : rows
    }

    public var shape: Shape { dense.shape }

    /// What a tape knows the weight by. It has values only where the weight is dense.
    package var recorded: Tensor { dense }

    /// The same weight in its dense form, which a tape follows as `tensor`.
    package func followed(as tensor: Tensor) -> Weight {
        var weight = self
        weight.dense = tensor
        weight.quantized = nil
        return weight
    }

    /// The extents of a matrix, whichever way it stands.
    public var matrixExtents: (outputs: Int, inputs: Int) {
        isTransposed ? (shape[1], shape[0]) : (shape[0], shape.elementCount / max(1, shape[0]))
    }

    /// Makes the packed form now rather than at the first product: that of a convolution without groups for three or four
    /// axes, of a matrix for two.
    public func pack() {
        if shape.count >= 3 { _ = filters(plainPlan) } else { _ = matrix }
    }

    /// The weight `[outputs, inputs…]` as a matrix `[outputs, product of inputs]`: packed into panels, or quantized.
    package var matrix: WeightMatrix {
        if let quantized { return .quantized(quantized) }
        return .packed(packedMatrix)
    }

    private var packedMatrix: PackedMatrix {
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
        let kernel = Extent2d(height: shape.count == 4 ? shape[2] : 1, width: shape[shape.count - 1])
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
