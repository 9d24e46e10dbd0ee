/// Adds a number to the logits of some tokens; -∞ forbids one.
public struct LogitBias: LogitRule {
    private let biases: [Int: Float]

    public init(_ biases: [Int: Float]) { self.biases = biases }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        for (token, bias) in biases where logits.indices.contains(token) { logits[token] += bias }
    }
}

/// Makes tokens that occurred already less likely, however often they did: positive logits are divided by `penalty`,
/// negative ones multiplied (Keskar et al. 2019, "CTRL", section 4.1).
public struct RepetitionPenalty: LogitRule {
    private let penalty: Float
    private let prompt: [Int]

    /// - Parameters:
    ///   - penalty: above 0; 1 changes nothing.
    ///   - prompt: tokens that count as having occurred, besides those generated.
    public init(_ penalty: Float, prompt: [Int]) {
        self.penalty = penalty
        self.prompt = prompt
    }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        for token in Set(prompt).union(tokens) where logits.indices.contains(token) {
            logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty
        }
    }
}

/// Lowers the logits of generated tokens: by `presence` once, and by `frequency` for each time that one occurred.
public struct OccurrencePenalty: LogitRule {
    private let presence: Float
    private let frequency: Float

    /// - Parameters:
    ///   - presence: 0 changes nothing; negative numbers invite repetition.
    ///   - frequency: likewise.
    public init(presence: Float, frequency: Float) {
        self.presence = presence
        self.frequency = frequency
    }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        var counts: [Int: Int] = [:]
        for token in tokens { counts[token, default: 0] += 1 }
        for (token, count) in counts where logits.indices.contains(token) {
            logits[token] -= presence + frequency * Float(count)
        }
    }
}

/// Divides all logits: below 1 the likely tokens become likelier, above 1 the choice widens.
public struct Temperature: LogitRule {
    private let temperature: Float

    /// - Parameter temperature: above 0.
    public init(_ temperature: Float) {
        precondition(temperature > 0, "Temperature: \(temperature) is not above 0; the choice is then greedy")
        self.temperature = temperature
    }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        // The largest is taken away first, so that a temperature close to 0 cannot overflow.
        let largest = LogProbabilities.maximum(logits, in: 0..<logits.count)
        guard largest.isFinite else { return }
        for token in logits.indices { logits[token] = (logits[token] - largest) / temperature }
    }
}

/// Keeps the `count` most probable tokens; of equal ones the first (Fan, Lewis, Dauphin 2018, section 5.4).
public struct TopK: LogitRule {
    private let count: Int

    /// - Parameter count: at least 1.
    public init(_ count: Int) {
        precondition(count >= 1, "TopK: at least one token has to remain, not \(count)")
        self.count = count
    }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        guard count < logits.count else { return }
        let ones = [Double](repeating: 1, count: logits.count)
        WeightedSelection(ranks: logits.map { -$0 }, weights: ones).forbidRest(of: &logits, mass: Double(count))
    }
}

/// Keeps the most probable tokens that together reach a probability of `mass` (nucleus sampling, Holtzman et al. 2020,
/// equation 2).
public struct TopP: LogitRule {
    private let mass: Double

    /// - Parameter mass: above 0, at most 1.
    public init(_ mass: Float) {
        precondition(mass > 0 && mass <= 1, "TopP: a probability of \(mass) cannot be kept")
        self.mass = Double(mass)
    }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        guard mass < 1 else { return }
        let probabilities = LogProbabilities.probabilities(logits)
        // All tokens below this together have less than what may be left out, so none of them is ever kept: of a large
        // vocabulary few are left to look at.
        let bar = Float((1 - mass) / Double(logits.count))
        for token in logits.indices where probabilities[token] < bar { logits[token] = -.infinity }
        WeightedSelection(ranks: probabilities.map { -$0 }, weights: probabilities.map(Double.init))
            .forbidRest(of: &logits, mass: mass)
    }
}

/// Keeps the tokens whose probability is at least `share` of the largest one (Nguyen et al. 2024, "min-p").
public struct MinP: LogitRule {
    private let share: Float

    /// - Parameter share: 0 to 1; 0 keeps all.
    public init(_ share: Float) {
        precondition((0...1).contains(share), "MinP: \(share) is not a share")
        self.share = share
    }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        let probabilities = LogProbabilities.probabilities(logits)
        guard let largest = probabilities.max() else { return }
        for token in logits.indices where probabilities[token] < share * largest { logits[token] = -.infinity }
    }
}

/// Keeps the tokens whose information is closest to the mean information of the choice, until they reach a probability
/// of `mass` (locally typical sampling, Meister et al. 2023, section 4).
public struct TypicalP: LogitRule {
    private let mass: Double

    /// - Parameter mass: above 0, at most 1.
    public init(_ mass: Float) {
        precondition(mass > 0 && mass <= 1, "TypicalP: a probability of \(mass) cannot be kept")
        self.mass = Double(mass)
    }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        guard mass < 1 else { return }
        let total = LogProbabilities.logSumExp(logits, in: 0..<logits.count)
        guard total.isFinite else { return }
        let probabilities = LogProbabilities.probabilities(logits)
        var entropy = 0.0
        for token in logits.indices where probabilities[token] > 0 {
            entropy -= Double(probabilities[token]) * Double(logits[token] - total)
        }
        let distances = logits.map { abs(Float(entropy) + ($0 - total)) }
        WeightedSelection(ranks: distances, weights: probabilities.map(Double.init))
            .forbidRest(of: &logits, mass: mass)
    }
}
