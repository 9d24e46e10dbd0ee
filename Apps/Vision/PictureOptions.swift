import ArgumentParser
import CommandLineKit
import Foundation
import Images
import Training
import VisionModels

/// What a classifier learns from, and what it is made of.
struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pictures to learn from: a folder with one for each class, a folder of IDX files, or a table of paths and labels (.csv); or pictures with boxes, as COCO lists them.",
            valueName: "path"))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "Pictures to judge by, in the same forms; without it those that the data keeps for that, or a part of it.",
            valueName: "path"))
    var validation: String?
    @Option(
        help: ArgumentHelp("Network: small (1.2 million parameters; of a detector 0.4) or resnet20.", valueName: "name")
    )
    var preset: String?
    @Option(
        help: ArgumentHelp(
            "Height and width that pictures are brought to; of a detector the longer of both.", valueName: "pixels"))
    var size: Int?
    @Option(
        help: ArgumentHelp(
            "Names of the classes in the order of their numbers, with commas between them.", valueName: "names"))
    var labels: String?
    @Option(
        help:
            "Random changes to pictures that are learnt from: none, light (shifts, mirrors), standard (erased parts too) or strong (colours and forms too)."
    )
    var augment: AugmentationPreset?
    @Option(
        help:
            "Mix pictures of a batch, and their classes: none, mixup (sums of two) or cutmix (a part of one in the other)."
    )
    var mix: MixingKind?
    @Option(
        help: ArgumentHelp(
            "How evenly pictures are mixed, from 0.001 (0.2 with mixup, 1 with cutmix, where nothing is given).",
            valueName: "strength", visibility: .hidden))
    var mixStrength: Double?
    @Flag(help: "Let every class come equally often, however many pictures it has.")
    var balance = false
    @Flag(
        help: "Turn pictures upside down too: for what has no upper side, as seen from above or through a microscope.")
    var anyWayUp = false
    @Option(help: ArgumentHelp("Pictures that cannot be read and may be left out.", valueName: "count"))
    var skipBad: Int?

    @Option(
        help: ArgumentHelp("Part of the data that is kept for validation.", valueName: "fraction", visibility: .hidden))
    var validationShare: Double?
    @Option(
        help: ArgumentHelp(
            "Part of the probability that goes to all classes.", valueName: "fraction", visibility: .hidden))
    var labelSmoothing: Float?
    @Option(
        help: ArgumentHelp(
            "Probability of dropout before the last layer.", valueName: "probability", visibility: .hidden))
    var dropout: Float?
    @Option(
        help: ArgumentHelp(
            "Write first weights and all batches of --max-steps here, for a comparison with another implementation.",
            valueName: "folder", visibility: .hidden))
    var export: String?

    func validate() throws {
        try checkOption("size", size, 8...1_024)
        try checkOption("skip-bad", skipBad, 0...Int(Int32.max))
        try checkOption("validation-share", validationShare, 0...0.9)
        try checkOption("label-smoothing", labelSmoothing, 0...0.9)
        try checkOption("dropout", dropout, 0...0.9)
        try checkOption("mix-strength", mixStrength, 0.001...1_000)
        if mixStrength != nil, mixing == nil {
            throw ValidationError("--mix-strength is for mixed pictures; give --mix mixup or --mix cutmix too.")
        }
        if data == "" || validation == "" { throw ValidationError("--data and --validation must not be empty.") }
        if let labels, self.labelNames(labels).contains("") {
            throw ValidationError("--labels \(labels): a name is empty.")
        }
    }

    /// Nil where pictures stay by themselves.
    var mixing: BatchMixing? {
        switch mix ?? .none {
        case .none: nil
        case .mixup: mixStrength.map { .mixup(strength: $0) } ?? .mixup()
        case .cutmix: mixStrength.map { .cutmix(strength: $0) } ?? .cutmix()
        }
    }

    var labelNames: [String]? { labels.map { labelNames($0) } }

    private func labelNames(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingPrefix(while: \.isWhitespace)
        }.map(String.init)
    }

    /// What a run of either kind records of these, with the values that were resolved.
    ///
    /// - Parameter path: of the data.
    func recorded(data path: String, augment: AugmentationPreset) -> [String: OptionValue] {
        var options: [String: OptionValue] = [:]
        options["data"] = .text(path)
        options["validation"] = validation.map { .text(URL(fileURLWithPath: $0).path) }
        options["validation-share"] = .number(validationShare ?? PictureData.validationShare)
        options["labels"] = labels.map { .text($0) }
        options["augment"] = .text(augment.rawValue)
        options["any-way-up"] = .flag(anyWayUp)
        options["skip-bad"] = .integer(skipBad ?? 0)
        return options
    }
}
