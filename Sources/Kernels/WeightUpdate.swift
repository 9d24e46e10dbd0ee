import CKernels

/// What optimizers do to a parameter of float32 elements, in one pass over its memory. Every element is computed alone, so
/// results do not depend on the threads; an output must not overlap an input unless it is that input.
public enum WeightUpdate {
    /// The numbers of one step of AdamW.
    public struct AdamWStep: Sendable {
        /// What the gradient is multiplied by first.
        public var gradientFactor: Float
        public var beta1: Float
        public var beta2: Float
        public var epsilon: Float
        /// 1 − learning rate · weight decay
        public var decay: Float
        /// learning rate / (1 − beta1ᵗ)
        public var stepSize: Float
        /// 1 / √(1 − beta2ᵗ)
        public var secondScale: Float

        public init(
            gradientFactor: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float, stepSize: Float,
            secondScale: Float
        ) {
            (self.gradientFactor, self.beta1, self.beta2) = (gradientFactor, beta1, beta2)
            (self.epsilon, self.decay, self.stepSize) = (epsilon, decay, stepSize)
            self.secondScale = secondScale
        }
    }

    /// The numbers of one step of stochastic gradient descent.
    public struct DescentStep: Sendable {
        /// What the gradient is multiplied by first.
        public var gradientFactor: Float
        public var learningRate: Float
        public var momentum: Float
        public var dampening: Float
        public var weightDecay: Float
        public var usesNesterov: Bool

        public init(
            gradientFactor: Float, learningRate: Float, momentum: Float, dampening: Float, weightDecay: Float,
            usesNesterov: Bool
        ) {
            (self.gradientFactor, self.learningRate, self.momentum) = (gradientFactor, learningRate, momentum)
            (self.dampening, self.weightDecay, self.usesNesterov) = (dampening, weightDecay, usesNesterov)
        }
    }

    private static let chunk = 16 << 10

    /// AdamW: m′ = m + (g − m)(1 − β₁), v′ = β₂ v + (1 − β₂) g², w′ = decay · w − stepSize · m′ / (secondScale · √v′ + ε).
    public static func adamW(
        _ step: AdamWStep, weight: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        firstMoment: UnsafePointer<Float>, secondMoment: UnsafePointer<Float>,
        newWeight: UnsafeMutablePointer<Float>, newFirstMoment: UnsafeMutablePointer<Float>,
        newSecondMoment: UnsafeMutablePointer<Float>, count: Int
    ) {
        let table = KernelTable.current
        var arguments = kernels_adamw(
            weight: weight, gradient: gradient, first: firstMoment, second: secondMoment, new_weight: newWeight,
            new_first: newFirstMoment, new_second: newSecondMoment, gradient_factor: step.gradientFactor,
            beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon, decay: step.decay, step_size: step.stepSize,
            second_scale: step.secondScale)
        withUnsafePointer(to: &arguments) { arguments in
            Threads.parallelRanges(count, chunk: chunk) { range in
                table.pointee.adamw(arguments, range.lowerBound, range.upperBound)
            }
        }
    }

    /// Gradient descent with momentum b′ = μ b + (1 − dampening) g′, where g′ = g + weightDecay · w.
    ///
    /// - Parameters:
    ///   - velocity: b; nil in the first step, which takes b′ = g′.
    ///   - newVelocity: where b′ goes; nil without momentum.
    public static func descend(
        _ step: DescentStep, weight: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafePointer<Float>?, newWeight: UnsafeMutablePointer<Float>,
        newVelocity: UnsafeMutablePointer<Float>?, count: Int
    ) {
        precondition(
            (step.momentum == 0) == (newVelocity == nil), "momentum needs a place for the velocity, and only momentum")
        let table = KernelTable.current
        var arguments = kernels_sgd(
            weight: weight, gradient: gradient, velocity: velocity, new_weight: newWeight, new_velocity: newVelocity,
            gradient_factor: step.gradientFactor, learning_rate: step.learningRate, momentum: step.momentum,
            dampening: step.dampening, weight_decay: step.weightDecay, nesterov: step.usesNesterov,
            is_first: velocity == nil)
        withUnsafePointer(to: &arguments) { arguments in
            Threads.parallelRanges(count, chunk: chunk) { range in
                table.pointee.sgd(arguments, range.lowerBound, range.upperBound)
            }
        }
    }

    /// c = a + (b − a) · fraction
    public static func interpolate(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, fraction: Float, into c: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: chunk) { range in
            let offset = range.lowerBound
            table.pointee.interpolate(a + offset, b + offset, fraction, c + offset, range.count)
        }
    }

    /// Σ x² in double precision. Partial sums of 16 Ki elements are added in order, so the result does not depend on the
    /// threads.
    public static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
        let table = KernelTable.current
        let chunks = (count + chunk - 1) / chunk
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, chunks)) { parts in
            Threads.parallelRanges(count, chunk: chunk) { range in
                parts[range.lowerBound / chunk] = table.pointee.sum_of_squares(x + range.lowerBound, range.count)
            }
            return parts.prefix(chunks).reduce(0, +)
        }
    }
}
