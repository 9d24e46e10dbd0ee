import Checkpoints
import Parameters
import Tensors

/// The names that ResNet's weights have in `torchvision` and `timm` (`layer1.0.conv1.weight`, `fc.weight`); the model itself
/// has those of `transformers` (`resnet.encoder.stages.0.layers.0.layer.0.convolution.weight`).
enum ResNetImportTable {
    /// The model's name of one that is stored; nil for what is none of the model's.
    static func name(_ stored: String) -> String? {
        let parts = stored.split(separator: ".").map(String.init)
        switch parts.first {
        case "conv1" where parts.count == 2: return "resnet.embedder.embedder.convolution.\(parts[1])"
        case "bn1" where parts.count == 2: return "resnet.embedder.embedder.normalization.\(parts[1])"
        case "fc" where parts.count == 2: return "classifier.1.\(parts[1])"
        case .some(let first) where first.hasPrefix("layer") && parts.count >= 4:
            guard let stage = Int(first.dropFirst("layer".count)), stage >= 1, let index = Int(parts[1]) else {
                return nil
            }
            let layer = "resnet.encoder.stages.\(stage - 1).layers.\(index)"
            if parts[2] == "downsample", parts.count == 5 {
                return "\(layer).shortcut.\(parts[3] == "0" ? "convolution" : "normalization").\(parts[4])"
            }
            guard parts.count == 4, let number = parts[2].last.flatMap({ Int(String($0)) }), number >= 1 else {
                return nil
            }
            switch parts[2].dropLast() {
            case "conv": return "\(layer).layer.\(number - 1).convolution.\(parts[3])"
            case "bn": return "\(layer).layer.\(number - 1).normalization.\(parts[3])"
            default: return nil
            }
        default: return nil
        }
    }

    /// `source` under the model's names, whichever of the two it has.
    static func presented(_ source: any TensorSource) -> any TensorSource {
        guard source.shape(of: "conv1.weight") != nil, source.shape(of: "fc.weight") != nil else { return source }
        let pairs = source.names.compactMap { stored in name(stored).map { (stored, $0) } }
        return RenamedTensors(source, names: Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }
}

extension ResNetConfiguration {
    /// What weights without a configuration are of, told by their names, which are the model's, and their shapes; nil where
    /// they are of something else.
    init?(recognizing source: any TensorSource) {
        func outputs(_ name: String) -> Int? { source.shape(of: name).flatMap { $0.count == 4 ? $0[0] : nil } }
        guard let stem = source.shape(of: "resnet.embedder.embedder.convolution.weight"), stem.count == 4, stem[2] == 7,
            let classes = source.shape(of: "classifier.1.weight"), classes.count == 2,
            (1...LabelTable.limit).contains(classes[0])
        else { return nil }
        func convolution(_ stage: Int, _ layer: Int, _ number: Int) -> String {
            "resnet.encoder.stages.\(stage).layers.\(layer).layer.\(number).convolution.weight"
        }
        let kind: LayerKind = outputs(convolution(0, 0, 2)) == nil ? .basic : .bottleneck
        var (widths, depths): ([Int], [Int]) = ([], [])
        while let width = outputs(convolution(widths.count, 0, kind == .basic ? 1 : 2)) {
            var depth = 1
            while outputs(convolution(widths.count, depth, 0)) != nil { depth += 1 }
            widths.append(width)
            depths.append(depth)
        }
        guard !widths.isEmpty, classes[1] == widths.last else { return nil }
        self.init(widths: widths, depths: depths, layerKind: kind, labels: LabelTable.standard(classes[0]))
        stemWidth = stem[0]
    }
}

extension SmallResNetConfiguration {
    /// The same for a network of small pictures, whose shortcuts have no weights.
    init?(recognizing source: any TensorSource) {
        guard let stem = source.shape(of: "conv1.weight"), stem.count == 4, stem[2] == 3,
            let classes = source.shape(of: "linear.weight"), classes.count == 2,
            (1...LabelTable.limit).contains(classes[0]), classes[1] == 4 * stem[0],
            source.shape(of: "layer4.0.conv1.weight") == nil, !source.names.contains(where: { $0.contains("shortcut") })
        else { return nil }
        var layers = 0
        while source.shape(of: "layer1.\(layers).conv1.weight") != nil { layers += 1 }
        guard layers > 0 else { return nil }
        self.init(depth: 6 * layers + 2, labels: LabelTable.standard(classes[0]))
        width = stem[0]
    }
}

extension LabelTable {
    /// Names of classes for weights that carry none: those of ImageNet, where the number fits, else numbers.
    static func standard(_ count: Int) -> [String] {
        count == ImageNetClasses.count ? ImageNetClasses.names : (0..<count).map { "class \($0)" }
    }
}
