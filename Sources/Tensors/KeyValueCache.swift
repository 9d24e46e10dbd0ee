/// The keys and values of the positions that a decoder has already seen, for several sequences at once.
///
/// Not a tensor: preallocated storage that its one owner passes along and that attention extends in place. Each
/// sequence has its own length; it can be cut back, and one can take over the past of another (beam search).
public final class KeyValueCache {
    public let layerCount: Int
    public let sequenceCapacity: Int
    public let positionCapacity: Int
    /// Heads times head width.
    public let width: Int
    /// The number of positions held, per sequence.
    public private(set) var lengths: [Int]

    private let blocks: [BufferPool.Block]

    /// - Parameter width: heads times head width.
    public init(layerCount: Int, sequenceCapacity: Int = 1, positionCapacity: Int, width: Int) {
        self.layerCount = layerCount
        self.sequenceCapacity = sequenceCapacity
        self.positionCapacity = positionCapacity
        self.width = width
        lengths = Array(repeating: 0, count: sequenceCapacity)
        let byteCount = sequenceCapacity * positionCapacity * width * MemoryLayout<Float>.stride
        blocks = (0..<2 * layerCount).map { _ in BufferPool.shared.allocate(byteCount: byteCount) }
    }

    deinit {
        for block in blocks { BufferPool.shared.release(block) }
    }

    /// Elements from one sequence's first position to the next one's.
    package var sequenceStride: Int { positionCapacity * width }

    /// Layout `[sequence, position, width]`.
    package func keys(layer: Int) -> UnsafeMutablePointer<Float> {
        blocks[2 * layer].start.assumingMemoryBound(to: Float.self)
    }

    /// Layout `[sequence, position, width]`.
    package func values(layer: Int) -> UnsafeMutablePointer<Float> {
        blocks[2 * layer + 1].start.assumingMemoryBound(to: Float.self)
    }

    /// Writes the keys and values of new positions behind the present ones, in one layer; ``advance(by:sequences:)``
    /// makes them count once every layer has written its own.
    ///
    /// Shapes: `keys` and `values` `[sequences, positions, width]`.
    package func write(keys newKeys: Tensor, values newValues: Tensor, layer: Int) {
        let (sequences, positions) = (newKeys.shape[0], newKeys.shape[1])
        precondition(
            newKeys.shape == newValues.shape && newKeys.shape[2] == width && sequences <= sequenceCapacity,
            "key/value cache: \(newKeys.shape) and \(newValues.shape) do not fit a width of \(width)")
        for (tensor, storage) in [(newKeys, keys(layer: layer)), (newValues, values(layer: layer))] {
            tensor.withFloats { source in
                for sequence in 0..<sequences {
                    precondition(
                        lengths[sequence] + positions <= positionCapacity,
                        "key/value cache: \(lengths[sequence]) + \(positions) positions exceed \(positionCapacity)")
                    let target = storage + sequence * sequenceStride + lengths[sequence] * width
                    target.update(from: source + sequence * positions * width, count: positions * width)
                }
            }
        }
    }

    /// Makes the past of `sequence` that of the first sequence of `other`, up to `length`.
    package func take(_ length: Int, of other: KeyValueCache, sequence: Int = 0) {
        precondition(
            layerCount == other.layerCount && width == other.width && length <= min(other.lengths[0], positionCapacity),
            "key/value cache: \(length) positions of another cache do not fit")
        for (block, source) in zip(blocks, other.blocks) {
            (block.start.assumingMemoryBound(to: Float.self) + sequence * sequenceStride)
                .update(from: source.start.assumingMemoryBound(to: Float.self), count: length * width)
        }
        lengths[sequence] = length
    }

    /// What one layer holds of the first `length` positions of a sequence.
    ///
    /// Shapes: `keys` and `values` `[length, width]`.
    package func contents(layer: Int, sequence: Int = 0, length: Int) -> (keys: Tensor, values: Tensor) {
        precondition(length <= lengths[sequence], "key/value cache: \(length) positions are more than there are")
        func copy(_ storage: UnsafeMutablePointer<Float>) -> Tensor {
            Tensor(
                shape: [length, width],
                initializingFloats: { result in
                    for index in 0..<length * width { result[index] = storage[sequence * sequenceStride + index] }
                })
        }
        return (copy(keys(layer: layer)), copy(values(layer: layer)))
    }

    package func advance(by positions: Int, sequences: Int) {
        for sequence in 0..<sequences { lengths[sequence] += positions }
    }

    /// Forgets everything after the first `length` positions of one sequence.
    public func truncate(sequence: Int, to length: Int) {
        precondition(length <= lengths[sequence], "key/value cache: cannot extend a sequence by truncating it")
        lengths[sequence] = length
    }

    /// Gives `target` a copy of the past of `source`.
    public func fork(_ source: Int, to target: Int) {
        guard source != target else { return }
        let count = lengths[source] * width
        for block in blocks {
            let start = block.start.assumingMemoryBound(to: Float.self)
            (start + target * sequenceStride).update(from: start + source * sequenceStride, count: count)
        }
        lengths[target] = lengths[source]
    }
}
