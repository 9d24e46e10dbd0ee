import ArgumentParser
import CommandLineKit

/// What `text train` does with a pretrained model.
struct FineTuningOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Train this model further, instead of one from nothing: a fetched model by its name, or a model folder.",
            valueName: "name|folder"))
    var model: String?
    @OptionGroup var adapters: LowRankOptions
    @OptionGroup var template: ChatTemplateOption
    @Flag(help: "Cut the end of rows that are longer than the model sees, instead of refusing them.")
    var truncate = false

    func validate() throws {
        if model == "" { throw ValidationError("--model is empty; give a name or a folder.") }
        if adapters.lora != nil, model == nil {
            throw ValidationError("--lora trains adapters of a pretrained model; name it with --model.")
        }
        if truncate, model == nil { throw ValidationError("--truncate has no meaning without --model.") }
        if template.chatTemplate != nil, model == nil {
            throw ValidationError("--chat-template has no meaning without --model.")
        }
    }
}
