public import Checkpoints
public import Decoding
import Parameters
import Tensors
public import Tokenizers

/// A model that writes text, with its tokenizer: everything in a model folder, loaded and found to fit together.
public final class LanguageModel: Sendable {
    public let network: any CausalLanguageModel
    public let tokenizer: any Tokenizer
    /// What the model's own folder recommends, or else ``standardSampling``.
    public let recommendedSampling: SamplingSettings
    /// Tokens that end a text.
    public let endTokens: Set<Int>
    /// Seconds that loading took.
    public let loadTime: Double
    /// What errors call the model.
    let folder: String
    /// What goes before every text.
    private let prefix: [Int]
    /// Grammars that texts were held to.
    let constraints: ConstraintPool

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - adapter: what the linear layers have beside their weights.
    ///   - strength: multiplies what the adapter adds.
    public init(_ folder: ModelFolder, adapter: AdapterFolder? = nil, strength: Float = 1) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let files = try LanguageModelFiles(folder)
        self.folder = files.folder
        tokenizer = files.tokenizer
        constraints = ConstraintPool(files.tokenizer)
        prefix = try files.tokenizer.frame().prefix
        recommendedSampling = files.settings.sampling(default: Self.standardSampling)
        endTokens = Set(files.configuration.endTokens).union(files.settings.endTokens?.tokens ?? [])
        if let token = prefix.first(where: { $0 >= files.configuration.vocabularySize }) {
            throw TextModelError.tokenOutOfRange(token, vocabularySize: files.configuration.vocabularySize)
        }
        network = try files.loadModel(adapter: adapter, strength: strength)
        network.pack()
        files.weights.releasePages()
        loadTime = (clock.now - start).seconds
    }

    public var configuration: any LanguageModelConfiguration { network.configuration }

    /// Lively but sound: temperature 0.8 and top-p 0.95.
    public static var standardSampling: SamplingSettings {
        var sampling = SamplingSettings()
        sampling.temperature = 0.8
        sampling.topP = 0.95
        return sampling
    }

    /// The ids of `text`, and those that go before it: what the tokenizer's file says, or for want of that, and where
    /// there would be nothing to begin with, the model's own first token.
    func tokens(of text: String) throws -> (prefix: [Int], text: [Int]) {
        let ids = try tokenizer.encode(text)
        if prefix.isEmpty, ids.isEmpty, let begin = configuration.beginToken { return ([begin], []) }
        return (prefix, ids)
    }

    /// What may follow the last position.
    ///
    /// Shapes: `states` `[1, time, width]`.
    ///
    /// - Throws: where damaged weights have led to something that is not a number: no word would mean anything.
    func lastLogits(of states: Tensor) throws -> [Float] {
        let (time, width) = (states.shape[1], states.shape[2])
        let logits = network.logits(states.viewed(as: [time, width]).leadingSlice(time - 1..<time)).floats()
        guard LogProbabilities.maximum(logits, in: 0..<logits.count).isFinite else {
            throw TextModelError.notFinite(model: folder)
        }
        return logits
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
