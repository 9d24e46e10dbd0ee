/// Parts of a network that stay as they are when it is trained further.
enum FrozenStages {
    /// Every stage but the last layer, or the heads.
    static let wholeBackbone = "backbone"

    /// How the names of the parameters of these stages begin.
    ///
    /// - Parameters:
    ///   - known: the network's stages.
    ///   - folder: what errors call the model.
    static func prefixes(
        of stages: [String], among known: [(name: String, prefixes: [String])], folder: String
    ) throws(VisionModelError) -> [String] {
        if stages == [wholeBackbone] { return known.flatMap(\.prefixes) }
        var prefixes: [String] = []
        for name in stages {
            guard let stage = known.first(where: { $0.name == name }) else {
                throw .unknownStage(name, folder: folder, known: [wholeBackbone] + known.map(\.name))
            }
            prefixes += stage.prefixes
        }
        return prefixes
    }
}
