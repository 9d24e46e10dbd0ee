/// How rotary positions are stretched for contexts longer than those of the first training.
public enum RotaryScaling: Sendable, Equatable {
    case none
    /// Every frequency divided by `factor` (Chen et al. 2023, "Position Interpolation").
    case linear(factor: Double)
    /// A larger base the longer the text is, beyond the trained length ("NTK-aware" scaling).
    case dynamic(factor: Double)
    /// Low frequencies divided by `factor`, high ones kept, a smooth passage between (Llama 3.1).
    case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int)
    case yarn(Yarn)

    /// Frequencies with many turns in the trained context kept, those with few divided, and attention sharpened (Peng et
    /// al. 2023, "YaRN", sections 3.2 and 3.4).
    public struct Yarn: Sendable, Equatable {
        public var factor: Double
        public var originalPositions: Int
        /// From so many turns on a frequency is kept.
        public var fastTurns = 32.0
        /// Up to so many turns it is divided.
        public var slowTurns = 1.0
        /// What cosines and sines are multiplied by.
        public var attentionFactor: Double
        /// Whether the borders between the frequencies are rounded to whole ones.
        public var roundsBorders = true
    }
}

/// The rotary part of a `config.json`, in both spellings: `rope_parameters`, or `rope_scaling` with `rope_theta` beside
/// it.
struct RotaryParameters: Codable {
    var theta: Double?
    var type: String?
    /// The old name of `rope_type`.
    var oldType: String?
    var factor: Double?
    var lowFrequencyFactor: Double?
    var highFrequencyFactor: Double?
    var originalPositions: Int?
    var attentionFactor: Double?
    var fastTurns: Double?
    var slowTurns: Double?
    var scale: Double?
    var scaleOfAllDimensions: Double?
    var roundsBorders: Bool?
    var partialFactor: Double?

    enum CodingKeys: String, CodingKey {
        case theta = "rope_theta"
        case type = "rope_type"
        case oldType = "type"
        case factor
        case lowFrequencyFactor = "low_freq_factor"
        case highFrequencyFactor = "high_freq_factor"
        case originalPositions = "original_max_position_embeddings"
        case attentionFactor = "attention_factor"
        case fastTurns = "beta_fast"
        case slowTurns = "beta_slow"
        case scale = "mscale"
        case scaleOfAllDimensions = "mscale_all_dim"
        case roundsBorders = "truncate"
        case partialFactor = "partial_rotary_factor"
    }

    init() {}

    /// `rope_parameters`: those of all layers, or of each kind of them.
    struct OfLayers: Codable {
        var all: RotaryParameters?
        var full: RotaryParameters?
        var sliding: RotaryParameters?

        enum CodingKeys: String, CodingKey {
            case full = "full_attention"
            case sliding = "sliding_attention"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            full = try container.decodeIfPresent(RotaryParameters.self, forKey: .full)
            sliding = try container.decodeIfPresent(RotaryParameters.self, forKey: .sliding)
            if container.allKeys.isEmpty { all = try RotaryParameters(from: decoder) }
        }
    }

    /// What ``RotaryScaling`` looks like in a file; nil where nothing is scaled.
    init?(_ scaling: RotaryScaling) {
        switch scaling {
        case .none: return nil
        case .linear(let factor): (type, self.factor) = ("linear", factor)
        case .dynamic(let factor): (type, self.factor) = ("dynamic", factor)
        case .llama3(let factor, let low, let high, let positions):
            (type, self.factor, originalPositions) = ("llama3", factor, positions)
            (lowFrequencyFactor, highFrequencyFactor) = (low, high)
        case .yarn(let yarn):
            (type, factor, originalPositions) = ("yarn", yarn.factor, yarn.originalPositions)
            (fastTurns, slowTurns, attentionFactor) = (yarn.fastTurns, yarn.slowTurns, yarn.attentionFactor)
            roundsBorders = yarn.roundsBorders
        }
    }

    /// - Parameters:
    ///   - key: what errors call this part of the configuration.
    ///   - positions: `max_position_embeddings`.
    func scaling(file: String, key: String, positions: Int) throws(TextModelError) -> RotaryScaling {
        func invalid(_ name: String, _ value: String, _ expected: String) -> TextModelError {
            .invalidConfiguration(file: file, key: "\(key).\(name)", value: value, expected: expected)
        }
        func number(_ name: CodingKeys, _ value: Double?, _ range: ClosedRange<Double>) throws(TextModelError) -> Double
        {
            guard let value, range.contains(value) else {
                throw invalid(
                    name.rawValue, value.map { "\($0)" } ?? "missing", "\(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        if let partialFactor, partialFactor != 1 { throw invalid("partial_rotary_factor", "\(partialFactor)", "1") }
        let factors = 1.0...1024.0
        switch type ?? oldType ?? "default" {
        case "default": return .none
        case "linear": return .linear(factor: try number(.factor, factor, factors))
        case "dynamic": return .dynamic(factor: try number(.factor, factor, factors))
        case "llama3":
            let low = try number(.lowFrequencyFactor, lowFrequencyFactor, 1e-3...1e6)
            let high = try number(.highFrequencyFactor, highFrequencyFactor, 1e-3...1e6)
            guard high > low else { throw invalid("high_freq_factor", "\(high)", "more than low_freq_factor") }
            return .llama3(
                factor: try number(.factor, factor, factors), lowFrequencyFactor: low, highFrequencyFactor: high,
                originalPositions: try originalPositions(invalid))
        case "yarn":
            let original = try originalPositions(invalid)
            // Some files leave the factor to be told from the two lengths.
            let factor = try number(.factor, factor ?? Double(positions) / Double(original), factors)
            return .yarn(
                RotaryScaling.Yarn(
                    factor: factor, originalPositions: original,
                    fastTurns: try number(.fastTurns, fastTurns ?? 32, 1e-3...1e6),
                    slowTurns: try number(.slowTurns, slowTurns ?? 1, 1e-3...1e6),
                    attentionFactor: try number(
                        .attentionFactor, attentionFactor ?? standardAttentionFactor(factor), 1e-3...1e3),
                    roundsBorders: roundsBorders ?? true))
        case let other: throw invalid("rope_type", other, "default, linear, dynamic, llama3 or yarn")
        }
    }

    private func originalPositions(
        _ invalid: (String, String, String) -> TextModelError
    ) throws(TextModelError) -> Int {
        guard let originalPositions, (1...LlamaConfiguration.largestContext).contains(originalPositions) else {
            throw invalid(
                CodingKeys.originalPositions.rawValue, originalPositions.map { "\($0)" } ?? "missing",
                "1 to \(LlamaConfiguration.largestContext)")
        }
        return originalPositions
    }

    /// Section 3.4 of the YaRN paper, with the two scales that some models divide by each other.
    private func standardAttentionFactor(_ factor: Double) -> Double {
        func scaled(_ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * naturalLogarithm(factor) + 1 }
        guard let scale, let scaleOfAllDimensions, scale != 0, scaleOfAllDimensions != 0 else { return scaled(1) }
        return scaled(scale) / scaled(scaleOfAllDimensions)
    }
}
