import Autograd
import Layers
import Tensors

/// A recording on its way through a ``ConformerModel``, chunk by chunk: the logits of ``ConformerModel`` with these chunks over
/// the whole recording, without hearing anything twice. Memory does not grow with the recording.
struct ConformerStream: Sendable {
    private let model: ConformerModel
    private let chunks: ConformerChunks
    /// Spectrogram of what is not heard yet, and the frames before it that its convolutions see; row-major.
    private var features: [Float] = []
    /// Frames of `features` that were heard.
    private var heardFrames = 0
    private var memories: [ConformerLayerMemory]
    private let positions: ConformerPositions

    /// Frames of the spectrogram before a chunk that the two convolutions of the subsampling see, as a multiple of their stride.
    private static let seenBefore = ConformerConfiguration.subsampling

    /// - Precondition: the model's convolutions see nothing that comes later.
    init(_ model: ConformerModel, chunks: ConformerChunks) {
        precondition(model.configuration.streaming != nil, "a model that needs to hear what follows")
        (self.model, self.chunks) = (model, chunks)
        memories = (0..<model.configuration.layers).map { _ in
            ConformerLayerMemory(model.configuration, chunks: chunks)
        }
        positions = ConformerPositions(model.configuration, count: chunks.leftFrames + chunks.size)
    }

    /// What the chunks say that these frames complete.
    ///
    /// - Parameter new: spectrogram `[frames, bands]`.
    /// - Returns: logits `[frames, tokens]` of each chunk.
    mutating func append(_ new: Tensor) -> [Tensor] {
        features += new.floats()
        var logits: [Tensor] = []
        let wanted = chunks.size * ConformerConfiguration.subsampling
        while frameCount - heardFrames >= wanted { logits.append(hear(wanted)) }
        return logits
    }

    /// What the last chunk says, which may be short; nil where there is nothing left. The stream is then as new.
    mutating func finish() -> Tensor? {
        let rest = frameCount - heardFrames
        let logits = rest > 0 ? hear(rest) : nil
        self = ConformerStream(model, chunks: chunks)
        return logits
    }

    private var frameCount: Int { features.count / model.configuration.melBins }

    private mutating func hear(_ count: Int) -> Tensor {
        let bands = model.configuration.melBins
        let total = heardFrames + count
        let input = Tensor(Array(features[..<(total * bands)]), shape: [1, total, bands])
        var x = model.subsampling(input, lengths: [total])
        // The frame before the chunk has not seen all that it should.
        x = slice(x, axis: 1, range: heardFrames / ConformerConfiguration.subsampling..<x.shape[1])
        for (index, layer) in model.layers.enumerated() { x = layer(x, &memories[index], positions) }
        let dropped = max(0, total - Self.seenBefore)
        features.removeFirst(dropped * bands)
        heardFrames = total - dropped
        let logits = model.head(x)
        return reshape(logits, [logits.shape[1], logits.shape[2]])
    }
}
