import Kernels
public import Parameters
import Tensors

extension GGUFWriter {
    /// What the names and the order of a language model's weights follow from.
    public struct LanguageModelSizes: Sendable {
        public let layers: Int
        public let heads: Int
        public let keyHeads: Int
        public let tiesEmbedding: Bool
        let architecture: GGUFArchitecture

        /// Nil where GGUF files have no name for the architecture that is known here.
        ///
        /// - Parameter modelType: `model_type` of the Hugging Face folder.
        public init?(modelType: String, layers: Int, heads: Int, keyHeads: Int, tiesEmbedding: Bool) {
            guard let architecture = GGUFArchitecture(modelType: modelType) else { return nil }
            self.architecture = architecture
            self.layers = layers
            self.heads = heads
            self.keyHeads = keyHeads
            self.tiesEmbedding = tiesEmbedding
        }

        /// What GGUF files call the architecture, and begin keys with.
        public var architectureName: String { architecture.rawValue }
    }

    /// Writes a language model whose weights have the names and the layout of a Hugging Face folder.
    ///
    /// Vectors, GPT-2's positions included, are F32. Matrices are of `type`, with these exceptions: in Q4_0 files
    /// the two tables of tokens are Q8_0, and what has rows of broken blocks is F16.
    ///
    /// - Parameters:
    ///   - type: that of each matrix's own numbers where nil.
    ///   - rotaryFactors: what each rotary frequency is divided by, where something does that.
    ///   - progress: told how many of how many tensors are done.
    /// - Throws: ``GGUFError`` for a weight that the architecture does not know, and what
    ///   ``write(metadata:_:to:tensor:)`` throws.
    public static func writeLanguageModel(
        _ source: any TensorSource, _ sizes: LanguageModelSizes, type: GGUFTensorType?,
        metadata: [(key: String, value: Value)], rotaryFactors: [Float]? = nil, to path: String,
        progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) throws {
        let names = sizes.architecture.storedNames(layers: sizes.layers)
        var origins: [String: (name: String, change: GGUFArchitecture.Change)] = [:]
        var declarations: [Declaration] = []
        for name in source.names.sorted() where !isSuperfluous(name, sizes) {
            guard let (stored, change) = names[name], let shape = source.shape(of: name),
                let elementType = try source.elementType(of: name)
            else {
                throw GGUFError(path: path, .tensor(name), .unknownTensor(architecture: sizes.architectureName))
            }
            guard elementType != .int32 else {
                throw GGUFError(
                    path: path, .tensor(name), .wrongType(expected: "a fraction", found: "a whole number"))
            }
            origins[stored] = (name, change)
            let extents = change == .transposed ? shape.reversed() : Array(shape)
            declarations.append(
                Declaration(
                    name: stored, shape: extents,
                    type: storedType(stored, extents, type ?? GGUFTensorType(elementType))))
        }
        if let rotaryFactors {
            declarations.append(
                Declaration(
                    name: GGUFLanguageModel.rotaryFactorsName, shape: [rotaryFactors.count], type: .float32))
        }
        var done = 0
        try write(metadata: metadata, declarations, to: path) { name in
            defer {
                done += 1
                progress(done, declarations.count)
            }
            if name == GGUFLanguageModel.rotaryFactorsName, let rotaryFactors {
                return Tensor(rotaryFactors, shape: [rotaryFactors.count])
            }
            guard let (origin, change) = origins[name], let tensor = try source.tensor(named: origin) else {
                preconditionFailure("\(name) was declared, but is not there")
            }
            return try stored(tensor, change, heads: name.contains(".attn_k.") ? sizes.keyHeads : sizes.heads) {
                GGUFError(path: path, .tensor(origin), $0)
            }
        }
    }

    /// A weight the way a file has it.
    private static func stored(
        _ tensor: Tensor, _ change: GGUFArchitecture.Change, heads: Int, _ refused: (GGUFError.Rule) -> GGUFError
    ) throws(GGUFError) -> Tensor {
        switch change {
        case .none: return tensor
        case .transposed: return tensor.matrixTransposed()
        case .minusOne: return Tensor(tensor.floats().map { $0 + 1 }, shape: tensor.shape)
        case .pairs:
            guard tensor.shape[0].isMultiple(of: 2 * heads) else {
                throw refused(.wrongCount(found: tensor.shape[0], expected: 2 * heads))
            }
            let width = tensor.shape[0] / heads
            return tensor.reordered { row in
                let inHead = row % width
                return row - inHead + inHead % 2 * (width / 2) + inHead / 2
            }
        }
    }

    /// Copies of tied weights, and tables that old files hold.
    private static func isSuperfluous(_ name: String, _ sizes: LanguageModelSizes) -> Bool {
        sizes.tiesEmbedding && name == "lm_head.weight" || name.hasSuffix(".rotary_emb.inv_freq")
    }

    private static func storedType(_ name: String, _ shape: [Int], _ type: GGUFTensorType) -> GGUFTensorType {
        if shape.count == 1 || name == "position_embd.weight" { return .float32 }
        let isTable = name == "token_embd.weight" || name == "output.weight"
        let wanted = isTable && type == .blocks(.q40) ? .blocks(.q80) : type
        return shape[shape.count - 1].isMultiple(of: wanted.elementsPerBlock) ? wanted : .float16
    }
}

extension GGUFArchitecture {
    private static let outerParts = ["token_embd", "position_embd", "output_norm", "output"]
    private static let layerParts = [
        "attn_norm", "attn_q", "attn_k", "attn_v", "attn_qkv", "attn_output", "attn_q_norm", "attn_k_norm", "ffn_norm",
        "post_attention_norm", "post_ffw_norm", "ffn_gate", "ffn_up", "ffn_down",
    ]

    /// What each Hugging Face name is called in a file, and what the reader has to turn back.
    fileprivate func storedNames(layers: Int) -> [String: (name: String, change: Change)] {
        let parts = Self.outerParts + (0..<layers).flatMap { layer in Self.layerParts.map { "blk.\(layer).\($0)" } }
        var names: [String: (name: String, change: Change)] = [:]
        for part in parts {
            for stored in ["\(part).weight", "\(part).bias"] {
                if let (name, change) = translated(stored) { names[name] = (stored, change) }
            }
        }
        return names
    }
}
