import Synchronization
public import Tensors

/// Low-rank adapters of a model's linear layers, beside a base that stays as it is:
/// y = x Wᵀ + s (x Aᵀ) Bᵀ with s = alpha / rank (Hu et al. 2021, equation 3).
///
/// A ``ParameterStore`` that was made with an adaptation freezes its own parameters, and gives every linear layer that
/// is a target its factors, so that models know nothing of adapters. The factors are parameters of a store of their own,
/// under the names that PEFT gives them: that store is what is trained, saved and resumed.
public final class LowRankAdaptation: Sendable {
    /// As they were given, and what the model that was built adds to them.
    public var settings: LowRankSettings {
        var settings = given
        if layers.withLock({ $0.isTransposed }) { settings.isTransposed = true }
        return settings
    }
    private let given: LowRankSettings
    /// The factors. Shapes: A `[rank, inputs]`, B `[outputs, rank]`.
    public let parameters: ParameterStore
    /// Multiplies what all adapters add.
    public let strength: Float
    /// Where the factors are stored; nil where they begin at random.
    private let stored: (any TensorSource)?
    private let layers = Mutex<(paths: [String], isTransposed: Bool)>(([], false))

    /// Adapters that begin at random: A as PyTorch begins a linear layer, B with zeros, so that at first nothing changes.
    public init(_ settings: LowRankSettings, random: RandomSource) throws(AdaptationError) {
        try settings.validate()
        given = settings
        strength = 1
        stored = nil
        parameters = ParameterStore(random: random)
    }

    /// Adapters that `source` holds; every layer with a stored factor is one, whatever the settings' targets are.
    public init(
        _ settings: LowRankSettings, reading source: any TensorSource, strength: Float = 1
    ) throws(AdaptationError) {
        try settings.validate()
        given = settings
        self.strength = strength
        stored = source
        parameters = ParameterStore(reading: source)
    }

    /// The names of the factors of the layer `path`, as PEFT has them in a file.
    static func names(of path: String) -> (down: String, up: String) {
        ("\(namePrefix)\(path).lora_A.weight", "\(namePrefix)\(path).lora_B.weight")
    }

    static let namePrefix = "base_model.model."

    /// The factors of a linear layer; nil where it is no target.
    func factors(of path: String, inputs: Int, outputs: Int, isTransposed: Bool) -> LowRankFactors? {
        layers.withLock { $0.paths.append(path) }
        let (down, up) = Self.names(of: path)
        let rank: Int
        if let stored {
            guard let shape = stored.shape(of: down) ?? stored.shape(of: up) else { return nil }
            // A shape that is none is told by the store below.
            rank = max(1, stored.shape(of: down)?.first ?? shape.last ?? 1)
        } else {
            guard isTarget(path) else { return nil }
            rank = given.rank
        }
        if isTransposed { layers.withLock { $0.isTransposed = true } }
        return LowRankFactors(
            down: parameters.root.parameter(down, [rank, inputs], .kaimingUniform(fanIn: inputs)),
            up: parameters.root.parameter(up, [outputs, rank], .zeros),
            scale: strength * given.scale(of: path, rank: rank), dropout: given.dropout,
            stream: ParameterStore.stream(path))
    }

    private func isTarget(_ path: String) -> Bool {
        switch given.targets {
        case .allLinear: true
        case .named(let names): names.contains { LowRankSettings.matches(path, $0) }
        }
    }

    /// Throws ``AdaptationError`` where a target is no layer of the model that was built, or stored factors do not fit it.
    func verify() throws {
        if stored != nil {
            do {
                try parameters.verify()
            } catch let mismatch as ParameterMismatch {
                throw AdaptationError.doesNotFit(mismatch)
            }
        } else if case .named(let names) = given.targets {
            let layers = layers.withLock { $0.paths }
            let unknown = names.filter { name in !layers.contains { LowRankSettings.matches($0, name) } }
            guard unknown.isEmpty else {
                let known = Set(layers.map { $0.split(separator: ".").last.map(String.init) ?? $0 })
                throw AdaptationError.unknownTargets(unknown, known: known.sorted())
            }
        }
    }
}

/// What an adapter adds to a linear layer: `scale` · (x `down`ᵀ) `up`ᵀ.
public struct LowRankFactors: Sendable {
    /// `[rank, inputs]`
    public let down: Parameter
    /// `[outputs, rank]`
    public let up: Parameter
    public let scale: Float
    /// The probability with which an element of x is dropped in training.
    public let dropout: Float
    /// Of the random numbers of dropout: another one for every layer.
    public let stream: UInt64
}

extension ParameterScope {
    /// The factors that an adaptation adds to the linear layer of this scope; nil without one, or where the layer is no
    /// target.
    ///
    /// - Parameter isTransposed: whether the layer's weight stands as `[inputs, outputs]`; the factors never do.
    public func lowRankFactors(inputs: Int, outputs: Int, isTransposed: Bool = false) -> LowRankFactors? {
        store.adaptation?.factors(of: path, inputs: inputs, outputs: outputs, isTransposed: isTransposed)
    }
}
