public import Tensors

/// The rows of all sequences behind each other, without those that only fill up a batch.
///
/// Shapes: `x` `[batch, time, …]` → `[Σ lengths, …]`.
///
/// - Parameter lengths: rows of each sequence, at most `time`.
public func packSequences(_ x: Tensor, lengths: [Int]) -> Tensor {
    precondition(
        x.rank >= 2 && lengths.count == x.shape[0] && lengths.allSatisfy { (0...x.shape[1]).contains($0) },
        "packSequences: lengths \(lengths) do not fit \(x.shape)")
    let packing = SequencePacking(lengths: lengths, time: x.shape[1])
    return Tape.record(packing.packed(x), inputs: [x], PackSequencesOperation(packing: packing))
}

/// The inverse of ``packSequences(_:lengths:)``, with zeros where a sequence has no more rows.
///
/// Shapes: `rows` `[Σ lengths, …]` → `[batch, time, …]`.
public func unpackSequences(_ rows: Tensor, lengths: [Int], time: Int) -> Tensor {
    precondition(
        rows.rank >= 1 && rows.shape[0] == lengths.reduce(0, +) && lengths.allSatisfy { (0...time).contains($0) },
        "unpackSequences: lengths \(lengths) do not fit \(rows.shape) and a time of \(time)")
    let packing = SequencePacking(lengths: lengths, time: time)
    return Tape.record(packing.unpacked(rows), inputs: [rows], UnpackSequencesOperation(packing: packing))
}

/// `x` with zeros where a sequence has no more rows. Shapes: `[batch, time, …]`, and the same.
public func maskSequences(_ x: Tensor, lengths: [Int]) -> Tensor {
    if lengths.allSatisfy({ $0 == x.shape[1] }) { return x }
    return unpackSequences(packSequences(x, lengths: lengths), lengths: lengths, time: x.shape[1])
}

/// Where the rows of sequences lie in a batch.
struct SequencePacking: Sendable {
    let lengths: [Int]
    let time: Int

    func packed(_ x: Tensor) -> Tensor {
        let shape = Shape([lengths.reduce(0, +)] + x.shape.dropFirst(2))
        let width = x.shape.dropFirst(2).reduce(1, *)
        return Tensor(
            shape: shape,
            initializingFloats: { result in
                x.withFloats { source in
                    forEachSequence { start, packedStart, length in
                        (result + packedStart * width).update(from: source + start * width, count: length * width)
                    }
                }
            })
    }

    func unpacked(_ rows: Tensor) -> Tensor {
        let shape = Shape([lengths.count, time] + rows.shape.dropFirst())
        let width = rows.shape.dropFirst().reduce(1, *)
        return Tensor(
            shape: shape,
            initializingFloats: { result in
                rows.withFloats { source in
                    forEachSequence { start, packedStart, length in
                        (result + start * width).update(from: source + packedStart * width, count: length * width)
                        (result + (start + length) * width).initialize(
                            repeating: 0, count: (time - length) * width)
                    }
                }
            })
    }

    private func forEachSequence(_ body: (_ start: Int, _ packedStart: Int, _ length: Int) -> Void) {
        var packedStart = 0
        for (index, length) in lengths.enumerated() {
            body(index * time, packedStart, length)
            packedStart += length
        }
    }
}

struct PackSequencesOperation: Operation {
    let name = "packSequences"
    let packing: SequencePacking

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] { [packing.unpacked(gradient)] }
}

struct UnpackSequencesOperation: Operation {
    let name = "unpackSequences"
    let packing: SequencePacking

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] { [packing.packed(gradient)] }
}
