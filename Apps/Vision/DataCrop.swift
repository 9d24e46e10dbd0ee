import ArgumentParser
import CommandLineKit
import Datasets
import Foundation
import Geometry
import Images

/// `vision data crop`: things out of pictures, into a folder for each class.
struct DataCrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crop",
        abstract: "Cut things out of pictures, into a folder for each class.",
        discussion: """
            DATA is pictures with boxes, as COCO has them: a file of annotations, or a folder with one for each part. \
            Each box, made square and wider by the margin, becomes a PNG of its own, called after picture and number, in \
            the folder of its class (within train, validation and test where the data is divided): pictures that 'vision \
            train' learns from. What lies beyond the border of the picture is black; groups ("iscrowd") are left out.

            Examples:
              vision data crop bccd/ --output cells
              vision data crop bccd/train.json --output cells/train
              vision data crop annotations.json --margin 0 --smallest 16 --output things
            """)

    @Argument(help: ArgumentHelp("Pictures with boxes: a folder, or a file of COCO's annotations.", valueName: "data"))
    var data: String
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to be made.", valueName: "folder"))
    var output: String
    @Option(help: ArgumentHelp("Added on every side, as a part of the box's longer side.", valueName: "fraction"))
    var margin = 0.15
    @Option(help: ArgumentHelp("Leave out boxes with a shorter side below this.", valueName: "pixels"))
    var smallest = 4
    @Option(help: ArgumentHelp("Faulty labels whose pictures may be left out.", valueName: "count"))
    var skipBad = 0
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder.") }
        guard (0...4).contains(margin) else {
            throw ValidationError("--margin \(margin) is not possible; give 0 to 4.")
        }
        try checkOption("smallest", smallest, 1...10_000)
        try checkOption("skip-bad", skipBad, 0...Int(Int32.max))
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        let set = try BoxDataSet(path: URL(fileURLWithPath: data).path, skippingBad: skipBad)
        for error in set.bad { console.error("left out: \(error)".escapingControlCharacters()) }
        if FileManager.default.fileExists(atPath: output) {
            throw ValidationError("\(output) exists already; choose another --output.")
        }
        let cutter = PictureCutter(margin: margin, smallest: smallest, labels: set.labels)
        let parts = BoxDataSet.Split.allCases.flatMap { split in
            (set.splits[split] ?? []).map {
                (picture: $0, folder: set.isDivided ? "\(output)/\(split.rawValue)" : output)
            }
        }
        try await runInterruptibly(on: console) {
            var counts: [String: Int] = [:]
            let meter = ProgressMeter(on: console, label: "cutting", unit: .items("pictures"))
            defer { meter.finish() }
            let items = parts.map { Result<_, BoxDataError>.success($0) }
            let report = await Batch(on: console).run(items, name: \.picture.name, done: "cut up") { part, position in
                meter.update(completed: Double(position.number - 1), of: Double(position.total))
                let found = try await runOnThread { _ in try cutter.cut(part.picture, into: part.folder) }
                counts.merge(found) { $0 + $1 }
            }
            meter.finish()
            let shown = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            console.note(shown.isEmpty ? "no boxes" : shown.joined(separator: ", "))
            return report
        }
    }
}

/// Cuts the boxes of a picture out of it.
struct PictureCutter: Sendable {
    let margin: Double
    let smallest: Int
    let labels: [String]
    private let folders: ClassFolders

    init(margin: Double, smallest: Int, labels: [String]) {
        (self.margin, self.smallest, self.labels) = (margin, smallest, labels)
        folders = ClassFolders(labels: labels, reserving: [])
    }

    /// - Returns: how many of each class there were.
    func cut(_ picture: AnnotatedPicture, into folder: String) throws -> [String: Int] {
        let boxes = picture.boxes.enumerated().filter { _, box in
            !box.isCrowd && min(box.rectangle.width, box.rectangle.height) >= Double(smallest)
        }
        guard !boxes.isEmpty else { return [:] }
        let bitmap = try ImageReader().read(picture.path)
        let name = URL(fileURLWithPath: picture.name).deletingPathExtension().lastPathComponent
        var counts: [String: Int] = [:]
        for (number, box) in boxes {
            let target = "\(folder)/\(folders.names[box.label])"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            try PNGWriter.write(square(around: box.rectangle, in: bitmap), to: "\(target)/\(name)-\(number).png")
            counts[labels[box.label], default: 0] += 1
        }
        return counts
    }

    /// The square around a box with its margin; black where the picture ends.
    private func square(around box: Rectangle, in bitmap: Bitmap) -> Bitmap {
        let extent = max(box.width, box.height) * (1 + 2 * margin)
        let side = max(1, Int(min(extent, Double(2 * max(bitmap.width, bitmap.height))).rounded()))
        func corner(_ center: Double) -> Int { Int((center - Double(side) / 2).rounded()) }
        var result = Bitmap(width: side, height: side, filledWith: [0, 0, 0])
        result.paste(bitmap, x: -corner(box.center.x), y: -corner(box.center.y))
        return result
    }
}
