public import FoundationEssentials

extension CTranslate2Whisper.Configuration {
    /// The derived content of a Hugging Face `config.json`.
    public func configurationJSON() throws -> Data {
        try encoded(
            [
                "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper",
                "activation_function": "gelu", "is_encoder_decoder": true, "scale_embedding": false,
                "tie_word_embeddings": .flag(dimensions.isProjectionTied),
                "d_model": .number(dimensions.width),
                "encoder_layers": .number(dimensions.encoderLayerCount),
                "decoder_layers": .number(dimensions.decoderLayerCount),
                "encoder_attention_heads": .number(dimensions.encoderHeadCount),
                "decoder_attention_heads": .number(dimensions.decoderHeadCount),
                "encoder_ffn_dim": .number(dimensions.encoderFeedForwardWidth),
                "decoder_ffn_dim": .number(dimensions.decoderFeedForwardWidth),
                "num_mel_bins": .number(dimensions.melBinCount),
                "max_source_positions": .number(dimensions.sourcePositionCount),
                "max_target_positions": .number(dimensions.targetPositionCount),
                "vocab_size": .number(dimensions.vocabularySize),
            ].merging(tokenEntries) { $1 })
    }

    /// The derived content of a Hugging Face `generation_config.json`.
    public func generationConfigurationJSON() throws -> Data {
        var entries = tokenEntries
        entries["no_timestamps_token_id"] = token("<|notimestamps|>")
        entries["prev_sot_token_id"] = token("<|startofprev|>")
        entries["is_multilingual"] = .flag(isMultilingual)
        entries["alignment_heads"] = .list(alignmentHeads.map { .list($0.map(JSONValue.number)) })
        entries["max_length"] = .number(dimensions.targetPositionCount)
        entries["max_initial_timestamp_index"] = 50
        if isMultilingual {
            entries["lang_to_id"] = .map(languages.mapValues(JSONValue.number))
            let tasks = ["transcribe", "translate"].map { ($0, token("<|\($0)|>")) }
            entries["task_to_id"] = .map(Dictionary(uniqueKeysWithValues: tasks).compactMapValues { $0 })
        }
        return try encoded(entries)
    }

    /// The derived content of a Hugging Face `preprocessor_config.json`. All sizes of Whisper hear alike, but for the
    /// number of mel bins.
    public func preprocessorConfigurationJSON() throws -> Data {
        try encoded([
            "feature_extractor_type": "WhisperFeatureExtractor", "processor_class": "WhisperProcessor",
            "feature_size": .number(dimensions.melBinCount), "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400,
            "chunk_length": 30, "n_samples": 480_000, "nb_max_frames": 3_000, "padding_side": "right",
            "padding_value": 0, "return_attention_mask": false,
        ])
    }

    private var tokenEntries: [String: JSONValue] {
        let endOfText = token("<|endoftext|>")
        return [
            "suppress_tokens": .list(suppressedTokens.map(JSONValue.number)),
            "begin_suppress_tokens": .list(suppressedFirstTokens.map(JSONValue.number)),
            "bos_token_id": endOfText, "eos_token_id": endOfText, "pad_token_id": endOfText,
            "decoder_start_token_id": token("<|startoftranscript|>"),
        ].compactMapValues { $0 }
    }

    private func token(_ text: String) -> JSONValue? { specialTokens[text].map(JSONValue.number) }

    private func encoded(_ entries: [String: JSONValue]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(JSONValue.map(entries))
    }
}

private enum JSONValue: Encodable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([JSONValue])
    case map([String: JSONValue])

    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(arrayLiteral elements: JSONValue...) { self = .list(elements) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .map(let value): try container.encode(value)
        }
    }
}
