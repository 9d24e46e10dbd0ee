import ArgumentParser
import CommandLineKit

/// What a language model is made of, and what it learns from.
struct LanguageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Text to learn from: a file, a folder, or JSON Lines. Repeatable.", valueName: "path"))
    var data: [String] = []
    @Option(
        help: ArgumentHelp(
            "Text to judge by (repeatable); without it a part of the data.", valueName: "path"))
    var validation: [String] = []
    @Option(help: ArgumentHelp("Size of the model: 1m, 5m, 15m or 50m parameters.", valueName: "name"))
    var preset: String?
    @Option(
        help: ArgumentHelp(
            "bpe (learnt from the data), bytes, characters, or the folder of a tokenizer.json.",
            valueName: "kind|folder"))
    var tokenizer: String?
    @Option(help: ArgumentHelp("Tokens of a learnt vocabulary.", valueName: "count"))
    var vocabulary: Int?
    @Option(help: ArgumentHelp("Tokens that the model sees at once.", valueName: "count"))
    var context: Int?
    @Option(help: ArgumentHelp("Probability of dropout.", valueName: "probability"))
    var dropout: Float?

    @Option(
        help: ArgumentHelp("Part of the data that is kept for validation.", valueName: "fraction", visibility: .hidden))
    var validationShare: Double?
    @Option(
        help: ArgumentHelp(
            "Part of the probability that goes to all tokens.", valueName: "fraction", visibility: .hidden))
    var labelSmoothing: Float?
    @Option(help: ArgumentHelp("Field of JSON Lines that holds the text.", valueName: "name", visibility: .hidden))
    var field: String?
    @Option(help: ArgumentHelp("Bad rows that may be left out.", valueName: "count", visibility: .hidden))
    var skipBad: Int?
    @Option(
        help: ArgumentHelp(
            "Begin with the weights of this model instead of random ones.", valueName: "folder", visibility: .hidden))
    var initialWeights: String?
    @Option(
        help: ArgumentHelp(
            "Write first weights and all batches of --max-steps here, for a comparison with another implementation.",
            valueName: "folder", visibility: .hidden))
    var export: String?

    func validate() throws {
        try checkOption("context", context, 2...1 << 20)
        try checkOption("dropout", dropout, 0...0.9)
        try checkOption("label-smoothing", labelSmoothing, 0...0.9)
        try checkOption("validation-share", validationShare, 0...0.9)
        try checkOption("skip-bad", skipBad, 0...Int(Int32.max))
        if (data + validation).contains("") { throw ValidationError("--data and --validation must not be empty.") }
    }
}
