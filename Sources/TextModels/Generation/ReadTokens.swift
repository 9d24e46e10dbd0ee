import Tensors

/// What a model has read, and what it made of it: continued token by token, or taken up again at any place.
struct ReadTokens {
    let model: LanguageModel
    private(set) var tokens: [Int] = []
    /// What may follow after the first ``logitsPosition`` tokens.
    private var logits: [Float] = []
    private var logitsPosition = 0
    private var past: LanguageModelPast?

    /// So many tokens of a prompt go through the model at once: enough to keep it busy, few enough to be stopped soon.
    private static let chunk = 512

    init(_ model: LanguageModel) { self.model = model }

    /// Takes over keys and values from elsewhere, which are of this model.
    init(_ model: LanguageModel, tokens: [Int], past: LanguageModelPast) {
        self.model = model
        self.tokens = tokens
        self.past = past
    }

    var cache: KeyValueCache? { past?.cache }

    /// What may follow `wanted`. What that has in common with what was read before is kept, the rest forgotten.
    ///
    /// - Parameters:
    ///   - planned: tokens that are to follow, at most.
    ///   - reports: told the number of tokens that did not have to be read.
    mutating func read(
        _ wanted: [Int], planned: Int, checkCancellation: () throws -> Void, reports: (_ reused: Int) -> Void = { _ in }
    ) throws -> [Float] {
        let past = makePast(positions: min(model.configuration.context, wanted.count + planned))
        var common = zip(tokens, wanted).prefix { $0 == $1 }.count
        if common == wanted.count, logitsPosition == wanted.count, !logits.isEmpty {
            forget(from: common)
            reports(common)
            return logits
        }
        // The last token has to be read for what may follow it.
        common = min(common, wanted.count - 1)
        forget(from: common)
        reports(common)
        for start in stride(from: common, to: wanted.count, by: Self.chunk) {
            try checkCancellation()
            let part = wanted[start..<min(wanted.count, start + Self.chunk)]
            let states = model.network(Self.batch(part), extending: past)
            tokens += part
            if tokens.count == wanted.count {
                logits = try model.lastLogits(of: states)
                logitsPosition = wanted.count
            }
        }
        return logits
    }

    /// What may follow `token`, which follows what was read.
    mutating func read(_ token: Int) throws -> [Float] {
        let past = makePast(positions: tokens.count + 1)
        let states = model.network(Self.batch([token]), extending: past)
        tokens.append(token)
        return try model.lastLogits(of: states)
    }

    private mutating func forget(from position: Int) {
        if position < logitsPosition { logits = [] }
        tokens.removeLast(tokens.count - position)
        past?.cache.truncate(sequence: 0, to: position)
    }

    /// A past with room for so many positions: the present one, or a longer one that takes over what that holds. Where
    /// positions are told differently in a longer text (dynamic scaling), everything is read anew.
    private mutating func makePast(positions: Int) -> LanguageModelPast {
        if let past, past.cache.positionCapacity >= positions { return past }
        let context = model.configuration.context
        guard let old = past else {
            let new = model.network.makePast(positions: positions)
            past = new
            return new
        }
        let new = model.network.makePast(positions: min(context, max(positions, 2 * old.cache.positionCapacity)))
        if new.continues(old) {
            new.cache.take(tokens.count, of: old.cache)
        } else {
            tokens = []
            logits = []
        }
        past = new
        return new
    }

    private static func batch(_ tokens: some Collection<Int>) -> Tensor {
        Tensor(tokens.map { Int32($0) }, shape: [1, tokens.count])
    }
}

extension LanguageModelPast {
    /// Whether positions are told as in `other`, which is shorter.
    func continues(_ other: LanguageModelPast) -> Bool {
        rotations.count == other.rotations.count
            && zip(rotations, other.rotations).allSatisfy { new, old in
                let positions = min(new.cosines.shape[0], old.cosines.shape[0])
                return new.cosines.leadingSlice(0..<positions).floats()
                    == old.cosines.leadingSlice(0..<positions).floats()
                    && new.sines.leadingSlice(0..<positions).floats() == old.sines.leadingSlice(0..<positions).floats()
            }
    }
}
