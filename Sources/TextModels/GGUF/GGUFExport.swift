import ChatTemplates
public import Checkpoints
import Kernels
public import Parameters
import Tensors
import Tokenizers

/// A language model as one GGUF file, for llama.cpp and what stands on it.
public struct GGUFExport {
    private let sizes: GGUFWriter.LanguageModelSizes
    private let weights: any TensorSource
    /// Of the model and its tokenizer; what the file itself is comes before.
    private let metadata: [(key: String, value: GGUFWriter.Value)]
    private let rotaryFactors: [Float]?

    /// Opens the model and finds out whether a GGUF file can say all of it. No weight is read.
    ///
    /// - Parameters:
    ///   - weights: what is written; the model's own where nil.
    ///   - chatTemplate: in place of the model's own.
    /// - Throws: where its files do not fit together; ``TextModelError`` and ``TokenizerError`` for what GGUF files or
    ///   llama.cpp do not have.
    public init(
        _ model: ModelFolder, weights: (any TensorSource)? = nil, chatTemplate: String? = nil
    ) throws {
        let files = try LanguageModelFiles(model)
        self.weights = weights ?? files.weights
        _ = try files.loadModel(in: ParameterStore(reading: Outlines(source: self.weights)))
        let configuration = files.configuration
        let description: GGUFDescription
        switch configuration {
        case let llama as LlamaConfiguration: description = try GGUFDescription(llama, file: files.folder)
        case let gpt2 as GPT2Configuration: description = try GGUFDescription(gpt2, file: files.folder)
        default: preconditionFailure("\(configuration.modelType) is no architecture that is opened")
        }
        sizes = description.sizes
        rotaryFactors = description.rotaryFactors
        metadata = try description.metadata + Self.tokenizerMetadata(model, files, chatTemplate)
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Parameters:
    ///   - type: of the matrices, see ``GGUFWriter``; that of their own numbers where nil.
    ///   - name: what the file calls the model.
    ///   - path: must not exist yet.
    ///   - progress: told how many of how many tensors are done.
    public func write(
        as type: GGUFTensorType?, name: String, to path: String,
        progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) throws {
        let ofFile: [(key: String, value: GGUFWriter.Value)] = [
            ("general.architecture", .text(sizes.architectureName)), ("general.type", .text("model")),
            ("general.name", .text(name)),
            ("general.file_type", .uint32(Self.number(ofFilesOf: try type ?? embeddingType()))),
            ("general.quantization_version", .uint32(2)),
        ]
        try GGUFWriter.writeLanguageModel(
            weights, sizes, type: type, metadata: ofFile + metadata, rotaryFactors: rotaryFactors, to: path,
            progress: progress)
    }

    private func embeddingType() throws -> GGUFTensorType {
        for name in ["model.embed_tokens.weight", "transformer.wte.weight"] {
            switch try weights.elementType(of: name) {
            case .float16: return .float16
            case .bfloat16: return .bfloat16
            default: break
            }
        }
        return .float32
    }

    /// What llama.cpp calls a file by the type that most of its matrices have.
    private static func number(ofFilesOf type: GGUFTensorType) -> UInt32 {
        switch type {
        case .float32: 0
        case .float16: 1
        case .bfloat16: 32
        case .blocks(.q40): 2
        case .blocks(.q80): 7
        case .blocks(let type): preconditionFailure("\(type) is not written")
        }
    }

    // MARK: Tokenizer

    private static func tokenizerMetadata(
        _ model: ModelFolder, _ files: LanguageModelFiles, _ chatTemplate: String?
    ) throws -> [(key: String, value: GGUFWriter.Value)] {
        let configuration = files.configuration
        let vocabulary =
            try model.ggufVocabulary() ?? GGUFVocabulary(folder: model.path, size: configuration.vocabularySize)
        let ofChats = try ChatTemplateFiles(model)
        var metadata: [(key: String, value: GGUFWriter.Value)] = [
            ("tokenizer.ggml.model", .text(vocabulary.model)), ("tokenizer.ggml.tokens", .texts(vocabulary.tokens)),
        ]
        func add(_ key: String, _ value: GGUFWriter.Value?) {
            if let value { metadata.append(("tokenizer.\(key)", value)) }
        }
        func add(_ key: String, token: Int?) { add("ggml.\(key)_token_id", token.map { .uint32(UInt32($0)) }) }
        func add(_ key: String, flag: Bool?) { add("ggml.\(key)", flag.map { .flag($0) }) }
        if !vocabulary.types.isEmpty {
            add("ggml.token_type", .int32s(vocabulary.types.map { Int32(clamping: $0) }))
        }
        add("ggml.pre", vocabulary.preTokenizer.map { .text($0) })
        // A file of bytes alone needs the key, too.
        if vocabulary.model == "gpt2" { add("ggml.merges", .texts(vocabulary.merges)) }
        if !vocabulary.scores.isEmpty { add("ggml.scores", .float32s(vocabulary.scores.map { Float($0) })) }
        // What goes before and after a text is what the tokenizer says; else the model's own word counts.
        let (addsBegin, addsEnd) = (vocabulary.addsBeginToken == true, vocabulary.addsEndToken == true)
        let begin = configuration.beginToken ?? vocabulary.beginToken
        let ends = configuration.endTokens + (files.settings.endTokens?.tokens ?? [])
        let end = addsEnd ? vocabulary.endToken : ends.first ?? vocabulary.endToken
        add("bos", token: addsBegin ? vocabulary.beginToken : begin)
        add("eos", token: end)
        add("eot", token: ends.first { $0 != end })
        add("unknown", token: vocabulary.unknownToken)
        add("padding", token: ofChats.specialTokens["pad_token"].flatMap { files.tokenizer.id(of: $0) })
        add("add_bos_token", flag: vocabulary.addsBeginToken)
        add("add_eos_token", flag: vocabulary.addsEndToken)
        add("add_space_prefix", flag: vocabulary.addsSpacePrefix)
        add("chat_template", (chatTemplate ?? ofChats.templates["default"]?.source).map { .text($0) })
        return metadata
    }
}

/// The names, shapes and types of weights, without their numbers.
private struct Outlines: TensorSource {
    let source: any TensorSource

    var names: [String] { source.names }
    func shape(of name: String) -> Shape? { source.shape(of: name) }
    func elementType(of name: String) throws -> ElementType? { try source.elementType(of: name) }

    func tensor(named name: String) throws -> Tensor? {
        guard let shape = shape(of: name) else { return nil }
        // Whole numbers are found out by the store; there are none of this size.
        return try elementType(of: name) == .int32
            ? Tensor([0] as [Int32], shape: [1]) : Tensor(absent: shape)
    }
}
