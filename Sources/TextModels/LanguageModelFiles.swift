import Checkpoints
import Decoding
import FoundationEssentials
import Parameters
import Tokenizers

/// What the files of a language model's folder say, found to fit together.
struct LanguageModelFiles {
    let folder: String
    let configuration: any LanguageModelConfiguration
    let settings: GenerationSettings
    let tokenizer: any Tokenizer
    let weights: any TensorSource

    init(_ model: ModelFolder) throws {
        folder = model.path
        configuration = try LanguageModelArchitecture.configuration(of: model)
        settings =
            try model.decode(GenerationSettings.self, from: "generation_config.json") ?? GenerationSettings()
        tokenizer = try loadTokenizer(of: model)
        guard tokenizer.vocabularySize <= configuration.vocabularySize else {
            throw TextModelError.vocabularyMismatch(
                tokenizer: tokenizer.vocabularySize, model: configuration.vocabularySize)
        }
        weights = try model.openWeights()
    }

    func loadModel(adapter: AdapterFolder?, strength: Float) throws -> any CausalLanguageModel {
        do {
            let adaptation = try adapter.map {
                try LowRankAdaptation($0.settings, reading: $0.openWeights(), strength: strength)
            }
            return try loadModel(in: ParameterStore(reading: weights, adaptation: adaptation))
        } catch let error as AdaptationError {
            throw TextModelError.adapter(folder: adapter?.url.path(percentEncoded: false) ?? folder, error)
        }
    }

    /// The model on `store`, which reads ``weights``.
    func loadModel(in store: ParameterStore) throws -> any CausalLanguageModel {
        do {
            return try configuration.makeModel(in: store)
        } catch let mismatch as ParameterMismatch {
            throw TextModelError.weightsDoNotFit(folder: folder, mismatch)
        }
    }
}

/// What `generation_config.json` recommends.
struct GenerationSettings: Decodable {
    var samples: Bool?
    var temperature: Float?
    var topK: Int?
    var topP: Float?
    var minP: Float?
    var typicalP: Float?
    var repetitionPenalty: Float?
    var endTokens: TokenList?

    enum CodingKeys: String, CodingKey {
        case samples = "do_sample"
        case temperature
        case topK = "top_k"
        case topP = "top_p"
        case minP = "min_p"
        case typicalP = "typical_p"
        case repetitionPenalty = "repetition_penalty"
        case endTokens = "eos_token_id"
    }

    /// `standard` where the file recommends nothing; what it does not name is then as if it were not there.
    func sampling(default standard: SamplingSettings) -> SamplingSettings {
        guard samples == true else { return standard }
        var sampling = SamplingSettings()
        sampling.temperature = temperature ?? 1
        // 0 stands for none in some files.
        sampling.topK = topK.flatMap { $0 > 0 ? $0 : nil }
        sampling.topP = topP ?? 1
        sampling.minP = minP ?? 0
        sampling.typicalP = typicalP ?? 1
        sampling.repetitionPenalty = repetitionPenalty ?? 1
        return sampling
    }
}
