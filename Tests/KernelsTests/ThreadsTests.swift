import Foundation
import Kernels
import Synchronization
import Testing

/// Serialized because the thread count is the process'; other suites give the same results whatever it is.
@Suite(.serialized) struct ThreadsTests {
    @Test(arguments: [1, 2, 3, 5])
    func eachChunkRunsOnce(threads: Int) {
        let count = Threads.count
        defer { Threads.setCount(count) }
        Threads.setCount(threads)
        for chunks in [0, 1, 2, 3, 10, 1000] {
            let runs = (0..<chunks).map { _ in Counter() }
            Threads.parallelFor(chunks) { runs[$0].add() }
            #expect(runs.allSatisfy { $0.value == 1 })
        }
    }

    @Test func severalCallersAndNestedCalls() async {
        let count = Threads.count
        defer { Threads.setCount(count) }
        Threads.setCount(4)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let total = Counter()
                    for _ in 0..<300 {
                        Threads.parallelFor(7) { _ in Threads.parallelFor(3) { total.add($0) } }
                    }
                    return total.value
                }
            }
            for await total in group { #expect(total == 300 * 7 * 3) }
        }
    }

    @Test func theCountMayChangeBetweenCalls() {
        let count = Threads.count
        defer { Threads.setCount(count) }
        let total = Counter()
        for index in 0..<100 {
            Threads.setCount(1 + index % 4)
            Threads.parallelFor(20) { _ in total.add() }
        }
        #expect(total.value == 2000)
        Threads.setCount(0)
        #expect(Threads.count == 1)
    }

    @Test(arguments: KernelLevel.supported)
    func resultsDoNotDependOnTheThreads(level: KernelLevel) {
        let count = Threads.count
        defer { Threads.setCount(count) }
        let results = [1, 2, 5].map { threads in
            Threads.setCount(threads)
            return KernelLevel.force(level) { everything() }
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    /// The bits of one result of each parallel kernel.
    private func everything() -> [[UInt32]] {
        var numbers = Numbers(seed: 14)
        var results: [[Float]] = []
        for (rows, outputs, inputs) in [(1, 3000, 100), (5, 1000, 70), (333, 800, 90)] {
            let weight = PackedMatrix(
                outputs: outputs, inputs: inputs, elementType: .float32, numbers.array(outputs * inputs))
            var c = [Float](repeating: 0, count: rows * outputs)
            MatrixProduct.multiply(
                numbers.array(rows * inputs), rows: rows, rowStride: inputs, by: weight, activation: .gelu, into: &c,
                rowStride: outputs)
            results.append(c)
        }
        var c = [Float](repeating: 0, count: 300 * 200)
        MatrixProduct.multiply(
            m: 300, n: 200, k: 1500, a: numbers.array(300 * 1500), aStride: 1500, b: numbers.array(200 * 1500),
            bStride: 200, c: &c, cStride: 200)
        results.append(c)
        for queries in [1, 200] {
            let width = 4 * 64
            var output = [Float](repeating: 0, count: queries * width)
            Attention.forward(
                queries: numbers.array(queries * width), queryCount: queries, queryStride: width,
                keys: numbers.array(500 * width), values: numbers.array(500 * width), keyStride: width,
                keySequenceStride: 0, keyCounts: [500], heads: 4, keyHeads: 4, width: 64, scale: 0.125,
                output: &output, outputStride: width)
            results.append(output)
        }
        let x = numbers.array(300 * 1000)
        var y = x
        Rows.softmax(x, rows: 300, columns: 1000, into: &y)
        results.append(y)
        Rows.layerNorm(x, rows: 300, columns: 1000, epsilon: 1e-5, into: &y)
        results.append(y)
        var sums = [Float](repeating: 0, count: 1000)
        Rows.columnSum(x, rows: 300, columns: 1000, into: &sums)
        results.append(sums)
        results.append([Elementwise.dot(x, y, count: x.count)])
        return results.map { $0.map(\.bitPattern) }
    }
}

private final class Counter: Sendable {
    private let count = Atomic(0)
    func add(_ amount: Int = 1) { count.add(amount, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}
