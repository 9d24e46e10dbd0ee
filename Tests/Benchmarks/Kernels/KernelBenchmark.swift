import COpenBLAS
import Kernels

/// Times the numeric kernels beside OpenBLAS and prints a table: `kernel-benchmark [threads] [rounds] [name filter]`.
@main
enum KernelBenchmark {
    static func main() {
        let arguments = CommandLine.arguments
        let threads = arguments.count > 1 ? Int(arguments[1]) ?? 1 : 1
        let rounds = arguments.count > 2 ? Int(arguments[2]) ?? 9 : 9
        let filter = arguments.count > 3 ? arguments[3] : ""
        Threads.setCount(threads)
        // OpenBLAS gets the same number of threads; the first product sets it to one, so it is overridden after that.
        var one: Float = 1
        var result: Float = 0
        MatrixProduct.multiplyWithOpenBLAS(
            m: 1, n: 1, k: 1, a: &one, aStride: 1, b: &one, bStride: 1, c: &result, cStride: 1)
        openblas_set_num_threads(Int32(threads))
        let core = openblas_get_corename().map { String(cString: $0) } ?? "?"
        let clock = threads == 1 ? "thread CPU time" : "wall time"
        print(
            "kernels \(KernelLevel.current.rawValue), OpenBLAS \(core), \(threads) threads, \(clock), \(rounds) rounds")
        products(threads, rounds, filter)
        trainingProducts(threads, rounds, filter)
        attention(threads, rounds, filter)
        rows(threads, rounds, filter)
    }

    static func products(_ threads: Int, _ rounds: Int, _ filter: String) {
        let shapes = [
            (1500, 1536, 384), (1500, 384, 384), (1500, 384, 1536), (16, 1536, 384), (4, 1536, 384), (2, 1536, 384),
            (1, 1536, 384), (1, 51864, 384), (5, 51864, 384), (256, 256, 256), (1024, 1024, 1024), (512, 4096, 4096),
            (1, 4096, 4096),
        ]
        for (m, n, k) in shapes where "product \(m)x\(n)x\(k)".contains(filter) || filter.isEmpty {
            var numbers = Numbers()
            let a = numbers.array(m * k)
            let b = numbers.array(n * k)
            var c = [Float](repeating: 0, count: m * n)
            var halves = [UInt16](repeating: 0, count: n * k)
            Conversion.convert(b, .float32, to: &halves, .float16, count: n * k)
            let float32 = PackedMatrix(outputs: n, inputs: k, elementType: .float32, b)
            let float16 = PackedMatrix(outputs: n, inputs: k, elementType: .float16, halves)
            Conversion.convert(b, .float32, to: &halves, .bfloat16, count: n * k)
            let bfloat16 = PackedMatrix(outputs: n, inputs: k, elementType: .bfloat16, halves)
            c.withUnsafeMutableBufferPointer { buffer in
                let c = buffer.baseAddress!  // never empty: every shape above is positive
                func packed(_ weight: PackedMatrix) -> () -> Void {
                    { MatrixProduct.multiply(a, rows: m, rowStride: k, by: weight, into: c, rowStride: n) }
                }
                let times = medians(
                    rounds: rounds, threads: threads,
                    [
                        packed(float32), packed(float16), packed(bfloat16),
                        {
                            MatrixProduct.multiply(
                                m: m, n: n, k: k, a: a, aStride: k, b: b, bStride: k, transposeB: true, c: c, cStride: n
                            )
                        },
                        {
                            MatrixProduct.multiplyWithOpenBLAS(
                                m: m, n: n, k: k, a: a, aStride: k, b: b, bStride: k, transposeB: true, c: c, cStride: n
                            )
                        },
                    ])
                let operations = 2 * Double(m) * Double(n) * Double(k)
                let names = ["float32", "float16", "bfloat16", "unpacked", "OpenBLAS"]
                var line = pad("product \(m)x\(n)x\(k)", 26)
                for (name, time) in zip(names, times) { line += "  \(name) \(pad(operations / time / 1e9, 6))" }
                line += " GFLOP/s; OpenBLAS/float32 time \(pad(times[4] / times[0], 5))"
                if m == 1 { line += "; float16 \(pad(Double(2 * n * k) / times[1] / 1e9, 5)) GB/s" }
                print(line)
            }
        }
    }

    /// The three products of a linear layer in training, each packing both factors within the call: x · wᵀ, dy · w and
    /// dyᵀ · x.
    static func trainingProducts(_ threads: Int, _ rounds: Int, _ filter: String) {
        let shapes = [
            (4096, 384, 384), (4096, 1536, 384), (4096, 384, 1536), (512, 4096, 384), (4000, 144, 144),
            (4000, 576, 144), (4000, 144, 576),
        ]
        for (rows, outputs, inputs) in shapes {
            let products = [
                ("x wT", rows, outputs, inputs, false, true), ("dy w", rows, inputs, outputs, false, false),
                ("dyT x", outputs, inputs, rows, true, false),
            ]
            for (name, m, n, k, transposeA, transposeB) in products {
                let title = "training \(rows)x\(outputs)x\(inputs) \(name)"
                guard filter.isEmpty || title.contains(filter) else { continue }
                var numbers = Numbers()
                let a = numbers.array(m * k)
                let b = numbers.array(n * k)
                var c = [Float](repeating: 0, count: m * n)
                let times = c.withUnsafeMutableBufferPointer { buffer in
                    let c = buffer.baseAddress!  // never empty: every shape above is positive
                    return medians(
                        rounds: rounds, threads: threads,
                        [
                            {
                                MatrixProduct.multiply(
                                    m: m, n: n, k: k, a: a, aStride: transposeA ? m : k, transposeA: transposeA, b: b,
                                    bStride: transposeB ? k : n, transposeB: transposeB, c: c, cStride: n)
                            },
                            {
                                MatrixProduct.multiplyWithOpenBLAS(
                                    m: m, n: n, k: k, a: a, aStride: transposeA ? m : k, transposeA: transposeA, b: b,
                                    bStride: transposeB ? k : n, transposeB: transposeB, c: c, cStride: n)
                            },
                        ])
                }
                let operations = 2 * Double(m) * Double(n) * Double(k)
                print(
                    pad(title, 34), "float32", pad(operations / times[0] / 1e9, 6), " OpenBLAS",
                    pad(operations / times[1] / 1e9, 6), "GFLOP/s; OpenBLAS/float32 time", pad(times[1] / times[0], 5))
            }
        }
    }

    static func attention(_ threads: Int, _ rounds: Int, _ filter: String) {
        let shapes = [
            (1500, 1500, 6, 64, false), (448, 448, 6, 64, true), (1, 1500, 6, 64, false), (1, 200, 6, 64, true),
            (4, 1500, 6, 64, false), (8, 1500, 6, 64, false), (16, 1500, 6, 64, false), (24, 1500, 6, 64, false),
            (512, 512, 12, 128, true),
        ]
        for (queries, keys, heads, width, causal) in shapes {
            let name = "attention \(queries)x\(keys) \(heads)x\(width)\(causal ? " causal" : "")"
            guard filter.isEmpty || name.contains(filter) else { continue }
            var numbers = Numbers()
            let row = heads * width
            let q = numbers.array(queries * row)
            let k = numbers.array(keys * row)
            let v = numbers.array(keys * row)
            var halfK = [UInt16](repeating: 0, count: keys * row)
            var halfV = halfK
            Conversion.convert(k, .float32, to: &halfK, .float16, count: k.count)
            Conversion.convert(v, .float32, to: &halfV, .float16, count: v.count)
            var output = [Float](repeating: 0, count: queries * row)
            let times = output.withUnsafeMutableBufferPointer { buffer in
                let output = buffer.baseAddress!  // never empty: every shape above is positive
                func run(_ k: UnsafeRawPointer, _ v: UnsafeRawPointer, _ type: ElementType) {
                    Attention.forward(
                        queries: q, queryCount: queries, queryStride: row, keys: k, values: v, keyValueType: type,
                        keyStride: row, keySequenceStride: 0, keyCounts: [keys],
                        causalOffsets: causal ? [keys - queries] : nil, heads: heads, keyHeads: heads, width: width,
                        scale: 0.125, output: output, outputStride: row)
                }
                return medians(
                    rounds: rounds, threads: threads, [{ run(k, v, .float32) }, { run(halfK, halfV, .float16) }])
            }
            let operations = 4 * Double(queries) * Double(keys) * Double(row) / (causal && queries > 1 ? 2 : 1)
            var line = pad(name, 26)
            for (type, time) in zip(["float32", "float16"], times) {
                line += "  \(type) \(pad(time * 1e6, 8)) us \(pad(operations / time / 1e9, 6)) GFLOP/s"
            }
            print(line)
        }
    }

    static func rows(_ threads: Int, _ rounds: Int, _ filter: String) {
        let (rows, columns) = (16, 1024)
        var numbers = Numbers()
        let x = numbers.array(rows * columns)
        var y = x
        y.withUnsafeMutableBufferPointer { buffer in
            let y = buffer.baseAddress!  // holds 16 Ki elements
            var contestants: [(String, () -> Void)] = [
                ("softmax", { Rows.softmax(x, rows: rows, columns: columns, into: y) }),
                ("logSoftmax", { Rows.logSoftmax(x, rows: rows, columns: columns, into: y) }),
                ("layerNorm", { Rows.layerNorm(x, rows: rows, columns: columns, epsilon: 1e-5, into: y) }),
                ("rmsNorm", { Rows.rmsNorm(x, rows: rows, columns: columns, epsilon: 1e-5, into: y) }),
                ("row max", { Rows.max(x, rows: rows, columns: columns, into: y) }),
                ("row sum", { Rows.sum(x, rows: rows, columns: columns, into: y) }),
                ("add", { Elementwise.combine(.add, x, x, into: y, count: x.count) }),
            ]
            for function in [Elementwise.Function.exp, .log, .tanh, .sigmoid, .gelu, .geluTanh, .silu, .sqrt] {
                contestants.append(("\(function)", { Elementwise.apply(function, x, into: y, count: x.count) }))
            }
            contestants = contestants.filter { filter.isEmpty || $0.0.contains(filter) }
            for (contestant, time) in zip(
                contestants, medians(rounds: rounds, threads: threads, contestants.map(\.1)))
            {
                print(pad("\(contestant.0), 16 Ki floats", 26), pad(time / Double(x.count) * 1e9, 6), "ns per element")
            }
        }
    }
}

/// Reproducible inputs in -1...1.
struct Numbers {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func array(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Float(state >> 40) / Float(1 << 23) - 1
        }
    }
}

func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

/// The number with about three significant digits, right-aligned.
func pad(_ number: Double, _ width: Int) -> String {
    let digits = number < 1 ? 1000.0 : number < 100 ? 10 : 1
    let rounded = (number * digits).rounded() / digits
    let text = digits == 1 ? "\(Int(rounded))" : "\(rounded)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
}
