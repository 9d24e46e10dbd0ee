import Checkpoints
import Parameters

/// The names that the weights of EfficientNet-Lite have in the translation of TensorFlow's code to PyTorch that most files
/// come from (`_blocks.0._depthwise_conv.weight`); the model itself has those of `timm` (`blocks.0.0.conv_dw.weight`).
enum EfficientNetImportTable {
    private static let normEntries = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]

    /// The original name of each name of `timm`.
    static func original(_ variant: EfficientNetVariant) -> [String: String] {
        var table: [String: String] = [:]
        func convolution(_ name: String, _ original: String) { table[name + ".weight"] = original + ".weight" }
        func norm(_ name: String, _ original: String) {
            for entry in normEntries { table["\(name).\(entry)"] = "\(original).\(entry)" }
        }
        convolution("conv_stem", "_conv_stem")
        norm("bn1", "_bn0")
        var number = 0
        for (stage, blocks) in variant.stages.enumerated() {
            for index in 0..<blocks.count {
                let (block, original) = ("blocks.\(stage).\(index)", "_blocks.\(number)")
                number += 1
                if blocks.expansion == 1 {
                    convolution(block + ".conv_dw", original + "._depthwise_conv")
                    norm(block + ".bn1", original + "._bn1")
                    convolution(block + ".conv_pw", original + "._project_conv")
                    norm(block + ".bn2", original + "._bn2")
                } else {
                    convolution(block + ".conv_pw", original + "._expand_conv")
                    norm(block + ".bn1", original + "._bn0")
                    convolution(block + ".conv_dw", original + "._depthwise_conv")
                    norm(block + ".bn2", original + "._bn1")
                    convolution(block + ".conv_pwl", original + "._project_conv")
                    norm(block + ".bn3", original + "._bn2")
                }
            }
        }
        convolution("conv_head", "_conv_head")
        norm("bn2", "_bn1")
        table["classifier.weight"] = "_fc.weight"
        table["classifier.bias"] = "_fc.bias"
        return table
    }

    /// `source` under the model's names, whichever of the two it has.
    static func presented(
        _ source: any TensorSource, _ configuration: EfficientNetConfiguration
    ) -> any TensorSource {
        guard source.shape(of: "_conv_stem.weight") != nil else { return source }
        let table = original(configuration.variant)
        return RenamedTensors(source, names: Dictionary(uniqueKeysWithValues: table.map { ($1, $0) }))
    }
}
