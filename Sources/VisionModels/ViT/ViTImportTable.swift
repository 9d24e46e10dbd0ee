import Kernels
import Parameters
import Tensors

/// The weights of a ViT as `timm` has them (`blocks.0.attn.qkv.weight`), under the names of `transformers`, which the model
/// has: queries, keys and values are one matrix there, and three here.
struct ViTImportTable: TensorSource {
    /// Where a tensor of the model is: all of a stored one, or one of three equal parts of its rows.
    private struct Place {
        let name: String
        let part: Int?
    }

    private let source: any TensorSource
    private let places: [String: Place]
    let names: [String]

    /// Nil for weights that are of something else.
    init?(_ source: any TensorSource) {
        guard source.shape(of: "patch_embed.proj.weight") != nil, source.shape(of: "pos_embed") != nil else {
            return nil
        }
        self.source = source
        var places: [(String, Place)] = []
        for stored in source.names {
            let name = Self.name(stored)
            if name.contains(Self.joined) {
                for (part, kind) in ["query", "key", "value"].enumerated() {
                    places.append((name.replacing(Self.joined, with: kind), Place(name: stored, part: part)))
                }
            } else {
                places.append((name, Place(name: stored, part: nil)))
            }
        }
        names = places.map(\.0)
        self.places = Dictionary(places, uniquingKeysWith: { first, _ in first })
    }

    private static let joined = "{query, key, value}"

    private static func name(_ stored: String) -> String {
        switch stored {
        case "cls_token": return "vit.embeddings.cls_token"
        case "pos_embed": return "vit.embeddings.position_embeddings"
        default: break
        }
        let table = [
            ("patch_embed.proj.", "vit.embeddings.patch_embeddings.projection."), ("norm.", "vit.layernorm."),
            ("head.", "classifier."),
        ]
        for (prefix, name) in table where stored.hasPrefix(prefix) { return name + stored.dropFirst(prefix.count) }
        let parts = stored.split(separator: ".", maxSplits: 2).map(String.init)
        guard parts.count == 3, parts[0] == "blocks" else { return stored }
        let inner = [
            ("norm1.", "layernorm_before."), ("attn.qkv.", "attention.attention.\(joined)."),
            ("attn.proj.", "attention.output.dense."), ("norm2.", "layernorm_after."),
            ("mlp.fc1.", "intermediate.dense."), ("mlp.fc2.", "output.dense."),
        ]
        for (prefix, name) in inner where parts[2].hasPrefix(prefix) {
            return "vit.encoder.layer.\(parts[1]).\(name)\(parts[2].dropFirst(prefix.count))"
        }
        return stored
    }

    func shape(of name: String) -> Shape? {
        guard let place = places[name], let shape = source.shape(of: place.name) else { return nil }
        guard place.part != nil else { return shape }
        // What cannot be divided keeps its shape, and so is reported.
        return shape.count > 0 && shape[0].isMultiple(of: 3) ? Shape([shape[0] / 3] + shape.dropFirst()) : shape
    }

    func elementType(of name: String) throws -> ElementType? {
        try places[name].flatMap { try source.elementType(of: $0.name) }
    }

    func tensor(named name: String) throws -> Tensor? {
        guard let place = places[name], let tensor = try source.tensor(named: place.name) else { return nil }
        guard let part = place.part, let shape = shape(of: name), shape != tensor.shape else { return tensor }
        let count = shape.elementCount
        return Tensor(Array(tensor.floats()[part * count..<(part + 1) * count]), shape: shape)
            .converted(to: tensor.elementType)
    }

    func releasePages() { source.releasePages() }
}

extension ViTConfiguration {
    /// What weights without a configuration are of, told by their names, which are the model's, and their shapes; nil where
    /// they are of something else. The number of heads leaves no trace in them: it is that of the published sizes.
    init?(recognizing source: any TensorSource) {
        guard let patches = source.shape(of: "vit.embeddings.patch_embeddings.projection.weight"), patches.count == 4,
            let positions = source.shape(of: "vit.embeddings.position_embeddings"), positions.count == 3,
            let up = source.shape(of: "vit.encoder.layer.0.intermediate.dense.weight"), up.count == 2,
            let classes = source.shape(of: "classifier.weight"), classes.count == 2,
            (1...LabelTable.limit).contains(classes[0])
        else { return nil }
        let (width, patch, count) = (patches[0], patches[2], positions[1] - 1)
        let side = Int(Double(max(0, count)).squareRoot().rounded())
        var layers = 0
        while source.shape(of: "vit.encoder.layer.\(layers).intermediate.dense.weight") != nil { layers += 1 }
        // Dosovitskiy et al. 2021, table 1: 64 numbers a head, but 80 in the largest.
        let heads = width == 1_280 ? 16 : width / 64
        guard side > 0, side * side == count, heads > 0, width.isMultiple(of: heads) else { return nil }
        self.init(
            width: width, feedForward: up[0], layers: layers, heads: heads, imageExtent: side * patch,
            patchExtent: patch, labels: LabelTable.standard(classes[0]))
        normEpsilon = 1e-6
        hasAttentionBias = source.shape(of: "vit.encoder.layer.0.attention.attention.query.bias") != nil
    }
}
