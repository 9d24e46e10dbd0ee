/// The five sizes of EfficientNet-Lite: how much wider and deeper than the smallest they are (Tan and Le 2019, section 3.3;
/// the lite ones leave out squeeze-and-excitation, take ReLU6, and scale neither the first nor the last layers).
public enum EfficientNetVariant: Int, Sendable, CaseIterable {
    case lite0, lite1, lite2, lite3, lite4

    /// One row of blocks of the same kind.
    struct Stage: Equatable {
        let kernel: Int
        let stride: Int
        /// How many times as many channels a block has inside.
        let expansion: Int
        let outputs: Int
        let count: Int
    }

    /// As `timm` calls it.
    public var architecture: String { "tf_efficientnet_lite\(rawValue)" }

    public init?(architecture: String) {
        guard let variant = Self.allCases.first(where: { $0.architecture == architecture }) else { return nil }
        self = variant
    }

    public var inputExtent: Int { [224, 240, 260, 280, 300][rawValue] }
    /// With which a feature is dropped in training.
    public var dropout: Float { rawValue < 2 ? 0.2 : 0.3 }

    private var widthFactor: Double { [1, 1, 1.1, 1.2, 1.4][rawValue] }
    private var depthFactor: Double { [1, 1.1, 1.2, 1.4, 1.8][rawValue] }

    /// Tan and Le 2019, table 1.
    private static let smallest: [Stage] = [
        Stage(kernel: 3, stride: 1, expansion: 1, outputs: 16, count: 1),
        Stage(kernel: 3, stride: 2, expansion: 6, outputs: 24, count: 2),
        Stage(kernel: 5, stride: 2, expansion: 6, outputs: 40, count: 2),
        Stage(kernel: 3, stride: 2, expansion: 6, outputs: 80, count: 3),
        Stage(kernel: 5, stride: 1, expansion: 6, outputs: 112, count: 3),
        Stage(kernel: 5, stride: 2, expansion: 6, outputs: 192, count: 4),
        Stage(kernel: 3, stride: 1, expansion: 6, outputs: 320, count: 1),
    ]

    var stages: [Stage] {
        Self.smallest.enumerated().map { index, stage in
            let isScaled = index > 0 && index < Self.smallest.count - 1
            return Stage(
                kernel: stage.kernel, stride: stage.stride, expansion: stage.expansion, outputs: scaled(stage.outputs),
                count: isScaled ? Int((depthFactor * Double(stage.count)).rounded(.up)) : stage.count)
        }
    }

    /// To a multiple of eight, and by no more than a tenth downwards.
    private func scaled(_ channels: Int) -> Int {
        let wanted = widthFactor * Double(channels)
        let rounded = max(8, Int(wanted + 4) / 8 * 8)
        return Double(rounded) < 0.9 * wanted ? rounded + 8 : rounded
    }
}
