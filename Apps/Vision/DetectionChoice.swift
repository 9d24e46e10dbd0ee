import ArgumentParser
import CommandLineKit
import VisionModels

/// Which of all that a network may have seen is told.
struct DetectionChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave out what is less sure, 0 to 1 (default: as the model has it).", valueName: "number"))
    var confidence: Double?
    @Option(
        help: ArgumentHelp(
            "Two boxes of one class stand for one thing where their intersection over union is above this (default: as the "
                + "model has it).", valueName: "number"))
    var iou: Double?
    @Option(
        help: ArgumentHelp(
            "Look for these classes alone: names or numbers, with commas between them.", valueName: "names"))
    var classes: String?
    @Option(help: ArgumentHelp("Things that are told of one picture at most.", valueName: "count"))
    var limit = 300
    @Option(
        help: ArgumentHelp(
            "Look at overlapping tiles of this side as well as at the whole, for things that are small in large pictures.",
            valueName: "pixels"))
    var tile: Int?
    @Option(help: ArgumentHelp("Part of a tile that its neighbour shows too.", valueName: "fraction"))
    var tileOverlap = 0.25

    func validate() throws {
        try checkOption("confidence", confidence, 0...1)
        try checkOption("iou", iou, 0...1)
        try checkOption("limit", limit, 1...100_000)
        try checkOption("tile", tile, 32...65_535)
        try checkOption("tile-overlap", tileOverlap, 0...0.9)
        if classes == "" { throw ValidationError("--classes is empty; name at least one.") }
    }

    var tiling: Tiling? { tile.map { Tiling(side: $0, overlap: tileOverlap) } }

    /// With what the model says where nothing was asked.
    func options(for detector: Detector) throws -> DetectionOptions {
        var options = detector.standardOptions
        options.confidence = confidence ?? options.confidence
        options.overlap = iou ?? options.overlap
        options.limit = limit
        if let classes { options.classes = try numbers(of: classes, among: detector.labels) }
        return options
    }

    private func numbers(of text: String, among labels: [String]) throws -> Set<Int> {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.trimmingPrefix(while: \.isWhitespace)
            let named = labels.indices.filter { labels[$0].lowercased() == name.lowercased() }
            if !named.isEmpty {
                numbers.formUnion(named)
            } else if let number = Int(name), labels.indices.contains(number) {
                numbers.insert(number)
            } else {
                let known = labels.prefix(100).joined(separator: ", ")
                throw ValidationError(
                    "--classes: the model knows no '\(name)'; it knows \(known)\(labels.count > 100 ? ", …" : "").")
            }
        }
        return numbers
    }
}
