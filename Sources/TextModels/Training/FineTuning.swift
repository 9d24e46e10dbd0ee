public import ChatTemplates
public import Checkpoints
import Datasets
import Decoding
import FoundationEssentials
import Kernels
public import Parameters
public import Tensors
public import Tokenizers
public import Training

/// A pretrained model made ready to learn more: all of it, or adapters beside it.
public struct FineTuning: Sendable {
    public let model: any CausalLanguageModel
    /// What is trained: the model's own parameters, or its adapters'.
    public let parameters: ParameterStore
    public let tokenizer: any Tokenizer
    /// Tokens that end a text, the model's own first one first.
    public let endTokens: [Int]
    /// What makes a checkpoint a model that others can open, or an adapter.
    public let files: ModelFiles
    /// What errors call the model.
    private let folder: String
    /// Nil for a model without a chat template.
    private let chat: ChatFormat?

    /// Adapters to be trained beside a model.
    public struct Adapters: Sendable {
        public let settings: LowRankSettings
        /// What the adapters' configuration calls the model.
        public let baseModel: String
        /// Of the first values.
        public let random: RandomSource

        public init(_ settings: LowRankSettings, baseModel: String, random: RandomSource) {
            (self.settings, self.baseModel, self.random) = (settings, baseModel, random)
        }
    }

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - adapters: those to be trained instead of the model's weights.
    ///   - template: shows conversations instead of the model's own, and goes with what is trained.
    public init(_ folder: ModelFolder, adapters: Adapters? = nil, template: ChatTemplate? = nil) throws {
        let files = try LanguageModelFiles(folder)
        tokenizer = files.tokenizer
        self.folder = files.folder
        do {
            chat = try ChatFormat(folder, tokenizer: files.tokenizer, template: template)
        } catch TextModelError.noChatTemplate {
            chat = nil
        }
        let end = files.configuration.endTokens
        endTokens = end + (files.settings.endTokens?.tokens ?? []).filter { !end.contains($0) }
        let adaptation = try adapters.map { try LowRankAdaptation($0.settings, random: $0.random) }
        let store = ParameterStore(reading: files.weights, adaptation: adaptation)
        do {
            model = try files.loadModel(in: store)
        } catch let error as AdaptationError {
            throw TextModelError.adapter(folder: files.folder, error)
        }
        parameters = adaptation?.parameters ?? store
        let others = template.map { [ChatTemplateFiles.fileName: Data($0.source.utf8)] } ?? [:]
        if let adapters, let adaptation {
            self.files = ModelFiles(
                configuration: try AdapterFolder.configuration(adaptation.settings, baseModel: adapters.baseModel),
                names: .adapter, others: others)
        } else {
            self.files = ModelFiles(
                configuration: try folder.configuration(elementType: .float32),
                others: try folder.companionFiles().filter { $0.key != "README.md" }.merging(others) { $1 })
        }
    }

    /// What turns rows with answers into the model's tokens.
    ///
    /// - Parameters:
    ///   - limit: tokens of a row.
    ///   - truncates: whether the end of a longer one is cut off.
    public func answerEncoder(limit: Int, truncates: Bool) throws -> AnswerEncoder {
        let render = chat.map { chat -> AnswerEncoder.Rendering in
            { messages, opensAnswer in
                let (rendered, tokens) = try chat.encode(
                    messages.map { ChatMessage(role: $0.role, content: $0.content) },
                    addsGenerationPrompt: opensAnswer)
                return AnswerEncoder.Rendered(text: rendered.text, tokens: tokens)
            }
        }
        let ends = endTokens + (chat?.endTokens ?? []).subtracting(endTokens).sorted()
        return try AnswerEncoder(
            tokenizer, endTokens: ends, limit: limit, truncates: truncates, model: folder, render: render)
    }

    /// The layers of a model that get adapters where nobody names others.
    public static func standardTargets(of folder: ModelFolder) throws -> [String] {
        try LanguageModelArchitecture.configuration(of: folder).adapterTargets
    }
}
