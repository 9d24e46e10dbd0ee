public import Checkpoints
import FoundationEssentials
import Parameters

/// A kind of language model, by the names that `config.json` has for it.
public struct LanguageModelArchitecture: Sendable {
    /// `model_type`: `llama`.
    public let modelType: String
    /// What `architectures` says: `LlamaForCausalLM`.
    public let className: String
    private let read: @Sendable (_ folder: ModelFolder, _ path: String) throws -> any LanguageModelConfiguration

    /// All that are known.
    public static let known = families + [gpt2]

    private static let families = LlamaFamily.allCases.map { family in
        LanguageModelArchitecture(modelType: family.rawValue, className: family.className) { folder, path in
            try LlamaConfiguration(
                require(LlamaConfiguration.File.self, of: folder), family,
                stated: require(StatedKeys.self, of: folder), path: path)
        }
    }

    private static let gpt2 = LanguageModelArchitecture(
        modelType: GPT2Configuration.modelType, className: GPT2Configuration.className
    ) { folder, path in
        try GPT2Configuration(
            require(GPT2Configuration.File.self, of: folder), stated: require(StatedKeys.self, of: folder), path: path)
    }

    private struct Names: Decodable {
        let architectures: [String]?
        let modelType: String?

        enum CodingKeys: String, CodingKey {
            case architectures
            case modelType = "model_type"
        }
    }

    /// What the `config.json` of `folder` describes, with every size in range.
    public static func configuration(of folder: ModelFolder) throws -> any LanguageModelConfiguration {
        let names = try require(Names.self, of: folder)
        let stated = [names.modelType, names.architectures?.first].compactMap { $0 }
        // Both names, where both are there: a classifier has the type of a language model, too.
        let fitting = known.first { architecture in
            !stated.isEmpty && stated.allSatisfy { [architecture.modelType, architecture.className].contains($0) }
        }
        guard let fitting else {
            throw TextModelError.unsupportedArchitecture(
                name: stated.isEmpty ? "unknown" : stated.joined(separator: ", "),
                folder: folder.url.path(percentEncoded: false),
                known: known.map(\.className))
        }
        return try fitting.read(folder, folder.url.appending(path: "config.json").path(percentEncoded: false))
    }

    private static func require<File: Decodable>(_ type: File.Type, of folder: ModelFolder) throws -> File {
        // A lone file of weights is a model folder, too, and has none.
        try folder.require(["config.json"])
        guard let file = try folder.decode(type, from: "config.json") else {
            preconditionFailure("config.json was there and is not")
        }
        return file
    }
}
