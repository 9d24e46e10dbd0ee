import Images
import Optimizers
public import Training

/// Detectors to train from nothing, on one machine.
public enum DetectorPreset: String, Sendable, CaseIterable {
    /// A residual network of ten layers below a narrow pyramid: 0.4 million parameters.
    case small

    /// The preset called `name`.
    public init(named name: String) throws(VisionModelError) {
        guard let preset = Self(rawValue: name.lowercased()) else {
            throw .unknownPreset(name, known: Self.allCases.map(\.rawValue))
        }
        self = preset
    }

    /// The network's sizes, for frames of `width` x `height` pixels.
    public func configuration(labels: [String], width: Int, height: Int) -> PyramidDetectorConfiguration {
        var backbone = ResNetConfiguration(
            widths: [32, 48, 64, 96], depths: [1, 1, 1, 1], layerKind: .basic, labels: ["class 0", "class 1"])
        backbone.stemWidth = 32
        var configuration = PyramidDetectorConfiguration(
            .resNet(backbone), labels: labels, inputWidth: width, inputHeight: height)
        configuration.width = 64
        return configuration
    }

    /// How a network of this kind is trained where nothing else is asked for.
    ///
    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which warm-up and evaluations follow.
    public func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
        var settings = ObjectDetectorTuning.trainingSettings(stepsPerEpoch: stepsPerEpoch)
        settings.epochs = 100
        return settings
    }
}
