import Kernels
public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Mixes each picture of a batch with another one, and their classes in the same proportion.
///
/// The proportion, one for the whole batch, is drawn from Beta(strength, strength): strengths below 1 mostly leave one of
/// the two pictures nearly alone, 1 makes every proportion equally likely.
public enum BatchMixing: Sendable, Hashable, Codable {
    /// Sums of the two (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018).
    case mixup(strength: Double = 0.2)
    /// A rectangle of the other in the one (Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with
    /// Localizable Features", 2019).
    case cutmix(strength: Double = 1)

    /// Why it cannot be done with any batch; nil where it can.
    public var problem: String? {
        switch self {
        case .mixup(let strength), .cutmix(let strength):
            (0.001...1_000).contains(strength) ? nil : "a strength is from 0.001 to 1000"
        }
    }

    /// - Parameters:
    ///   - pictures: `[pictures, height, width, channels]`.
    ///   - weights: how much each picture belongs to each class, `[pictures, classes]`; rows that sum to 1 still do
    ///     afterwards.
    /// - Precondition: there is no ``problem``.
    public func callAsFunction(
        _ pictures: Tensor, _ weights: Tensor, using random: inout RandomSource
    ) -> (pictures: Tensor, weights: Tensor) {
        precondition(
            problem == nil && pictures.rank == 4 && weights.rank == 2 && pictures.shape[0] == weights.shape[0],
            "\(self): pictures \(pictures.shape), weights \(weights.shape) \(problem ?? "")")
        let partners = random.permutation(of: pictures.shape[0])
        switch self {
        case .mixup(let strength):
            let share = Float(random.beta(strength))
            return (
                Self.mixed(pictures, with: partners, share: share), Self.mixed(weights, with: partners, share: share)
            )
        case .cutmix(let strength):
            let (height, width) = (pictures.shape[1], pictures.shape[2])
            let part = Self.rectangle(width, height, area: 1 - random.beta(strength), using: &random)
            let share = 1 - Float(part.width * part.height) / Float(width * height)
            return (
                Self.pasted(pictures, with: partners, part), Self.mixed(weights, with: partners, share: share)
            )
        }
    }

    /// share · x + (1 − share) · x[partners], along the first axis.
    private static func mixed(_ x: Tensor, with partners: [Int], share: Float) -> Tensor {
        let count = x.elementCount / max(1, x.shape[0])
        return x.withFloats { source in
            Tensor(shape: x.shape) { y in
                for (row, partner) in partners.enumerated() {
                    WeightUpdate.interpolate(
                        source + partner * count, source + row * count, fraction: share, into: y + row * count,
                        count: count)
                }
            }
        }
    }

    /// x, its pixels in the rectangle those of x[partners].
    private static func pasted(_ x: Tensor, with partners: [Int], _ part: PixelRectangle) -> Tensor {
        let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
        return x.withFloats { source in
            Tensor(shape: x.shape) { y in
                y.update(from: source, count: x.elementCount)
                for (picture, partner) in partners.enumerated() {
                    for row in part.y..<part.y + part.height {
                        let place = (row * width + part.x) * channels
                        let own = picture * height * width * channels + place
                        let other = partner * height * width * channels + place
                        (y + own).update(from: source + other, count: part.width * channels)
                    }
                }
            }
        }
    }

    /// With the picture's proportions, its middle anywhere in the picture; what lies outside is cut off.
    private static func rectangle(
        _ width: Int, _ height: Int, area: Double, using random: inout RandomSource
    ) -> PixelRectangle {
        func interval(_ extent: Int) -> Range<Int> {
            let half = Int(Double(extent) * max(0, area).squareRoot()) / 2
            let middle = random.index(below: extent)
            return max(0, middle - half)..<min(extent, middle + half)
        }
        let (columns, rows) = (interval(width), interval(height))
        return PixelRectangle(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    }
}

extension RandomSource {
    /// 0 ..< `count` in random order (Fisher and Yates).
    mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in order.indices.dropLast() { order.swapAt(index, index + self.index(below: count - index)) }
        return order
    }

    /// A number with the distribution Beta(a, a).
    mutating func beta(_ a: Double) -> Double {
        // Logarithms, because both numbers may be too small to write down where a is small.
        let (first, second) = (logarithmOfGamma(a), logarithmOfGamma(a))
        return 1 / (1 + exp(second - first))
    }

    /// The logarithm of a number with the distribution Gamma(shape, 1): Marsaglia and Tsang, "A Simple Method for Generating
    /// Gamma Variables" (2000).
    private mutating func logarithmOfGamma(_ shape: Double) -> Double {
        // Section 6: a smaller shape by way of a larger one.
        if shape < 1 {
            let boost = log(1 - uniform(in: 0...1)) / shape
            return logarithmOfGamma(shape + 1) + boost
        }
        let d = shape - 1.0 / 3
        while true {
            let x = Double(normal())
            let v = 1 + x / (9 * d).squareRoot()
            guard v > 0 else { continue }
            let cube = v * v * v
            // `uniform` gives less than 1, so its rest is more than 0.
            if log(1 - uniform(in: 0...1)) < x * x / 2 + d - d * cube + d * log(cube) { return log(d * cube) }
        }
    }
}
