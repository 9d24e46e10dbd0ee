import Tensors

/// How a Conformer hears what is still being spoken: frames come in chunks, and in attention a frame sees its own chunk and so
/// many before it, none that comes later (Zhang et al. 2020, "Unified streaming and non-streaming two-pass end-to-end model
/// for speech recognition").
public struct ConformerChunks: Codable, Sendable, Equatable {
    /// Frames of a chunk, each of 40 ms.
    public var size: Int
    /// Chunks that a frame sees before its own.
    public var leftCount: Int

    public init(size: Int, leftCount: Int) { (self.size, self.leftCount) = (size, leftCount) }

    enum CodingKeys: String, CodingKey {
        case size = "chunk_size"
        case leftCount = "num_left_chunks"
    }

    /// Seconds of silence that follow the end of sound, in training too: a model that does not see what comes later spells a
    /// sound some time after it was heard.
    public static let tail = 0.4

    /// Frames that a layer remembers of what came before a chunk.
    var leftFrames: Int { size * leftCount }

    func isSeen(_ key: Int, by query: Int) -> Bool {
        let distance = query / size - key / size
        return distance >= 0 && distance <= leftCount
    }

    /// What a step of training sees, so that the model serves whole recordings and chunks of other sizes as well: half of the
    /// steps everything (nil), the others chunks from half the size to twice the size, and about as many frames before them.
    func varied(using random: inout RandomSource) -> ConformerChunks? {
        guard random.uniform() < 0.5 else { return nil }
        let smallest = max(1, size / 2)
        let varied = min(2 * size, smallest + Int(random.uniform() * Float(2 * size + 1 - smallest)))
        return ConformerChunks(size: varied, leftCount: max(1, (leftFrames + varied / 2) / varied))
    }
}
