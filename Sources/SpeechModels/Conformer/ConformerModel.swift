public import Autograd
import Layers
public import Parameters
public import Tensors

/// A Conformer that spells by connectionist temporal classification: for every 40 ms a token or none.
public struct ConformerModel: CTCNetwork {
    public let configuration: ConformerConfiguration
    let subsampling: ConformerSubsampling
    let layers: [ConformerLayer]
    let head: Linear

    /// Builds the model on `store` and verifies that all stored names and shapes fit.
    public init(_ configuration: ConformerConfiguration, in store: ParameterStore) throws {
        try configuration.validate()
        self.configuration = configuration
        subsampling = ConformerSubsampling(configuration, in: store.root / "subsampling")
        layers = (0..<configuration.layers).map { ConformerLayer(configuration, in: store.root / "layers" / $0) }
        head = Linear(configuration.width, configuration.vocabularySize, in: store.root / "ctc_head")
        try store.verify()
    }

    public var modelType: String { ConformerConfiguration.modelType }
    public var vocabularySize: Int { configuration.vocabularySize }
    public var blank: Int { configuration.blank }
    public var spelling: TargetSpelling { configuration.spelling }
    public var frameStride: Int { ConformerConfiguration.subsampling }

    public func encodedLength(_ frames: Int) -> Int { ConformerConfiguration.encodedLength(frames) }

    /// Of whole sequences; models for streams see chunks of different sizes in half of the steps of training.
    public func callAsFunction(
        _ features: Tensor, lengths: [Int], mode: Mode, dropout: Float = 0, updates: inout BufferUpdates
    ) -> CTCOutput {
        var chunks: ConformerChunks?
        if case .training(let source) = mode, let streaming = configuration.streaming {
            var random = source.split(Self.chunkStream)
            chunks = streaming.varied(using: &random)
        }
        return self(features, lengths: lengths, chunks: chunks, mode: mode, dropout: dropout, updates: &updates)
    }

    /// Of random numbers; layers draw from lower ones.
    private static let chunkStream = UInt64.max

    /// The logits of inference.
    ///
    /// - Parameter chunks: what a frame sees; nil for the whole sequence.
    func callAsFunction(_ features: Tensor, lengths: [Int], chunks: ConformerChunks?) -> CTCOutput {
        var updates = BufferUpdates()
        return self(features, lengths: lengths, chunks: chunks, mode: .inference, dropout: 0, updates: &updates)
    }

    func callAsFunction(
        _ features: Tensor, lengths: [Int], chunks: ConformerChunks?, mode: Mode, dropout: Float,
        updates: inout BufferUpdates
    ) -> CTCOutput {
        precondition(
            features.rank == 3 && features.shape[2] == configuration.melBins && lengths.count == features.shape[0]
                && lengths.allSatisfy { (1...features.shape[1]).contains($0) },
            "ConformerModel: features \(features.shape) of the lengths \(lengths) do not fit \(configuration.melBins) bands"
        )
        let encodedLengths = lengths.map(ConformerConfiguration.encodedLength)
        var x = subsampling(maskSequences(features, lengths: lengths), lengths: lengths)
        var pass = ConformerPass(
            configuration, lengths: encodedLengths, time: x.shape[1], mode: mode, dropout: dropout, chunks: chunks,
            updates: updates)
        x = pass.dropped(x, stream: 0)
        var intermediate: [Tensor] = []
        for (index, layer) in layers.enumerated() {
            x = layer(x, &pass, stream: 8 * UInt64(index + 1))
            if case .training = mode, configuration.intermediateLayers.contains(index + 1) {
                intermediate.append(head(x))
            }
        }
        updates = pass.updates
        return CTCOutput(logits: head(x), lengths: encodedLengths, intermediateLogits: intermediate)
    }
}
