#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The learning rate as a function of the step: linear warm-up, then a curve.
///
/// Steps count from 0. With the peak p, the warm-up of w steps and the end after n:
/// during warm-up p (t + 1) / w, and so never 0; afterwards with x = (t − w) / (n − w), or the part of the time that has
/// passed where that is limited and more of it has, at most 1, and the final fraction f:
///
/// | curve | rate |
/// |---|---|
/// | constant | p |
/// | linear | p (1 − (1 − f) x) |
/// | cosine | p (f + (1 − f) (1 + cos πx) / 2) (Loshchilov and Hutter 2017) |
/// | inverse square root | p √(max(w, 1) / (t + 1)) (Vaswani et al. 2017) |
/// | step | p γ^⌊(t − w) / s⌋ |
/// | plateau | p times the factor of a ``Plateau`` |
public struct LearningRateSchedule: Sendable, Hashable, Codable {
    public enum Curve: Sendable, Hashable, Codable {
        case constant
        case linear
        case cosine
        case inverseSquareRoot
        /// Multiplied by `factor` after every `interval` steps.
        case step(interval: Int, factor: Double)
        /// Multiplied by `factor` when the validation loss has not improved for more than `patience` evaluations.
        case plateau(patience: Int, factor: Double)
    }

    public var curve: Curve
    public var peak: Double
    public var warmUpSteps: Int
    /// The rate at the end over the peak, for `linear` and `cosine`.
    public var finalFraction: Double

    public init(_ curve: Curve, peak: Double, warmUpSteps: Int = 0, finalFraction: Double = 0) {
        (self.curve, self.peak, self.warmUpSteps) = (curve, peak, warmUpSteps)
        self.finalFraction = finalFraction
    }

    /// Whether the curve leads to an end, which then has to be known.
    public var needsEnd: Bool {
        switch curve {
        case .linear, .cosine: true
        case .constant, .inverseSquareRoot, .step, .plateau: false
        }
    }

    /// The rate of the step `step`.
    ///
    /// - Parameters:
    ///   - end: steps that are planned, if they are limited.
    ///   - elapsed: the part of the time that has passed, if that is limited.
    public func rate(step: Int, end: Int? = nil, elapsed: Double? = nil, plateauFactor: Double = 1) -> Double {
        if step < warmUpSteps { return peak * Double(step + 1) / Double(warmUpSteps) }
        let afterWarmUp = Double(step - warmUpSteps)
        switch curve {
        case .constant: return peak
        case .linear: return peak * (1 - (1 - finalFraction) * progress(step, end, elapsed))
        case .cosine:
            return peak * (finalFraction + (1 - finalFraction) * (1 + cos(.pi * progress(step, end, elapsed))) / 2)
        case .inverseSquareRoot: return peak * (Double(max(warmUpSteps, 1)) / Double(step + 1)).squareRoot()
        case .step(let interval, let factor): return peak * pow(factor, (afterWarmUp / Double(interval)).rounded(.down))
        case .plateau: return peak * plateauFactor
        }
    }

    private func progress(_ step: Int, _ end: Int?, _ elapsed: Double?) -> Double {
        let bySteps = end.map { Double(step - warmUpSteps) / Double(max(1, $0 - warmUpSteps)) }
        guard let progress = [bySteps, elapsed].compactMap({ $0 }).max() else {
            preconditionFailure("a \(curve) schedule needs the number of steps or the time")
        }
        return min(1, progress)
    }
}

/// Lowers the learning rate when a loss stops falling, as PyTorch's `ReduceLROnPlateau` does (mode `min`, relative
/// threshold 10⁻⁴, no cool-down), or another figure that is the better the lower it is.
public struct Plateau: Sendable, Hashable, Codable {
    /// What the peak rate is multiplied by now.
    public private(set) var factor = 1.0
    /// Of the loss, or of the figure that comes before it.
    private var best: Double?
    /// Nil where the loss is ``best``.
    private var lossOfBest: Double?
    private var badEvaluations = 0

    public init() {}

    /// Takes note of one evaluation.
    ///
    /// - Parameter figure: what counts before the loss, which then decides between equal ones.
    public mutating func observe(_ loss: Double, figure: Double? = nil, patience: Int, factor step: Double) {
        if isImprovement(loss, figure) {
            (best, lossOfBest) = (figure ?? loss, figure.map { _ in loss })
            badEvaluations = 0
        } else {
            badEvaluations += 1
        }
        if badEvaluations > patience {
            factor *= step
            badEvaluations = 0
        }
    }

    private func isImprovement(_ loss: Double, _ figure: Double?) -> Bool {
        func isLower(_ value: Double, than old: Double) -> Bool { value < old * (1 - 1e-4) }
        // What was found by another measure says nothing.
        guard let best, (figure == nil) == (lossOfBest == nil) else { return true }
        guard let figure, let lossOfBest else { return isLower(loss, than: best) }
        return figure == best ? isLower(loss, than: lossOfBest) : isLower(figure, than: best)
    }
}
