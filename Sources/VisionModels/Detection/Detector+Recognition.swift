public import Checkpoints
import Parameters

extension Detector {
    /// Whether a model is a network that finds things, by its configuration or, without one, by its weights.
    public static func recognizes(_ model: ModelFolder) throws -> Bool {
        guard let names = try model.decode(ArchitectureNames.self, from: "config.json") else {
            return FastestDetConfiguration(recognizing: try model.openWeights()) != nil
        }
        return DetectorFiles.isDetector(names)
    }
}
