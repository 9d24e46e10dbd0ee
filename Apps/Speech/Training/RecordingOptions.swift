public import ArgumentParser
import CommandLineKit
public import Datasets
public import SpeechModels

/// What a recognizer learns from, and what it is made of.
struct RecordingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Recordings with their texts to learn from: .tsv, .csv, .jsonl, or a folder.", valueName: "data"))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "Recordings to judge by, in the same forms; without it those that the data keeps for that, or a part of it.",
            valueName: "data"))
    var validation: String?
    @Option(
        help: ArgumentHelp(
            "Speakers to judge by instead, with commas between them; nobody of them is learnt from.", valueName: "names"
        ))
    var validationSpeakers: String?
    @Option(
        help: ArgumentHelp("Size of a network from nothing: 1m, 4m or 13m parameters (default: 4m).", valueName: "name")
    )
    var preset: String?
    @Option(
        help: ArgumentHelp(
            "Spell in so many pieces of words, learnt from the texts, instead of characters.", valueName: "count"))
    var pieces: Int?
    @Flag(help: "Tell whole words apart, and write no others than those of the texts: for digits and commands.")
    var wholeWords = false
    @Option(
        help:
            "How texts are written: words (lower case, without punctuation but apostrophes), lower, or none for as they are."
    )
    var spelling: TargetSpelling?
    @Option(
        help:
            "Random changes to recordings that are learnt from: none, light (speed by a tenth, loudness by 6 dB, a mask of bands and one of time), standard (10 dB, noise in two of five at 5 to 30 dB, two masks of each) or strong (the same, speed by a fourth)."
    )
    var augment: SpeechAugmentationPreset?
    @Option(
        help: ArgumentHelp(
            "Recordings of noise, of which a part is mixed into every other recording that is learnt from, at 5 to 20 dB; the noise of --augment is left out.",
            valueName: "folder"))
    var noise: String?
    @Option(
        help: ArgumentHelp(
            "Put two of five recordings that are learnt from into rooms: recorded ones, by their answers to an impulse, or 'generated'.",
            valueName: "folder|generated"))
    var reverberation: String?
    @Option(
        help: ArgumentHelp(
            "Join up to so many recordings of a speaker, each number of them equally often.", valueName: "count"))
    var join: Int?
    @Option(
        help: ArgumentHelp(
            "Learn to hear while somebody speaks, too, in chunks of so many seconds: for 'transcribe --stream'.",
            valueName: "seconds"))
    var chunk: Double?
    @Option(help: ArgumentHelp("Recordings that cannot be used and may be left out.", valueName: "count"))
    var skipBad: Int?

    @Option(
        help: ArgumentHelp("Part of the data that is kept for validation.", valueName: "fraction", visibility: .hidden))
    var validationShare: Double?
    @Option(
        help: ArgumentHelp(
            "Whether whole speakers are kept for validation, or single recordings (default: speakers where there are ten).",
            visibility: .hidden))
    var splitBy: RecordingSplitter.Unit?
    @Option(
        help: ArgumentHelp(
            "Layers after which the text is read as well in training, with commas between them.", valueName: "numbers",
            visibility: .hidden))
    var intermediate: String?
    @Option(
        help: ArgumentHelp(
            "Seconds before a chunk that are heard with it (default: 2.56).", valueName: "seconds", visibility: .hidden)
    )
    var leftContext: Double?
    @Option(help: ArgumentHelp("Probability of dropout.", valueName: "probability", visibility: .hidden))
    var dropout: Float?
    @Option(
        help: ArgumentHelp(
            "Write first weights and all batches to this folder, for a comparison with another implementation.",
            valueName: "folder", visibility: .hidden))
    var export: String?

    func validate() throws {
        try checkOption("pieces", pieces, 258...65_536)
        if pieces != nil, wholeWords { throw ValidationError("--pieces and --whole-words exclude each other.") }
        try checkOption("join", join, 1...64)
        try checkOption("skip-bad", skipBad, 0...Int(Int32.max))
        try checkOption("validation-share", validationShare, 0...0.9)
        try checkOption("dropout", dropout, 0...0.9)
        try checkOption("chunk", chunk, 0.08...10)
        try checkOption("left-context", leftContext, 0...60)
        if leftContext != nil, chunk == nil { throw ValidationError("--left-context needs --chunk.") }
        for (name, value) in [
            ("data", data), ("validation", validation), ("validation-speakers", validationSpeakers),
            ("noise", noise), ("reverberation", reverberation), ("export", export),
        ] where value == "" {
            throw ValidationError("--\(name) must not be empty.")
        }
        if validation != nil, validationSpeakers != nil {
            throw ValidationError("--validation and --validation-speakers exclude each other.")
        }
        if let intermediate, intermediateLayers.count != intermediate.split(separator: ",").count {
            throw ValidationError("--intermediate \(intermediate) is not possible; give numbers of layers, as 2,4.")
        }
    }

    /// What one token writes.
    var unit: TargetTokenizer.Unit { wholeWords ? .words : pieces.map { .pieces($0) } ?? .characters }

    /// Chunks of whole frames.
    var chunks: ConformerChunks? {
        chunk.map { seconds in
            let size = Int((seconds / ConformerConfiguration.frameSeconds).rounded())
            let before = (leftContext ?? Self.leftContext) / ConformerConfiguration.frameSeconds
            return ConformerChunks(size: size, leftCount: Int((before / Double(size)).rounded(.up)))
        }
    }

    static let leftContext = 2.56

    var speakerNames: [String] { Self.list(validationSpeakers) }
    var intermediateLayers: [Int] { Self.list(intermediate).compactMap { Int($0) } }

    private static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }
    }
}

extension SpeechAugmentationPreset: ExpressibleByArgument {}
extension TargetSpelling: ExpressibleByArgument {}
extension RecordingSplitter.Unit: ExpressibleByArgument {}
