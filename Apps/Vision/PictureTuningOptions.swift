import ArgumentParser
import VisionModels

/// What `vision train` does with a pretrained model.
struct PictureTuningOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Train this model further, instead of one from nothing: a fetched model by its name, or a model folder.",
            valueName: "name|folder"))
    var model: String?
    @Option(
        help: ArgumentHelp(
            "Stages that stay as they are, with commas between them: stem,stage1,…; or backbone, all but the last layer.",
            valueName: "names"))
    var freeze: String?

    func validate() throws {
        if model == "" { throw ValidationError("--model is empty; give a name or a folder.") }
        if freeze != nil, model == nil {
            throw ValidationError("--freeze keeps stages of a pretrained model; name it with --model.")
        }
    }

    /// The names of the stages.
    var frozenStages: [String] {
        (freeze ?? "").split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }.map(String.init)
    }
}
