import Kernels
import Testing

@Suite struct MatrixProductTests {
    @Test(arguments: KernelLevel.supported)
    func generalProductAgreesWithDoubleSums(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 1)
            for ((m, n), k) in product(
                product([1, 2, 3, 7, 13, 33, 100], [1, 3, 8, 17, 33, 65]), [0, 1, 5, 16, 31, 100])
            {
                for transposes in 0..<4 {
                    let (transposeA, transposeB) = (transposes & 1 != 0, transposes & 2 != 0)
                    let aStride = (transposeA ? m : k) + 3
                    let bStride = (transposeB ? k : n) + 1
                    let cStride = n + 2
                    let a = numbers.array(aStride * max(transposeA ? k : m, 1))
                    let b = numbers.array(bStride * max(transposeB ? n : k, 1))
                    let old = numbers.array(cStride * m)
                    for (alpha, beta) in [(Float(1), Float(0)), (0.5, 2)] {
                        // With beta 0 the old values must not be read.
                        var c = beta == 0 ? [Float](repeating: .nan, count: old.count) : old
                        MatrixProduct.multiply(
                            m: m, n: n, k: k, alpha: alpha, a: a, aStride: aStride, transposeA: transposeA, b: b,
                            bStride: bStride, transposeB: transposeB, beta: beta, c: &c, cStride: cStride)
                        let exact = Reference.product(m: m, n: n, k: k, a, aStride, transposeA, b, bStride, transposeB)
                        var expected = (beta == 0 ? [Float](repeating: .nan, count: old.count) : old).map(Double.init)
                        for i in 0..<m {
                            for j in 0..<n {
                                expected[i * cStride + j] =
                                    Double(alpha) * exact[i * n + j]
                                    + (beta == 0 ? 0 : Double(beta) * Double(old[i * cStride + j]))
                            }
                        }
                        #expect(relativeDifference(c, expected) < 1e-5, "\(m) \(n) \(k) \(transposes) \(alpha)")
                    }
                }
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func largeProductsAgreeWithOpenBLAS(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 2)
            for (m, n, k) in [(1500, 100, 130), (97, 900, 64), (300, 70, 2500), (200, 1700, 40), (2, 50, 5000)] {
                let a = numbers.array(m * k)
                let b = numbers.array(n * k)
                var c = [Float](repeating: 0, count: m * n)
                var expected = c
                MatrixProduct.multiply(
                    m: m, n: n, k: k, a: a, aStride: k, b: b, bStride: k, transposeB: true, c: &c, cStride: n)
                MatrixProduct.multiplyWithOpenBLAS(
                    m: m, n: n, k: k, a: a, aStride: k, b: b, bStride: k, transposeB: true, c: &expected, cStride: n)
                #expect(relativeDifference(c, expected.map(Double.init)) < 1e-5, "\(m) \(n) \(k)")
            }
        }
    }

    @Test(arguments: KernelLevel.supported, [ElementType.float32, .float16, .bfloat16])
    func packedProductAgreesWithDoubleSums(level: KernelLevel, type: ElementType) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 3)
            for rows in [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 16, 25, 100, 200] {
                for (outputs, inputs) in [(1, 1), (3, 7), (16, 16), (17, 31), (33, 9), (100, 33), (70, 384)] {
                    let source = numbers.array(outputs * inputs)
                    // One byte off, because files align nothing.
                    var stored = [UInt8](repeating: 0, count: source.count * type.byteCount + 1)
                    stored.withUnsafeMutableBytes {
                        Conversion.convert(source, .float32, to: $0.baseAddress! + 1, type, count: source.count)
                    }
                    let weight = stored.withUnsafeBytes {
                        PackedMatrix(outputs: outputs, inputs: inputs, elementType: type, $0.baseAddress! + 1)
                    }
                    var exact = source
                    stored.withUnsafeBytes {
                        Conversion.convert($0.baseAddress! + 1, type, to: &exact, .float32, count: source.count)
                    }
                    let stride = inputs + 2
                    let a = numbers.array(rows * stride)
                    let cStride = outputs + 1
                    let sums = Reference.product(
                        m: rows, n: outputs, k: inputs, a, stride, false, exact, inputs, true)
                    let bias = numbers.array(outputs)
                    let residual = numbers.array(rows * cStride)
                    for activation in Activation.allCases {
                        // The residual is the output's old value.
                        var c = residual
                        c.withUnsafeMutableBufferPointer { c in
                            MatrixProduct.multiply(
                                a, rows: rows, rowStride: stride, by: weight, bias: bias, activation: activation,
                                residual: UnsafePointer(c.baseAddress!), into: c.baseAddress!, rowStride: cStride)
                        }
                        var expected = residual.map(Double.init)
                        for i in 0..<rows {
                            for j in 0..<outputs {
                                expected[i * cStride + j] += Reference.activation(
                                    activation, sums[i * outputs + j] + Double(bias[j]))
                            }
                        }
                        #expect(relativeDifference(c, expected) < 1e-5, "\(rows) \(outputs) \(inputs) \(activation)")
                    }
                }
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func rowsMayOverlap(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 4)
            let (rows, outputs, inputs, stride) = (40, 20, 24, 8)
            let a = numbers.array((rows - 1) * stride + inputs)
            let source = numbers.array(outputs * inputs)
            let weight = PackedMatrix(outputs: outputs, inputs: inputs, elementType: .float32, source)
            var c = [Float](repeating: .nan, count: rows * outputs)
            MatrixProduct.multiply(a, rows: rows, rowStride: stride, by: weight, into: &c, rowStride: outputs)
            let expected = Reference.product(m: rows, n: outputs, k: inputs, a, stride, false, source, inputs, true)
            #expect(relativeDifference(c, expected) < 1e-5)
        }
    }

    @Test(arguments: KernelLevel.supported)
    func emptyShapesAreLegal(level: KernelLevel) {
        KernelLevel.force(level) {
            let one: [Float] = [1]
            var c: [Float] = [5, 6]
            let noOutputs = PackedMatrix(outputs: 0, inputs: 1, elementType: .float32, one)
            MatrixProduct.multiply(one, rows: 1, rowStride: 1, by: noOutputs, into: &c, rowStride: 0)
            let noInputs = PackedMatrix(outputs: 2, inputs: 0, elementType: .float16, one)
            MatrixProduct.multiply(one, rows: 0, rowStride: 1, by: noInputs, into: &c, rowStride: 2)
            #expect(c == [5, 6])
            MatrixProduct.multiply(one, rows: 1, rowStride: 0, by: noInputs, bias: [1, 2], into: &c, rowStride: 2)
            #expect(c == [1, 2])
        }
    }

    @Test(arguments: KernelLevel.supported)
    func notANumberReachesItsRowOnly(level: KernelLevel) {
        KernelLevel.force(level) {
            let (rows, size) = (5, 20)
            var a = [Float](repeating: 1, count: rows * size)
            a[2 * size + 3] = .nan
            a[4 * size + 1] = .infinity
            let weight = PackedMatrix(
                outputs: size, inputs: size, elementType: .float32, [Float](repeating: 0.5, count: size * size))
            for activation in Activation.allCases {
                var c = [Float](repeating: 0, count: rows * size)
                MatrixProduct.multiply(
                    a, rows: rows, rowStride: size, by: weight, activation: activation, into: &c, rowStride: size)
                for row in 0..<rows {
                    for value in c[row * size..<(row + 1) * size] {
                        #expect(value.isNaN == (row == 2), "\(activation) row \(row)")
                    }
                }
            }
        }
    }
}
