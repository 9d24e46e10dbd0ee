public import ArgumentParser
import Foundation
import ModelCatalog
public import Parameters
public import Training

/// How adapters are trained beside a pretrained model.
public struct LowRankOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave the model as it is, and train low-rank adapters of this rank beside it.", valueName: "rank"))
    public var lora: Int?
    @Option(help: ArgumentHelp("Strength of the adapters (default: twice the rank).", valueName: "number"))
    var loraAlpha: Double?
    @Option(
        help: ArgumentHelp(
            "Layers with adapters: all-linear, or names with commas between them (default: q_proj,v_proj; c_attn for GPT-2).",
            valueName: "names"))
    var loraTargets: String?
    @Option(help: ArgumentHelp("Probability of dropout before the adapters.", valueName: "probability"))
    var loraDropout: Float?
    @Flag(help: "At the end, write the model with the best adapters in its weights, as 'merged' in the run's folder.")
    public var merge = false

    public init() {}

    public func validate() throws {
        let others: [(name: String, isGiven: Bool)] = [
            ("lora-alpha", loraAlpha != nil), ("lora-targets", loraTargets != nil),
            ("lora-dropout", loraDropout != nil), ("merge", merge),
        ]
        if lora == nil, let option = others.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) has no meaning without --lora.")
        }
        do {
            try settings(standardTargets: ["any"])?.validate()
        } catch {
            throw ValidationError("--lora: \(error).")
        }
    }

    /// Nil for training of the whole model.
    ///
    /// - Parameter standardTargets: those of the model, where nobody names others.
    public func settings(standardTargets: @autoclosure () throws -> [String]) rethrows -> LowRankSettings? {
        try lora.map { rank in
            LowRankSettings(
                rank: rank, alpha: loraAlpha, dropout: loraDropout ?? 0,
                targets: try loraTargets.map { LowRankSettings.Targets($0) } ?? .named(standardTargets()))
        }
    }

    /// Every option with the value that was resolved.
    public func resolved(_ settings: LowRankSettings) -> [String: OptionValue] {
        [
            "lora": .integer(settings.rank), "lora-alpha": .number(settings.alpha),
            "lora-dropout": .number(Double(settings.dropout)), "lora-targets": .text(settings.targets.description),
            "merge": .flag(merge),
        ]
    }

    /// What others know the model by that `--model` names: its name on the hub, or its path.
    public static func baseModel(of name: String) -> String {
        if FileManager.default.fileExists(atPath: name) { return URL(fileURLWithPath: name).path }
        return ModelList.bundled[name]?.hub?.identifier ?? name
    }
}
