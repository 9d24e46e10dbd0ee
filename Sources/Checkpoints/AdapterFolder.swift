public import FoundationEssentials
public import Parameters

/// Low-rank adapters on disk, in the layout of PEFT: `adapter_config.json` and `adapter_model.safetensors`.
///
/// Format: <https://huggingface.co/docs/peft/developer_guides/checkpoint>; what is read of it stands in
/// docs/formats/checkpoints.md. The folder of a training run means its best checkpoint.
public struct AdapterFolder: ConfigurationFolder {
    public let url: URL
    public let settings: LowRankSettings
    /// `base_model_name_or_path`: a name on the hub or a folder, as whoever made the adapter had it.
    public let baseModel: String?

    /// Throws ``ModelFolderError`` where the folder is no adapter, ``ConfigurationError`` where it is one of a kind that
    /// is not known here.
    public init(_ url: URL) throws {
        let path = ModelFolder.path(url)
        switch FileKind(path) {
        case .missing: throw ModelFolderError(path: path, .notFound)
        case .file, .other: throw ModelFolderError(path: path, .notAnAdapter)
        case .folder: self.url = try ModelFolder.resolvingRun(url)
        }
        let names = ModelFolder.FileNames.adapter
        let configuration = ModelFolder.path(self.url.appending(path: names.configuration))
        guard FileKind(configuration) == .file else { throw ModelFolderError(path: path, .notAnAdapter) }
        guard FileKind(ModelFolder.path(self.url.appending(path: names.weights))) == .file else {
            let pickle = "adapter_model.bin"
            guard FileKind(ModelFolder.path(self.url.appending(path: pickle))) == .file else {
                throw ModelFolderError(path: path, .missingFiles([[names.weights]]))
            }
            throw ModelFolderError(path: path, .onlyPickledWeights(file: pickle))
        }
        let file = try ConfigurationFile.decode(AdapterConfiguration.self, path: configuration)
        settings = try file.settings(path: configuration)
        baseModel = file.baseModel
    }

    /// Opens the factors: mapped, the header checked, nothing read yet.
    public func openWeights() throws -> any TensorSource {
        try SafetensorsFile(path: ModelFolder.path(url.appending(path: ModelFolder.FileNames.adapter.weights)))
    }

    /// The content of a file beside the factors; nil where there is none.
    public func contents(of name: String) throws -> Data? {
        let path = ModelFolder.path(url.appending(path: name))
        return FileKind(path) == .file ? try ConfigurationFile.contents(path: path) : nil
    }

    /// The content of `adapter_config.json`.
    ///
    /// - Parameter task: by which PEFT chooses a class around the model; nil for its plain one.
    public static func configuration(
        _ settings: LowRankSettings, baseModel: String?, task: String? = "CAUSAL_LM"
    ) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(AdapterConfiguration(settings, baseModel: baseModel, task: task)) + Data("\n".utf8)
    }
}

/// `adapter_config.json`: what is read and written of it.
struct AdapterConfiguration: Codable {
    var kind: String?
    var task: String?
    var baseModel: String?
    var rank: Int
    var alpha: Double
    var dropout: Float?
    var targets: ConfigurationValue?
    var bias: String? = "none"
    var savedModules: ConfigurationValue?
    var isRankStabilized: Bool? = false
    var isDecomposed: Bool? = false
    var isGrouped: Bool?
    var alphas: [String: Double]? = [:]
    var ranks: [String: Int]? = [:]
    var replication: ConfigurationValue?
    var isTransposed: Bool? = false
    var startsFrom: ConfigurationValue?
    var isForInference: Bool? = true

    enum CodingKeys: String, CodingKey {
        case kind = "peft_type"
        case task = "task_type"
        case baseModel = "base_model_name_or_path"
        case rank = "r"
        case alpha = "lora_alpha"
        case dropout = "lora_dropout"
        case targets = "target_modules"
        case bias
        case savedModules = "modules_to_save"
        case isRankStabilized = "use_rslora"
        case isDecomposed = "use_dora"
        case isGrouped = "use_qalora"
        case alphas = "alpha_pattern"
        case ranks = "rank_pattern"
        case replication = "layer_replication"
        case isTransposed = "fan_in_fan_out"
        case startsFrom = "init_lora_weights"
        case isForInference = "inference_mode"
    }

    init(_ settings: LowRankSettings, baseModel: String?, task: String?) {
        self.task = task
        (kind, self.baseModel, rank) = ("LORA", baseModel, settings.rank)
        (alpha, dropout) = (settings.alpha, settings.dropout)
        switch settings.targets {
        case .allLinear: targets = .text("all-linear")
        case .named(let names): targets = .list(names.map { .text($0) })
        }
        (isRankStabilized, alphas, isTransposed) = (settings.isRankStabilized, settings.alphas, settings.isTransposed)
        startsFrom = .flag(true)
    }

    /// Throws ``ConfigurationError`` for what would be computed otherwise than it was trained.
    func settings(path: String) throws -> LowRankSettings {
        func require(
            _ isSatisfied: Bool, _ key: CodingKeys, _ value: String, _ expected: String
        ) throws(ConfigurationError) {
            if !isSatisfied {
                throw ConfigurationError(
                    path: path, key: key.rawValue, .unsupported(value: value, expected: expected))
            }
        }
        try require(kind == "LORA", .kind, kind ?? "missing", "LORA")
        try require(bias ?? "none" == "none", .bias, bias ?? "", "none")
        try require(isDecomposed != true, .isDecomposed, "true", "false")
        try require(isGrouped != true, .isGrouped, "true", "false")
        try require((savedModules ?? .null).isEmpty, .savedModules, "not empty", "null")
        try require((replication ?? .null).isEmpty, .replication, "not empty", "null")
        for name in (alphas ?? [:]).keys.sorted() {
            try require(
                name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }, .alphas, name,
                "plain names of layers")
        }
        var settings = LowRankSettings(
            rank: rank, alpha: alpha, dropout: dropout ?? 0, targets: targets?.names.map { .named($0) } ?? .allLinear)
        settings.isRankStabilized = isRankStabilized ?? false
        settings.alphas = alphas ?? [:]
        settings.isTransposed = isTransposed ?? false
        do {
            try settings.validate()
        } catch {
            throw ConfigurationError(path: path, adapter: error)
        }
        return settings
    }
}

extension ConfigurationError {
    /// A setting that cannot be, under the key that it has in the file.
    fileprivate init(path: String, adapter error: AdaptationError) {
        let keys: [String: AdapterConfiguration.CodingKeys] = [
            "rank": .rank, "alpha": .alpha, "dropout": .dropout, "targets": .targets,
        ]
        switch error {
        case .invalidSetting(let name, let value, let expected):
            self.init(path: path, key: keys[name]?.rawValue ?? name, .unsupported(value: value, expected: expected))
        case .unknownTargets, .doesNotFit:
            self.init(path: path, key: "", .malformed("\(error)"))
        }
    }
}

extension ConfigurationValue {
    fileprivate var isEmpty: Bool {
        switch self {
        case .null: true
        case .list(let values): values.isEmpty
        default: false
        }
    }

    /// The texts of a list; nil where it is something else, a pattern for one.
    fileprivate var names: [String]? {
        guard case .list(let values) = self, !values.isEmpty else { return nil }
        let names = values.compactMap { value -> String? in
            if case .text(let name) = value, !name.isEmpty { name } else { nil }
        }
        return names.count == values.count ? names : nil
    }
}
