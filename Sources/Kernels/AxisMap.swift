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
    /// Neighbouring places of the result that are neighbours in the source too, all with one weight; those of more than one
    /// term, and those of none, which have no input, stand alone.
    private var runs: [(outputs: Range<Int>, input: Int?, weight: Float)] = []

    /// With fewer numbers than this at a place, the places of a run are computed in one.
    private static let narrow = 64

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
        for output in 0..<outputs { addToRuns(output) }
    }

    private mutating func addToRuns(_ output: Int) {
        let row = entries[starts[output]..<starts[output + 1]]
        if let last = runs.last, row.count <= 1 {
            let previous = starts[last.outputs.lowerBound + 1] - starts[last.outputs.lowerBound]
            let continues =
                row.first.map { entry in
                    last.input.map { $0 + last.outputs.count == entry.input && last.weight == entry.weight } ?? false
                } ?? (last.input == nil)
            if previous <= 1, continues {
                runs[runs.count - 1].outputs = last.outputs.lowerBound..<output + 1
                return
            }
        }
        runs.append((output..<output + 1, row.first?.input, row.first?.weight ?? 0))
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
        if inner < Self.narrow, runs.count < outputs {
            Threads.parallelRanges(outer, chunk: max(1, (16 << 10) / max(1, outputs * inner))) { range in
                for index in range {
                    for run in runs {
                        compute(
                            run.outputs, x + index * inputs * inner, inner: inner, into: y + index * outputs * inner)
                    }
                }
            }
        } else {
            Threads.parallelRanges(outer * outputs, chunk: max(1, (16 << 10) / max(1, inner))) { range in
                for index in range {
                    let (outerIndex, output) = (index / outputs, index % outputs)
                    compute(
                        output..<output + 1, x + outerIndex * inputs * inner, inner: inner,
                        into: y + outerIndex * outputs * inner)
                }
            }
        }
    }

    /// - Parameter places: of one run, or a single one.
    private func compute(
        _ places: Range<Int>, _ x: UnsafePointer<Float>, inner: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let (target, count) = (y + places.lowerBound * inner, places.count * inner)
        let row = starts[places.lowerBound]..<starts[places.lowerBound + 1]
        guard let first = row.first else {
            target.initialize(repeating: 0, count: count)
            return
        }
        let table = KernelTable.current
        table.pointee.binary_scalar(
            Elementwise.Combination.multiply.rawValue, x + entries[first].input * inner, entries[first].weight, false,
            target, count)
        for entry in entries[row.dropFirst()] {
            table.pointee.add_scaled(x + entry.input * inner, entry.weight, target, count)
        }
    }
}
