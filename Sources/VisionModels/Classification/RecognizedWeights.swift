import Parameters

/// Weights without a configuration: of which network they are follows from their names and shapes.
struct RecognizedWeights {
    let configuration: any ImageClassificationConfiguration
    /// Under the network's own names.
    let weights: any TensorSource

    /// Nil where they are of no known network.
    init?(_ stored: any TensorSource) {
        let (resNet, transformer) = (ResNetImportTable.presented(stored), ViTImportTable(stored) ?? stored)
        if let found = EfficientNetConfiguration(recognizing: stored) {
            self.init(configuration: found, weights: EfficientNetImportTable.presented(stored, found))
        } else if let found = ResNetConfiguration(recognizing: resNet) {
            self.init(configuration: found, weights: resNet)
        } else if let found = SmallResNetConfiguration(recognizing: stored) {
            self.init(configuration: found, weights: stored)
        } else if let found = ViTConfiguration(recognizing: transformer) {
            self.init(configuration: found, weights: transformer)
        } else {
            return nil
        }
    }

    private init(configuration: any ImageClassificationConfiguration, weights: any TensorSource) {
        (self.configuration, self.weights) = (configuration, weights)
    }
}
