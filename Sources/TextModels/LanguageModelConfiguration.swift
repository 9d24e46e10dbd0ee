public import FoundationEssentials
public import Parameters

/// The sizes and options of a language model, as in the `config.json` of its Hugging Face folder.
public protocol LanguageModelConfiguration: Sendable, Equatable {
    /// `model_type`: `llama`.
    var modelType: String { get }
    var vocabularySize: Int { get }
    /// The number of tokens that the model can see.
    var context: Int { get }
    /// `bos_token_id`.
    var beginToken: Int? { get }
    /// `eos_token_id`, one or several.
    var endTokens: [Int] { get }
    /// The number of elements of all weights together.
    var parameterCount: Int { get }
    /// Linear layers that get adapters where nobody names others.
    var adapterTargets: [String] { get }

    /// Throws when a size is out of any sensible range, so that nothing is built for a damaged or hostile file.
    ///
    /// - Parameter file: what errors call the configuration.
    func validate(file: String) throws(TextModelError)

    /// The model itself on `store`; throws ``ParameterMismatch`` with everything in which the two disagree.
    func makeModel(in store: ParameterStore) throws -> any CausalLanguageModel

    /// What `config.json` of such a model holds, for `transformers` and others to read.
    func json() throws -> Data
}

extension LanguageModelConfiguration {
    /// Queries and values (Hu et al. 2021, section 7.1).
    public var adapterTargets: [String] { ["q_proj", "v_proj"] }

    /// Configurations look alike, whatever they are of: one entry a line.
    static func json(_ file: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let lines = String(decoding: try encoder.encode(file), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        return Data((lines.map(withFraction).joined(separator: "\n") + "\n").utf8)
    }

    /// The encoder writes 30 for 30.0, an integer, which `transformers` refuses where it expects a fraction.
    private static func withFraction(_ line: Substring) -> String {
        let parts = line.split(separator: "\"", maxSplits: 2)
        guard parts.count == 3, fractionalKeys.contains(String(parts[1])) else { return String(line) }
        let value = parts[2].drop { $0 == ":" || $0 == " " }
        let digits = value.prefix { $0.isNumber }
        let rest = value[digits.endIndex...]
        guard !digits.isEmpty, rest.isEmpty || rest == "," else { return String(line) }
        return line[..<rest.startIndex] + ".0" + rest
    }
}

/// Keys whose values are fractions, whatever their value is.
private let fractionalKeys: Set<String> = [
    "rms_norm_eps", "layer_norm_epsilon", "initializer_range", "rope_theta", "rope_local_base_freq",
    "attn_logit_softcapping", "final_logit_softcapping", "factor", "low_freq_factor", "high_freq_factor",
    "attention_factor", "beta_fast", "beta_slow",
]

/// One id, or a list of them.
struct TokenList: Codable, Equatable {
    var tokens: [Int]

    init(_ tokens: [Int]) { self.tokens = tokens }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let token = try? container.decode(Int.self) {
            tokens = [token]
        } else {
            tokens = try container.decode([Int].self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if tokens.count == 1 { try container.encode(tokens[0]) } else { try container.encode(tokens) }
    }
}
