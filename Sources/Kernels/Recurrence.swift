import CKernels

/// One direction of a recurrent layer over whole sequences, and back through time.
///
/// Layout: `[batch, time, …]`. The gates are PyTorch's: input, forget, cell, output; reset, update, new.
public struct Recurrence: Sendable {
    public enum Cell: Sendable {
        case lstm
        case gru

        /// Gates computed from sums of inputs and of the hidden state.
        public var gateCount: Int { self == .lstm ? 4 : 3 }
    }

    public let cell: Cell
    public let batch: Int
    public let time: Int
    /// Elements of the hidden state.
    public let width: Int
    /// From the last step to the first.
    public let isReversed: Bool
    /// Steps of each sequence; later ones leave its state as it is. All steps if nil.
    public let lengths: [Int]?

    public init(cell: Cell, batch: Int, time: Int, width: Int, isReversed: Bool, lengths: [Int]?) {
        precondition(
            lengths.map { $0.count == batch && $0.allSatisfy { (0...time).contains($0) } } ?? true,
            "Recurrence: the lengths do not fit \(batch) sequences of \(time) steps")
        self.cell = cell
        self.batch = batch
        self.time = time
        self.width = width
        self.isReversed = isReversed
        self.lengths = lengths
    }

    /// What a step leaves for backward, per sequence and step: four numbers for each element of the hidden state.
    public var savedCount: Int { batch * time * 4 * width }

    /// - Parameters:
    ///   - inputs: the sums of the inputs' products and biases, `[batch, time, gates · width]`.
    ///   - weight: `[gates · width, width]`.
    ///   - bias: `[gates · width]`.
    ///   - initial: hidden state, `[batch, width]`; for an LSTM the cell follows it.
    ///   - saved: `savedCount` elements.
    ///   - cells: `[batch, time, width]`; of an LSTM only.
    ///   - hidden: `[batch, time, width]`.
    public func forward(
        inputs: UnsafePointer<Float>, weight: WeightMatrix, bias: UnsafePointer<Float>?,
        initial: UnsafePointer<Float>, saved: UnsafeMutablePointer<Float>, cells: UnsafeMutablePointer<Float>?,
        hidden: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        let (rows, gates) = (time * width, cell.gateCount * width)
        let sums = kernels_scratch(4, max(64, batch * gates * 4)).assumingMemoryBound(to: Float.self)
        for (index, step) in steps.enumerated() {
            let isFirst = index == 0
            let before = isFirst ? initial : UnsafePointer(hidden + previous(step) * width)
            let beforeStride = isFirst ? width : rows
            switch cell {
            case .lstm:
                let target = saved + step * gates
                MatrixProduct.multiply(
                    before, rows: batch, rowStride: beforeStride, by: weight, bias: bias,
                    residual: inputs + step * gates, into: target, rowStride: time * gates)
                let cells = cells!  // an LSTM has them
                forEachSequence { n in
                    let cellBefore =
                        isFirst
                        ? initial + (batch + n) * width
                        : UnsafePointer(cells + n * rows + previous(step) * width)
                    let (cell, state) = (cells + n * rows + step * width, hidden + n * rows + step * width)
                    guard isActive(n, step) else {
                        cell.update(from: cellBefore, count: width)
                        state.update(from: before + n * beforeStride, count: width)
                        return
                    }
                    table.pointee.lstm_gates(target + n * time * gates, cellBefore, width, cell, state)
                }
            case .gru:
                MatrixProduct.multiply(
                    before, rows: batch, rowStride: beforeStride, by: weight, bias: bias, into: sums, rowStride: gates)
                forEachSequence { n in
                    let state = hidden + n * rows + step * width
                    guard isActive(n, step) else {
                        state.update(from: before + n * beforeStride, count: width)
                        return
                    }
                    table.pointee.gru_gates(
                        inputs + (n * time + step) * gates, sums + n * gates, before + n * beforeStride, width,
                        saved + (n * time + step) * 4 * width, state)
                }
            }
        }
    }

    /// - Parameters:
    ///   - weight: the transposed one, `[width, gates · width]`.
    ///   - hiddenGradient: of every step's hidden state, `[batch, time, width]`.
    ///   - stateGradient: on entry the gradient of the last hidden state, `[batch, width]` (and, for an LSTM, of the last
    ///     cell behind it); on return that of the initial one.
    ///   - inputsGradient: `[batch, time, gates · width]`.
    ///   - sumsGradient: likewise of the recurrent sums; for an LSTM it is the same and may be the same memory.
    public func backward(
        weight: PackedMatrix, initial: UnsafePointer<Float>, saved: UnsafePointer<Float>,
        cells: UnsafePointer<Float>?, hidden: UnsafePointer<Float>, hiddenGradient: UnsafePointer<Float>,
        stateGradient: UnsafeMutablePointer<Float>, inputsGradient: UnsafeMutablePointer<Float>,
        sumsGradient: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        let (rows, gates) = (time * width, cell.gateCount * width)
        let total = kernels_scratch(4, max(64, batch * width * 4)).assumingMemoryBound(to: Float.self)
        for (index, step) in steps.enumerated().reversed() {
            let isFirst = index == 0
            forEachSequence { n in
                let (place, state) = (n * time + step, stateGradient + n * width)
                guard isActive(n, step) else {
                    (inputsGradient + place * gates).initialize(repeating: 0, count: gates)
                    (sumsGradient + place * gates).initialize(repeating: 0, count: gates)
                    return
                }
                table.pointee.binary(
                    Elementwise.Combination.add.rawValue, state, hiddenGradient + place * width, total + n * width,
                    width)
                let before = isFirst ? initial + n * width : hidden + n * rows + previous(step) * width
                switch cell {
                case .lstm:
                    let cells = cells!  // an LSTM has them
                    let cellBefore =
                        isFirst ? initial + (batch + n) * width : cells + n * rows + previous(step) * width
                    table.pointee.lstm_gradient(
                        saved + place * gates, cellBefore, cells + place * width, total + n * width, width,
                        stateGradient + (batch + n) * width, sumsGradient + place * gates)
                    state.initialize(repeating: 0, count: width)
                case .gru:
                    table.pointee.gru_gradient(
                        saved + place * 4 * width, before, width, total + n * width, inputsGradient + place * gates,
                        sumsGradient + place * gates)
                    state.update(from: total + n * width, count: width)
                }
            }
            MatrixProduct.multiply(
                sumsGradient + step * gates, rows: batch, rowStride: time * gates, by: weight, residual: stateGradient,
                into: stateGradient, rowStride: width)
        }
    }

    private var steps: [Int] { isReversed ? (0..<time).reversed() : Array(0..<time) }

    /// The step computed before `step`.
    public func previous(_ step: Int) -> Int { isReversed ? step + 1 : step - 1 }

    public func isActive(_ sequence: Int, _ step: Int) -> Bool { lengths.map { step < $0[sequence] } ?? true }

    private func forEachSequence(_ body: (Int) -> Void) {
        Threads.parallelRanges(batch, chunk: max(1, (4 << 10) / max(1, width))) { for n in $0 { body(n) } }
    }
}
