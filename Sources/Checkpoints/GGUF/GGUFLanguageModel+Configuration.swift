public import FoundationEssentials
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension GGUFLanguageModel {
    /// What `config.json` of the model's Hugging Face folder holds, derived from the metadata and the tensors' shapes.
    public func configurationJSON() throws -> Data { try Self.json(configuration()) }

    /// What `tokenizer_config.json` holds of it: the chat template, the tokens at both ends of a text, and that the
    /// `tokenizer.json` beside it says all the rest.
    public func tokenizerConfigurationJSON() throws -> Data {
        let metadata = GGUFMetadata(file: file)
        var entries: [String: ConfigurationValue] = [
            "tokenizer_class": .text("PreTrainedTokenizerFast"), "clean_up_tokenization_spaces": .flag(false),
        ]
        if let template = try metadata.text("tokenizer.chat_template") { entries["chat_template"] = .text(template) }
        if let adds = try metadata.flag("tokenizer.ggml.add_bos_token") { entries["add_bos_token"] = .flag(adds) }
        if let adds = try metadata.flag("tokenizer.ggml.add_eos_token") { entries["add_eos_token"] = .flag(adds) }
        if let tokens = try metadata.array("tokenizer.ggml.tokens")?.texts() {
            for (name, key) in [
                ("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("pad_token", "padding"),
            ] {
                guard let id = try metadata.integer("tokenizer.ggml.\(key)_token_id"), tokens.indices.contains(id)
                else { continue }
                entries[name] = .text(tokens[id])
            }
        }
        return try Self.json(entries)
    }

    private static func json(_ entries: [String: ConfigurationValue]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(entries) + Data("\n".utf8)
    }

    func configuration() throws -> [String: ConfigurationValue] {
        let metadata = GGUFMetadata(file: file)
        func key(_ name: String) -> String { "\(architecture.rawValue).\(name)" }
        let width = try metadata.positive(key("embedding_length"))
        let heads = try metadata.positive(key("attention.head_count"))
        let layers = try metadata.positive(key("block_count"))
        var entries: [String: ConfigurationValue] = [
            "architectures": .list([.text(architecture.className)]), "model_type": .text(architecture.modelType),
        ]
        func set(_ name: String, _ number: Int) { entries[name] = .integer(number) }
        func set(_ name: String, _ number: Double) { entries[name] = .number(number) }
        let embedding = architecture == .gpt2 ? "transformer.wte.weight" : "model.embed_tokens.weight"
        guard let vocabulary = shape(of: embedding)?.first else {
            throw GGUFError(path: file.path, .tensor("token_embd.weight"), .missing)
        }
        set("vocab_size", vocabulary)
        entries["tie_word_embeddings"] = .flag(shape(of: "lm_head.weight") == nil)
        if let begin = try metadata.integer("tokenizer.ggml.bos_token_id") { set("bos_token_id", begin) }
        let ends = try ["eos", "eot"].compactMap { try metadata.integer("tokenizer.ggml.\($0)_token_id") }
        let different = ends.count == 2 && ends[0] == ends[1] ? [ends[0]] : ends
        if !different.isEmpty {
            entries["eos_token_id"] =
                different.count == 1 ? .integer(different[0]) : .list(different.map { .integer($0) })
        }
        if architecture == .gpt2 {
            set("n_embd", width)
            set("n_head", heads)
            set("n_layer", layers)
            set("n_positions", try metadata.positive(key("context_length")))
            set("n_inner", try metadata.positive(key("feed_forward_length"), default: 4 * width))
            set("layer_norm_epsilon", try metadata.number(key("attention.layer_norm_epsilon")) ?? 1e-5)
            entries["activation_function"] = .text("gelu_new")
            return entries
        }
        let headWidth = try metadata.positive(key("attention.key_length"), default: max(1, width / heads))
        try check(metadata, key("attention.value_length"), is: headWidth)
        try check(metadata, key("rope.dimension_count"), is: headWidth)
        if try metadata.integer(key("expert_count")) ?? 0 > 0 {
            throw metadata.refused(
                key("expert_count"), .unsupportedValue("a mixture of experts", supported: "0"))
        }
        set("hidden_size", width)
        set("num_hidden_layers", layers)
        set("num_attention_heads", heads)
        set("num_key_value_heads", try metadata.positive(key("attention.head_count_kv"), default: heads))
        set("head_dim", headWidth)
        set("intermediate_size", try metadata.positive(key("feed_forward_length")))
        set("max_position_embeddings", try metadata.positive(key("context_length")))
        guard let epsilon = try metadata.number(key("attention.layer_norm_rms_epsilon")) else {
            throw metadata.refused(key("attention.layer_norm_rms_epsilon"), .missing)
        }
        set("rms_norm_eps", epsilon)
        let base = try metadata.number(key("rope.freq_base")) ?? 10_000
        set("rope_theta", base)
        if let scaling = try rotaryScaling(metadata, base: base, headWidth: headWidth) {
            entries["rope_scaling"] = .object(scaling)
        }
        if architecture == .llama {
            entries["attention_bias"] = .flag(shape(of: "model.layers.0.self_attn.o_proj.bias") != nil)
            entries["mlp_bias"] = .flag(shape(of: "model.layers.0.mlp.down_proj.bias") != nil)
        }
        if architecture.isGemma { try addGemma(to: &entries, metadata) }
        return entries
    }

    private func check(_ metadata: GGUFMetadata, _ key: String, is expected: Int) throws {
        let found = try metadata.positive(key, default: expected)
        guard found == expected else {
            throw metadata.refused(key, .unsupportedValue("\(found)", supported: "the head's width, \(expected)"))
        }
    }

    private func addGemma(to entries: inout [String: ConfigurationValue], _ metadata: GGUFMetadata) throws {
        entries["hidden_activation"] = .text("gelu_pytorch_tanh")
        guard architecture != .gemma else { return }
        func key(_ name: String) -> String { "\(architecture.rawValue).\(name)" }
        if let window = try metadata.integer(key("attention.sliding_window")) {
            entries["sliding_window"] = .integer(window)
        }
        for name in ["attn_logit_softcapping", "final_logit_softcapping"] {
            entries[name] = try metadata.number(key(name)).map { .number($0) } ?? .null
        }
        // The file does not say; the models of 27 billion parameters differ from the others.
        let layers = try metadata.positive(key("block_count"))
        let divides = layers == (architecture == .gemma2 ? 46 : 62)
        let width = try metadata.positive(key("embedding_length"))
        let heads = try metadata.positive(key("attention.head_count"))
        entries["query_pre_attn_scalar"] =
            divides ? .integer(width / heads) : entries["head_dim"]
    }

    // MARK: Rotation

    private func rotaryScaling(
        _ metadata: GGUFMetadata, base: Double, headWidth: Int
    ) throws -> [String: ConfigurationValue]? {
        func key(_ name: String) -> String { "\(architecture.rawValue).rope.scaling.\(name)" }
        if let factors = try file.tensor(named: Self.rotaryFactorsName) {
            return try llama3(factors.floats(), base: base, headWidth: headWidth)
        }
        let factor = try metadata.number(key("factor"))
        guard let type = try metadata.text(key("type")), type != "none", let factor, factor != 1 else { return nil }
        switch type {
        case "linear": return ["rope_type": .text("linear"), "factor": .number(factor)]
        case "yarn":
            guard let original = try metadata.integer(key("original_context_length")) else {
                throw metadata.refused(key("original_context_length"), .missing)
            }
            return [
                "rope_type": .text("yarn"), "factor": .number(factor),
                "original_max_position_embeddings": .integer(original),
            ]
        default: throw metadata.refused(key("type"), .unsupportedValue(type, supported: "none, linear, yarn"))
        }
    }

    /// The file holds by how much each frequency is divided, not what that follows from. All models of Llama 3.1 and later
    /// have the same borders, so that the largest divisor tells the rest, which is then compared.
    private func llama3(
        _ factors: [Float], base: Double, headWidth: Int
    ) throws -> [String: ConfigurationValue] {
        let (low, high, original) = (1.0, 4.0, 8192)
        let subject = GGUFError.Subject.tensor(Self.rotaryFactorsName)
        guard factors.count == headWidth / 2 else {
            throw GGUFError(
                path: file.path, subject, .wrongCount(found: factors.count, expected: headWidth / 2))
        }
        let factor = Double(factors.max() ?? 1)
        for (index, found) in factors.enumerated() {
            let turns = Double(original) * pow(base, -2 * Double(index) / Double(headWidth)) / (2 * .pi)
            let share = min(max((turns - low) / (high - low), 0), 1)
            let expected = 1 / ((1 - share) / factor + share)
            guard abs(Double(found) - expected) <= 1e-3 * expected else {
                throw GGUFError(
                    path: file.path, subject,
                    .unsupportedValue("\(found) at \(index)", supported: "the divisors of Llama 3"))
            }
        }
        return [
            "rope_type": .text("llama3"), "factor": .number(factor), "low_freq_factor": .number(low),
            "high_freq_factor": .number(high), "original_max_position_embeddings": .integer(original),
        ]
    }
}
