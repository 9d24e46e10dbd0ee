import Kernels
import Optimizers
import Tensors
public import Training

/// Networks to train from nothing, on one machine.
public enum ImageClassifierPreset: String, Sendable, CaseIterable {
    /// A residual network of ten layers for pictures of about 32 pixels: 1.2 million parameters.
    case small
    /// That of He et al. 2016, section 4.2, for pictures of about 32 pixels: 0.27 million parameters.
    case resnet20

    /// The preset called `name`.
    public init(named name: String) throws(VisionModelError) {
        guard let preset = Self(rawValue: name.lowercased()) else {
            throw .unknownPreset(name, known: Self.allCases.map(\.rawValue))
        }
        self = preset
    }

    /// Height and width of the pictures where nothing else is asked for.
    public var inputSize: Int { 32 }

    public var batchSize: Int { 128 }

    /// The network's sizes, and how it wants its pictures.
    public func configuration(labels: [String], inputSize: Int) -> SmallResNetConfiguration {
        var configuration = SmallResNetConfiguration(depth: 20, labels: labels)
        if case .small = self {
            (configuration.depth, configuration.stageCount, configuration.width) = (10, 4, 32)
        }
        configuration.inputSize = Extent2d(inputSize)
        return configuration
    }

    /// How a network of this kind is trained where nothing else is asked for.
    ///
    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which warm-up and evaluations follow.
    public func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = 16
        settings.schedule = LearningRateSchedule(
            .cosine, peak: 0.2, warmUpSteps: 2 * stepsPerEpoch, finalFraction: 0.001)
        settings.optimizer = .sgd(SGD.Settings(momentum: 0.9, weightDecay: 5e-4, usesNesterov: true))
        settings.gradientNormLimit = nil
        settings.averageDecay = 0.995
        settings.evaluationInterval = stepsPerEpoch
        return settings
    }

    public static let labelSmoothing: Float = 0.1
}
