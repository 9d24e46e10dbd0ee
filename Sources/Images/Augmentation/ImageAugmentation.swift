public import Tensors

/// Changes to a picture by chance, one after the other, so that a network in training never sees the same one twice.
///
/// The result depends on the picture, the steps and the random source alone.
///
///     let augmentation = ImageAugmentation([.paddedCrop(border: 4), .sometimes(0.5, .flipHorizontally)])
///     let picture = augmentation(bitmap, using: &random)
public struct ImageAugmentation: Sendable, Hashable {
    public let steps: [AugmentationStep]

    /// - Precondition: every step is possible (``AugmentationStep/problem``).
    public init(_ steps: [AugmentationStep]) {
        for step in steps {
            precondition(step.problem == nil, "ImageAugmentation: \(step): \(step.problem ?? "")")
        }
        self.steps = steps
    }

    /// The picture changed; its size stays, unless a step is a ``AugmentationStep/resizedCrop``.
    ///
    /// - Precondition: the picture has one channel (grey) or three.
    public func callAsFunction(_ bitmap: Bitmap, using random: inout RandomSource) -> Bitmap {
        precondition(bitmap.channels % 2 == 1, "ImageAugmentation: a picture with \(bitmap.channels) channels")
        return steps.reduce(bitmap) { $1.applied(to: $0, using: &random) }
    }
}

extension ImageAugmentation: Codable {
    /// Throws where a step is impossible, so that a file from outside never ends the process.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let steps = try container.decode([AugmentationStep].self)
        for step in steps {
            if let problem = step.problem {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(step): \(problem)")
            }
        }
        self.steps = steps
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(steps)
    }
}

extension ImageAugmentation: CustomStringConvertible {
    /// One line, the steps in their order.
    public var description: String {
        steps.isEmpty ? "none" : steps.map { "\($0)" }.joined(separator: ", ")
    }
}

extension RandomSource {
    /// A number from `range`, with 53 random bits.
    package mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) * 0x1p-53
    }

    /// One of 0 ..< `count`.
    package mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
