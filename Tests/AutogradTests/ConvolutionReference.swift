import Kernels
import Tensors

/// Convolutions by their definition, with sums in double.
enum ConvolutionReference {
    /// Calls `body` with the flat indices of input, weight and result of every product that a convolution adds up.
    private static func forEachProduct(_ g: ConvolutionGeometry, _ body: (Int, Int, Int) -> Void) {
        let (inputs, outputs) = (g.channels / g.groups, g.outputs / g.groups)
        for image in 0..<g.batch {
            for y in 0..<g.output.height {
                for x in 0..<g.output.width {
                    for output in 0..<g.outputs {
                        let result = ((image * g.output.height + y) * g.output.width + x) * g.outputs + output
                        for ky in 0..<g.kernel.height {
                            for kx in 0..<g.kernel.width {
                                let row = y * g.stride.height + ky * g.dilation.height - g.padding.height
                                let column = x * g.stride.width + kx * g.dilation.width - g.padding.width
                                guard (0..<g.input.height).contains(row), (0..<g.input.width).contains(column) else {
                                    continue
                                }
                                for input in 0..<inputs {
                                    let channel = output / outputs * inputs + input
                                    body(
                                        ((image * g.input.height + row) * g.input.width + column) * g.channels
                                            + channel,
                                        ((output * inputs + input) * g.kernel.height + ky) * g.kernel.width + kx,
                                        result)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    static func forward(_ g: ConvolutionGeometry, _ x: [Float], _ weight: [Float]) -> [Float] {
        var result = [Double](repeating: 0, count: g.batch * g.output.count * g.outputs)
        forEachProduct(g) { result[$2] += Double(x[$0]) * Double(weight[$1]) }
        return result.map { Float($0) }
    }

    static func inputGradient(_ g: ConvolutionGeometry, _ weight: [Float], _ gradient: [Float]) -> [Float] {
        var result = [Double](repeating: 0, count: g.batch * g.input.count * g.channels)
        forEachProduct(g) { result[$0] += Double(weight[$1]) * Double(gradient[$2]) }
        return result.map { Float($0) }
    }

    static func weightGradient(_ g: ConvolutionGeometry, _ x: [Float], _ gradient: [Float]) -> [Float] {
        var result = [Double](repeating: 0, count: g.outputs * g.channels / g.groups * g.kernel.count)
        forEachProduct(g) { result[$1] += Double(x[$0]) * Double(gradient[$2]) }
        return result.map { Float($0) }
    }
}
