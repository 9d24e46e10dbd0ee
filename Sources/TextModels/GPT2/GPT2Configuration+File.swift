import Checkpoints
import Kernels

extension GPT2Configuration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, TextModelError>

    /// `config.json` as it stands in a folder, with defaults where something is not said.
    struct File: Codable {
        var architectures: [String]?
        var modelType: String?
        var width: Int
        var feedForward: Int?
        var layers: Int
        var heads: Int
        var vocabularySize: Int
        var positions: Int?
        var normEpsilon: Float?
        var activation: String?
        var scalesScores: Bool?
        var scalesScoresByLayer: Bool?
        var tiesEmbedding: Bool?
        var attendsElsewhere: Bool?
        var initialDeviation: Float?
        var beginToken: Int?
        var endTokens: TokenList?

        enum CodingKeys: String, CodingKey {
            case architectures
            case modelType = "model_type"
            case width = "n_embd"
            case feedForward = "n_inner"
            case layers = "n_layer"
            case heads = "n_head"
            case vocabularySize = "vocab_size"
            case positions = "n_positions"
            case normEpsilon = "layer_norm_epsilon"
            case activation = "activation_function"
            case scalesScores = "scale_attn_weights"
            case scalesScoresByLayer = "scale_attn_by_inverse_layer_idx"
            case tiesEmbedding = "tie_word_embeddings"
            case attendsElsewhere = "add_cross_attention"
            case initialDeviation = "initializer_range"
            case beginToken = "bos_token_id"
            case endTokens = "eos_token_id"
        }

        static let activationNames: [Activation: String] = [.geluTanh: "gelu_new", .gelu: "gelu", .relu: "relu"]
        static let knownActivations = "gelu_new, gelu or relu"

        static func activation(named name: String) -> Activation? {
            // The second name of the same approximation.
            if name == "gelu_pytorch_tanh" { return .geluTanh }
            return activationNames.first { $0.value == name }?.key
        }
    }

    /// - Parameters:
    ///   - stated: the keys of the file: a token that is null is not one that is missing.
    ///   - path: what errors call the file.
    init(_ file: File, stated: StatedKeys, path: String) throws(TextModelError) {
        let limits = Limits(file: path)
        self.init(
            width: file.width, feedForward: file.feedForward, layers: file.layers, heads: file.heads,
            vocabularySize: file.vocabularySize, positions: file.positions ?? 1024)
        normEpsilon = file.normEpsilon ?? 1e-5
        let name = file.activation ?? "gelu_new"
        guard let activation = File.activation(named: name) else {
            throw limits.invalid(.activation, name, File.knownActivations)
        }
        self.activation = activation
        if file.attendsElsewhere == true {
            throw limits.invalid(.attendsElsewhere, "true", "false: there is nothing else to attend to")
        }
        scalesScores = file.scalesScores ?? true
        scalesScoresByLayer = file.scalesScoresByLayer ?? false
        tiesEmbedding = file.tiesEmbedding ?? true
        initialDeviation = file.initialDeviation ?? 0.02
        // `<|endoftext|>` of the published vocabulary, where a file says nothing and has it.
        let endOfText = vocabularySize == 50_257 ? 50_256 : nil
        beginToken = stated.contains(File.CodingKeys.beginToken) ? file.beginToken : endOfText
        endTokens =
            stated.contains(File.CodingKeys.endTokens) ? file.endTokens?.tokens ?? [] : endOfText.map { [$0] } ?? []
        try validate(file: path)
    }

    /// What is written to a folder.
    var file: File {
        File(
            architectures: [Self.className], modelType: modelType, width: width, feedForward: feedForward,
            layers: layers, heads: heads, vocabularySize: vocabularySize, positions: positions,
            normEpsilon: normEpsilon, activation: File.activationNames[activation], scalesScores: scalesScores,
            scalesScoresByLayer: scalesScoresByLayer, tiesEmbedding: tiesEmbedding, initialDeviation: initialDeviation,
            beginToken: beginToken, endTokens: endTokens.isEmpty ? nil : TokenList(endTokens))
    }
}
