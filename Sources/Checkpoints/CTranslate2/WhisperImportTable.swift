/// How CTranslate2's names for the parts of Whisper become those of Hugging Face.
enum WhisperImportTable {
    /// What one variable in the file becomes.
    struct Entry {
        /// A part of the fused rows of a variable.
        enum Part {
            case named(String)
            /// Must be zero, and becomes nothing.
            case zero
        }

        let source: String
        /// Equal parts of the leading axis, in order.
        let parts: [Part]
        /// How many axes it must have.
        let rank: Int
    }

    static let model: [Entry] =
        weightAndBias("encoder/conv1", "model.encoder.conv1", weightRank: 3)
        + weightAndBias("encoder/conv2", "model.encoder.conv2", weightRank: 3)
        + norm("encoder/layer_norm", "model.encoder.layer_norm")
        + norm("decoder/layer_norm", "model.decoder.layer_norm")
        + [
            whole("encoder/position_encodings/encodings", "model.encoder.embed_positions.weight", rank: 2),
            whole("decoder/position_encodings/encodings", "model.decoder.embed_positions.weight", rank: 2),
            whole("decoder/embeddings/weight", "model.decoder.embed_tokens.weight", rank: 2),
        ]

    /// Tied to the embeddings in every published model; where it is not, it becomes a tensor of its own.
    static let projection = whole("decoder/projection/weight", "proj_out.weight", rank: 2)

    static func layer(_ side: Side, _ index: Int) -> [Entry] {
        let source = "\(side.rawValue)/layer_\(index)"
        let target = "model.\(side.rawValue).layers.\(index)"
        let selfAttention =
            fused("\(source)/self_attention/linear_0", "\(target).self_attn", ["q_proj", "k_proj", "v_proj"])
            + weightAndBias("\(source)/self_attention/linear_1", "\(target).self_attn.out_proj")
            + norm("\(source)/self_attention/layer_norm", "\(target).self_attn_layer_norm")
        let crossAttention =
            weightAndBias("\(source)/attention/linear_0", "\(target).encoder_attn.q_proj")
            + fused("\(source)/attention/linear_1", "\(target).encoder_attn", ["k_proj", "v_proj"])
            + weightAndBias("\(source)/attention/linear_2", "\(target).encoder_attn.out_proj")
            + norm("\(source)/attention/layer_norm", "\(target).encoder_attn_layer_norm")
        let feedForward =
            weightAndBias("\(source)/ffn/linear_0", "\(target).fc1")
            + weightAndBias("\(source)/ffn/linear_1", "\(target).fc2")
            + norm("\(source)/ffn/layer_norm", "\(target).final_layer_norm")
        return selfAttention + (side == .decoder ? crossAttention : []) + feedForward
    }

    enum Side: String, CaseIterable { case encoder, decoder }

    /// Settings of CTranslate2's general Transformer with the only value that Whisper has, and whether a file may
    /// lack them.
    static let fixedSettings: [(name: String, value: Int, isRequired: Bool)] = [
        ("decoder/activation", 3, true),  // GELU by the error function
        ("decoder/pre_norm", 1, true),
        ("decoder/scale_embeddings", 0, false),
        ("decoder/alibi", 0, false),
        ("decoder/multi_query_attention", 0, false),  // written by some versions of the converter
        ("decoder/start_from_zero_embedding", 0, false),
    ]

    /// Settings without meaning for Whisper, as the file holds them.
    static let ignoredSettings: Set<String> = [
        "decoder/alignment_heads", "decoder/alignment_layer", "decoder/alibi_use_positive_positions",
        "decoder/scale_alibi",
    ]

    static func headCount(_ side: Side) -> String { "\(side.rawValue)/num_heads" }

    // MARK: Building blocks

    private static func whole(_ source: String, _ target: String, rank: Int) -> Entry {
        Entry(source: source, parts: [.named(target)], rank: rank)
    }

    private static func norm(_ source: String, _ target: String) -> [Entry] {
        [
            whole("\(source)/gamma", "\(target).weight", rank: 1),
            whole("\(source)/beta", "\(target).bias", rank: 1),
        ]
    }

    private static func weightAndBias(_ source: String, _ target: String, weightRank: Int = 2) -> [Entry] {
        [
            whole("\(source)/weight", "\(target).weight", rank: weightRank),
            whole("\(source)/bias", "\(target).bias", rank: 1),
        ]
    }

    /// Several projections in one matrix. Keys have no bias in Whisper: it would cancel in the softmax.
    private static func fused(_ source: String, _ target: String, _ projections: [String]) -> [Entry] {
        [
            Entry(source: "\(source)/weight", parts: projections.map { .named("\(target).\($0).weight") }, rank: 2),
            Entry(
                source: "\(source)/bias",
                parts: projections.map { $0 == "k_proj" ? .zero : .named("\(target).\($0).bias") }, rank: 1),
        ]
    }
}
