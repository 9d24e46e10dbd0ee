#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The angle by which each pair of dimensions turns from one position to the next (Su et al. 2021, "RoFormer",
/// section 3.4.2), stretched by a ``RotaryScaling``.
struct RotaryFrequencies: Sendable, Equatable {
    /// Radians per position, `[width / 2]`.
    var angles: [Double]
    /// What cosines and sines are multiplied by.
    var amplitude = 1.0

    /// - Parameters:
    ///   - width: of a head, even.
    ///   - base: `rope_theta`.
    ///   - trainedPositions: `max_position_embeddings`, from which on dynamic scaling takes effect.
    ///   - positions: that the text is to have.
    init(width: Int, base: Double, scaling: RotaryScaling, trainedPositions: Int, positions: Int) {
        let exponents = stride(from: 0, to: width, by: 2).map { Double($0) / Double(width) }
        angles = exponents.map { pow(base, -$0) }
        switch scaling {
        case .none: break
        case .linear(let factor):
            angles = angles.map { $0 / factor }
        case .dynamic(let factor):
            // A head of two dimensions has one frequency, which no base can change.
            guard positions > trainedPositions, width > 2 else { break }
            let growth = factor * Double(positions) / Double(trainedPositions) - (factor - 1)
            let largerBase = base * pow(growth, Double(width) / Double(width - 2))
            angles = exponents.map { pow(largerBase, -$0) }
        case .llama3(let factor, let low, let high, let originalPositions):
            angles = angles.map { angle in
                let turns = Double(originalPositions) * angle / (2 * .pi)
                let kept = min(max((turns - low) / (high - low), 0), 1)
                return angle * (kept + (1 - kept) / factor)
            }
        case .yarn(let yarn):
            amplitude = yarn.attentionFactor
            // The dimension that makes so many turns within the trained length.
            func dimension(_ turns: Double) -> Double {
                Double(width) * log(Double(yarn.originalPositions) / (turns * 2 * .pi)) / (2 * log(base))
            }
            var (low, high) = (dimension(yarn.fastTurns), dimension(yarn.slowTurns))
            if yarn.roundsBorders { (low, high) = (low.rounded(.down), high.rounded(.up)) }
            (low, high) = (max(low, 0), min(high, Double(width - 1)))
            if low == high { high += 0.001 }
            angles = angles.enumerated().map { index, angle in
                let divided = min(max((Double(index) - low) / (high - low), 0), 1)
                return angle * (1 - divided + divided / yarn.factor)
            }
        }
    }
}

// Named apart from the C functions, which the tensors' operations of the same names hide elsewhere.
func naturalLogarithm(_ x: Double) -> Double { log(x) }
func naturalExponential(_ x: Double) -> Double { exp(x) }
