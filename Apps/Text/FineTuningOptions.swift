import ArgumentParser
import Parameters
import TextModels

/// What `text train` does with a pretrained model.
struct FineTuningOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Train this model further, instead of one from nothing: a fetched model by its name, or a model folder.",
            valueName: "name|folder"))
    var model: String?
    @Option(
        help: ArgumentHelp(
            "Leave the model as it is, and train low-rank adapters of this rank beside it.", valueName: "rank"))
    var lora: Int?
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
    var merge = false
    @OptionGroup var template: ChatTemplateOption
    @Flag(help: "Cut the end of rows that are longer than the model sees, instead of refusing them.")
    var truncate = false

    func validate() throws {
        if model == "" { throw ValidationError("--model is empty; give a name or a folder.") }
        let adapterOptions: [(name: String, isGiven: Bool)] = [
            ("lora-alpha", loraAlpha != nil), ("lora-targets", loraTargets != nil),
            ("lora-dropout", loraDropout != nil), ("merge", merge),
        ]
        if lora == nil, let option = adapterOptions.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) has no meaning without --lora.")
        }
        if lora != nil, model == nil {
            throw ValidationError("--lora trains adapters of a pretrained model; name it with --model.")
        }
        if truncate, model == nil { throw ValidationError("--truncate has no meaning without --model.") }
        if template.chatTemplate != nil, model == nil {
            throw ValidationError("--chat-template has no meaning without --model.")
        }
        do {
            try adapterSettings(standardTargets: ["any"])?.validate()
        } catch {
            throw ValidationError("--lora: \(error).")
        }
    }

    /// Nil for training of the whole model.
    ///
    /// - Parameter standardTargets: those of the model, where nobody names others.
    func adapterSettings(standardTargets: @autoclosure () throws -> [String]) rethrows -> LowRankSettings? {
        try lora.map { rank in
            LowRankSettings(
                rank: rank, alpha: loraAlpha, dropout: loraDropout ?? 0,
                targets: try loraTargets.map { LowRankSettings.Targets($0) } ?? .named(standardTargets()))
        }
    }
}
