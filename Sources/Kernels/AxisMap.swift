import CKernels

/// A sparse linear map along one axis: each place of the result is a weighted sum of a few places of the source.
///
/// Average pooling, resizing, zero padding, flipping and tiling are such maps, one per spatial axis, and the gradient of
/// each is the transposed map.
public struct AxisMap: Sendable {
    public let inputs: Int
    public let outputs: Int
    /// Row `output` of the matrix is `entries[starts[output]..<starts[output + 1]]`.
    private var starts: [Int] = [0]
    private var entries: [(input: Int, weight: Float)] = []

    /// - Parameter row: the terms of one place of the result.
    public init(inputs: Int, outputs: Int, row: (Int) -> [(input: Int, weight: Float)]) {
        self.inputs = inputs
        self.outputs = outputs
        for output in 0..<outputs {
            for entry in row(output) {
                precondition(
                    (0..<inputs).contains(entry.input), "AxisMap: \(entry.input) is not one of \(inputs) places")
                entries.append(entry)
            }
            starts.append(entries.count)
        }
    }

    public var transposed: AxisMap {
        var rows = [[(input: Int, weight: Float)]](repeating: [], count: inputs)
        for output in 0..<outputs {
            for entry in entries[starts[output]..<starts[output + 1]] {
                rows[entry.input].append((output, entry.weight))
            }
        }
        return AxisMap(inputs: outputs, outputs: inputs) { rows[$0] }
    }

    /// Maps the middle axis: `x` is `[outer, inputs, inner]`, `y` `[outer, outputs, inner]`.
    public func apply(
        _ x: UnsafePointer<Float>, outer: Int, inner: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(outer * outputs, chunk: max(1, (16 << 10) / max(1, inner))) { range in
            for index in range {
                let (run, output) = (index / outputs, index % outputs)
                let (source, target) = (x + run * inputs * inner, y + index * inner)
                let row = starts[output]..<starts[output + 1]
                guard let first = row.first else {
                    target.initialize(repeating: 0, count: inner)
                    continue
                }
                table.pointee.binary_scalar(
                    Elementwise.Combination.multiply.rawValue, source + entries[first].input * inner,
                    entries[first].weight, false, target, inner)
                for entry in entries[row.dropFirst()] {
                    table.pointee.add_scaled(source + entry.input * inner, entry.weight, target, inner)
                }
            }
        }
    }
}
