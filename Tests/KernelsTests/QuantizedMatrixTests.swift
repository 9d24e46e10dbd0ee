import Kernels
import Testing

@Suite struct QuantizedMatrixTests {
    @Test(arguments: KernelLevel.supported, BlockType.allCases)
    func weightsAreDecodedBitForBit(level: KernelLevel, type: BlockType) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 21)
            let (matrix, expected) = QuantizedMatrix.random(type, outputs: 7, inputs: 512, &numbers)
            var weights = [Float](repeating: .nan, count: expected.count)
            matrix.dequantize(into: &weights)
            #expect(weights.map(\.bitPattern) == expected.map(\.bitPattern))

            let rows: [Int32] = [6, 0, 3, 3]
            var table = [Float](repeating: .nan, count: rows.count * 512)
            matrix.dequantizeRows(rows, count: rows.count, into: &table)
            func row(_ row: Int) -> ArraySlice<Float> { expected[row * 512..<(row + 1) * 512] }
            let wanted: [Float] = rows.flatMap { row(Int($0)) }
            #expect(table == wanted)

            var turned = [Float](repeating: .nan, count: expected.count)
            matrix.reordered { 6 - $0 }.dequantize(into: &turned)
            let reversed: [Float] = (0..<7).flatMap { row(6 - $0) }
            #expect(turned == reversed)
        }
    }

    /// Few rows are multiplied with the blocks, many with packed panels.
    @Test(arguments: KernelLevel.supported, BlockType.allCases)
    func productAgreesWithDoubleSums(level: KernelLevel, type: BlockType) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 22)
            for (outputs, inputs) in [(1, 256), (5, 512), (70, 512)] {
                let (matrix, weights) = QuantizedMatrix.random(type, outputs: outputs, inputs: inputs, &numbers)
                for rows in [1, 2, 3, 4, 7, 9, 40] {
                    let (stride, cStride) = (inputs + 3, outputs + 1)
                    let a = numbers.array(rows * stride)
                    let bias = numbers.array(outputs)
                    let residual = numbers.array(rows * cStride)
                    let activation = rows % 2 == 0 ? Activation.silu : .none
                    let sums = Reference.product(
                        m: rows, n: outputs, k: inputs, a, stride, false, weights, inputs, true)
                    var c = residual
                    var arguments = [Float](repeating: 0, count: c.count)
                    c.withUnsafeMutableBufferPointer { c in
                        MatrixProduct.multiply(
                            a, rows: rows, rowStride: stride, by: matrix, bias: bias, activation: activation,
                            residual: UnsafePointer(c.baseAddress!), arguments: &arguments, into: c.baseAddress!,
                            rowStride: cStride)  // never empty
                    }
                    var (expected, expectedArguments) = (residual.map(Double.init), arguments.map { _ in 0.0 })
                    for i in 0..<rows {
                        for j in 0..<outputs {
                            let argument = sums[i * outputs + j] + Double(bias[j])
                            expectedArguments[i * cStride + j] = argument
                            expected[i * cStride + j] += Reference.activation(activation, argument)
                        }
                    }
                    #expect(relativeDifference(c, expected) < 1e-5, "\(rows) \(outputs) \(inputs)")
                    #expect(relativeDifference(arguments, expectedArguments) < 1e-5, "\(rows) \(outputs) \(inputs)")
                }
            }
        }
    }

    /// One number far larger than the others, tiny numbers, and nothing but zeros.
    @Test(arguments: KernelLevel.supported, BlockType.allCases)
    func numbersOfAnySizeAreMultiplied(level: KernelLevel, type: BlockType) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 24)
            let (outputs, inputs) = (9, 512)
            let (matrix, weights) = QuantizedMatrix.random(type, outputs: outputs, inputs: inputs, &numbers)
            func product(_ a: [Float]) -> [Float] {
                var c = [Float](repeating: .nan, count: outputs)
                MatrixProduct.multiply(a, rows: 1, rowStride: inputs, by: matrix, into: &c, rowStride: outputs)
                return c
            }
            var outlier = numbers.array(inputs)
            outlier[77] = -3000
            for a in [outlier, numbers.array(inputs).map { $0 * 1e-20 }, numbers.array(inputs).map { $0 * 1e30 }] {
                let expected = Reference.product(
                    m: 1, n: outputs, k: inputs, a, inputs, false, weights, inputs, true)
                #expect(relativeDifference(product(a), expected) < 1e-5)
            }
            #expect(product([Float](repeating: 0, count: inputs)) == [Float](repeating: 0, count: outputs))
            for value in [Float.nan, .infinity] {
                var a = numbers.array(inputs)
                a[300] = value
                #expect(product(a).allSatisfy { !$0.isFinite })
            }
        }
    }

    @Test(arguments: KernelLevel.supported, [BlockType.q41, .q80, .q6K])
    func threadsChangeNothing(level: KernelLevel, type: BlockType) {
        var numbers = Numbers(seed: 23)
        let (matrix, _) = QuantizedMatrix.random(type, outputs: 900, inputs: 512, &numbers)
        let a = numbers.array(40 * 512)
        func product(rows: Int, threads: Int) -> [Float] {
            let before = Threads.count
            Threads.setCount(threads)
            defer { Threads.setCount(before) }
            var c = [Float](repeating: .nan, count: rows * 900)
            KernelLevel.force(level) {
                MatrixProduct.multiply(a, rows: rows, rowStride: 512, by: matrix, into: &c, rowStride: 900)
            }
            return c
        }
        for rows in [1, 3, 8, 40] { #expect(product(rows: rows, threads: 1) == product(rows: rows, threads: 2)) }
        // A row does not depend on the rows beside it.
        #expect(product(rows: 1, threads: 2) == Array(product(rows: 8, threads: 2)[..<900]))
    }

    /// The nearest of the values that a block can have, whatever the number of threads.
    @Test(arguments: [BlockType.q80, .q40])
    func quantizedWeightsAreTheNearest(type: BlockType) {
        var numbers = Numbers(seed: 24)
        let (outputs, inputs) = (70, 512)
        let weights = numbers.array(outputs * inputs)
        func quantized(threads: Int) -> [Float] {
            let before = Threads.count
            Threads.setCount(threads)
            defer { Threads.setCount(before) }
            let matrix = QuantizedMatrix(quantizing: weights, outputs: outputs, inputs: inputs, as: type)
            #expect(matrix.blockType == type && matrix.outputs == outputs && matrix.inputs == inputs)
            var values = [Float](repeating: .nan, count: weights.count)
            matrix.dequantize(into: &values)
            return values
        }
        let values = quantized(threads: 2)
        #expect(values == quantized(threads: 1))
        for start in stride(from: 0, to: weights.count, by: 32) {
            let block = weights[start..<start + 32]
            let largest = block.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
            let scale = type == .q80 ? abs(largest) / 127 : largest / -8
            for (weight, value) in zip(block, values[start..<start + 32]) {
                // Seven steps to the side of the largest's opposite, eight to its own.
                let q = (weight / scale).rounded()
                let nearest = scale * (type == .q80 ? q : min(7, max(-8, q)))
                // The scale is rounded to eleven bits; at a border either neighbour is as near.
                #expect(
                    abs(value - nearest) <= abs(nearest) * 0x1p-10
                        || abs(abs(weight / scale - q) - 0.5) < 1e-3, "\(weight) became \(value), not \(nearest)")
            }
        }
    }
}
