import Kernels
import Tensors
import TestKit
import Testing

@testable import Autograd

/// Odd extents, strides, paddings, dilations and groups; vectors of channels with and without a rest.
let convolutionGeometries: [ConvolutionGeometry] = [
    ConvolutionGeometry(batch: 2, input: Extent2d(height: 7, width: 5), channels: 3, outputs: 4, kernel: 3, padding: 1),
    ConvolutionGeometry(batch: 1, input: 1, channels: 5, outputs: 3, kernel: 1),
    ConvolutionGeometry(
        batch: 3, input: Extent2d(height: 6, width: 9), channels: 17, outputs: 33, kernel: 1, stride: 2),
    ConvolutionGeometry(batch: 2, input: 13, channels: 3, outputs: 20, kernel: 7, stride: 2, padding: 3),
    ConvolutionGeometry(
        batch: 2, input: Extent2d(height: 9, width: 11), channels: 5, outputs: 7,
        kernel: Extent2d(height: 3, width: 2), stride: Extent2d(height: 3, width: 2),
        padding: Extent2d(height: 0, width: 2), dilation: Extent2d(height: 2, width: 3)),
    ConvolutionGeometry(batch: 2, input: 8, channels: 6, outputs: 9, kernel: 3, padding: 2, dilation: 2, groups: 3),
    ConvolutionGeometry(batch: 1, input: 6, channels: 4, outputs: 8, kernel: 3, stride: 2, padding: 1, groups: 4),
    ConvolutionGeometry(batch: 2, input: 9, channels: 19, outputs: 19, kernel: 3, padding: 1, groups: 19),
    ConvolutionGeometry(batch: 2, input: 10, channels: 33, outputs: 33, kernel: 5, stride: 2, padding: 2, groups: 33),
    ConvolutionGeometry(
        batch: 1, input: 7, channels: 16, outputs: 16, kernel: 3, stride: 1, padding: 3, dilation: 3, groups: 16),
    // Stride beyond the kernel: pixels that nobody reads.
    ConvolutionGeometry(batch: 2, input: 11, channels: 3, outputs: 2, kernel: 2, stride: 4),
    ConvolutionGeometry(batch: 1, input: 8, channels: 5, outputs: 5, kernel: 2, stride: 3, groups: 5),
    ConvolutionGeometry(
        batch: 2, input: Extent2d(height: 1, width: 20), channels: 6, outputs: 5,
        kernel: Extent2d(height: 1, width: 4), stride: Extent2d(height: 1, width: 2),
        padding: Extent2d(height: 0, width: 1), dilation: Extent2d(height: 1, width: 3)),
    // Padding on one side only, as TensorFlow's "same" has it for even extents.
    ConvolutionGeometry(
        batch: 2, input: Extent2d(height: 8, width: 7), channels: 3, outputs: 5, kernel: 3, stride: 2, padding: 0,
        trailingPadding: 1),
    ConvolutionGeometry(
        batch: 2, input: 12, channels: 17, outputs: 17, kernel: 5, stride: 2, padding: 1, trailingPadding: 2, groups: 17
    ),
    // More positions than one slab, fewer results than one tile.
    ConvolutionGeometry(batch: 1, input: 70, channels: 2, outputs: 3, kernel: 3, padding: 1),
    ConvolutionGeometry(batch: 1, input: 12, channels: 40, outputs: 70, kernel: 3, padding: 1),
]

struct ConvolutionTests {
    @Test(arguments: KernelLevel.supported)
    func agreesWithItsDefinition(level: KernelLevel) {
        KernelLevel.force(level) {
            for g in convolutionGeometries {
                let (x, weight, dy) = tensors(g)
                let plan = ConvolutionPlan(g)
                let filters = weight.withFloats { PackedFilters(plan, $0) }
                expectNear(
                    Convolving.run(plan, x, filters, shape: dy.shape),
                    ConvolutionReference.forward(g, x.floats(), weight.floats()), "\(g)")
                expectNear(
                    Convolving.inputGradient(g, weight, dy, shape: x.shape),
                    ConvolutionReference.inputGradient(g, weight.floats(), dy.floats()), "\(g)")
                expectNear(
                    Convolving.weightGradient(g, x, dy, shape: weight.shape),
                    ConvolutionReference.weightGradient(g, x.floats(), dy.floats()), "\(g)")
            }
        }
    }

    private func tensors(_ g: ConvolutionGeometry) -> (x: Tensor, weight: Tensor, gradient: Tensor) {
        (
            .random([g.batch, g.input.height, g.input.width, g.channels]),
            .random([g.outputs, g.channels / g.groups, g.kernel.height, g.kernel.width], seed: 2),
            .random([g.batch, g.output.height, g.output.width, g.outputs], seed: 3)
        )
    }
}

/// Expects the largest difference to be within 1e-5 of the largest value, the tolerance of kernels.
func expectNear(
    _ actual: Tensor, _ expected: [Float], _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    let difference = largestRelativeDifference(actual.floats(), expected)
    #expect(difference < 1e-5, "\(comment)", sourceLocation: sourceLocation)
}
