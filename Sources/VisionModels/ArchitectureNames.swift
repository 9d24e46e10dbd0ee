import FoundationEssentials

/// Every name that a `config.json` may give to the architecture of its model.
struct ArchitectureNames: Decodable {
    let architectures: [String]?
    let modelType: String?
    /// Of `timm` and others.
    let architecture: String?

    enum CodingKeys: String, CodingKey {
        case architectures
        case modelType = "model_type"
        case architecture
    }

    /// Those that are there, the most exact first.
    var stated: [String] { [architecture, architectures?.first, modelType].compactMap { $0 } }

    /// Whether one of them is among `names`.
    func isOne(of names: String...) -> Bool { stated.contains { names.contains($0) } }
}
