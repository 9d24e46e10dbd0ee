/// How low-rank adapters are made (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models").
public struct LowRankSettings: Sendable, Hashable {
    /// Which linear layers are adapted.
    public enum Targets: Sendable, Hashable {
        /// Every linear layer; the head of a language model, which is a table of its own, is none.
        case allLinear
        /// Those whose path is one of these names, or ends in a dot and one of them.
        case named([String])
    }

    /// Columns of the first factor's result: what the adapter can express.
    public var rank: Int
    /// The product of the factors is multiplied by this over the rank.
    public var alpha: Double
    /// The probability with which an element of an adapter's input is dropped in training.
    public var dropout: Float
    public var targets: Targets
    /// Divides by the square root of the rank instead (Kalajdzievski 2023, "A Rank Stabilization Scaling Factor for
    /// Fine-Tuning with LoRA").
    public var isRankStabilized = false
    /// Layers with an alpha of their own, by name as in ``Targets/named(_:)``.
    public var alphas: [String: Double] = [:]
    /// Whether the weights beside the adapters stand as `[inputs, outputs]`, as GPT-2's do; known once the model is built.
    public var isTransposed = false

    public static let ranks = 1...4096

    public init(rank: Int, alpha: Double? = nil, dropout: Float = 0, targets: Targets) {
        self.rank = rank
        self.alpha = alpha ?? Double(2 * rank)
        self.dropout = dropout
        self.targets = targets
    }

    /// Throws ``AdaptationError`` for numbers that make no adapter.
    public func validate() throws(AdaptationError) {
        func require(_ isSatisfied: Bool, _ name: String, _ value: String, _ expected: String) throws(AdaptationError) {
            if !isSatisfied { throw .invalidSetting(name: name, value: value, expected: expected) }
        }
        try require(
            Self.ranks.contains(rank), "rank", "\(rank)", "\(Self.ranks.lowerBound) to \(Self.ranks.upperBound)")
        for alpha in [alpha] + alphas.values {
            try require(alpha.isFinite && alpha > 0, "alpha", "\(alpha)", "a number above 0")
        }
        try require(dropout >= 0 && dropout < 1, "dropout", "\(dropout)", "a number from 0 to below 1")
        if case .named(let names) = targets {
            try require(!names.isEmpty && !names.contains(""), "targets", "empty", "names of linear layers")
        }
    }

    /// Whether `path` is `name`, or ends in a dot and `name`.
    static func matches(_ path: String, _ name: String) -> Bool { path == name || path.hasSuffix("." + name) }

    /// What the product of the factors of the layer `path` is multiplied by.
    func scale(of path: String, rank: Int) -> Float {
        let alpha = alphas.filter { Self.matches(path, $0.key) }.min { $0.key.count > $1.key.count }?.value ?? alpha
        return Float(alpha / (isRankStabilized ? Double(rank).squareRoot() : Double(rank)))
    }
}

extension LowRankSettings.Targets {
    /// `all-linear`, or names of layers with commas between them.
    public init(_ text: String) {
        let names = text.split(separator: ",").map { String($0.drop { $0 == " " }) }
        self = text == "all-linear" ? .allLinear : .named(names)
    }
}

extension LowRankSettings.Targets: CustomStringConvertible {
    /// As `init(_:)` reads it.
    public var description: String {
        switch self {
        case .allLinear: "all-linear"
        case .named(let names): names.joined(separator: ",")
        }
    }
}

/// What is wrong with adapters, or with what is asked of them.
public enum AdaptationError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidSetting(name: String, value: String, expected: String)
    /// Names that are no linear layer of the model; the last parts of those that are.
    case unknownTargets([String], known: [String])
    /// Factors whose names or shapes are not those of the model's layers.
    case doesNotFit(ParameterMismatch)

    public var description: String {
        switch self {
        case .invalidSetting(let name, let value, let expected):
            "an adapter's \(name) cannot be \(value); expected \(expected)"
        case .unknownTargets(let names, let known):
            "the model has no linear layer called \(names.map { "'\($0)'" }.joined(separator: ", ")); it has "
                + known.joined(separator: ", ")
        case .doesNotFit(let mismatch):
            "the adapter is not one of this model: \(mismatch.differences)"
        }
    }
}
