import ArgumentParser
import CommandLineKit
import Datasets
import Foundation
import Images

/// `vision data crop`: things out of pictures, into a folder for each class.
struct DataCrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crop",
        abstract: "Cut things out of pictures, into a folder for each class.",
        discussion: """
            ANNOTATIONS is a file of boxes in COCO's form; pictures are looked for beside it. Each box, made square and \
            wider by the margin, becomes a PNG of its own, called after picture and number, in the folder of its class: \
            pictures that 'vision train' learns from. What lies beyond the border of the picture is black; groups \
            ("iscrowd") are left out.

            Examples:
              vision data crop bccd/train.json --output cells/train
              vision data crop annotations.json --margin 0 --smallest 16 --output things
            """)

    @Argument(help: ArgumentHelp("Boxes by picture, in COCO's form (.json).", valueName: "annotations"))
    var annotations: String
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to be made.", valueName: "folder"))
    var output: String
    @Option(help: ArgumentHelp("Added on every side, as a part of the box's longer side.", valueName: "fraction"))
    var margin = 0.15
    @Option(help: ArgumentHelp("Leave out boxes with a shorter side below this.", valueName: "pixels"))
    var smallest = 4
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output is empty; name a folder.") }
        guard (0...4).contains(margin) else {
            throw ValidationError("--margin \(margin) is not possible; give 0 to 4.")
        }
        try checkOption("smallest", smallest, 1...10_000)
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        let list = try COCOAnnotations(path: URL(fileURLWithPath: annotations).path)
        if FileManager.default.fileExists(atPath: output) {
            throw ValidationError("\(output) exists already; choose another --output.")
        }
        let folder = URL(fileURLWithPath: annotations).deletingLastPathComponent().path
        let cutter = PictureCutter(margin: margin, smallest: smallest, output: output)
        try await runInterruptibly(on: console) {
            var counts: [String: Int] = [:]
            let meter = ProgressMeter(on: console, label: "cutting", unit: .items("pictures"))
            defer { meter.finish() }
            let items = list.pictures.map { Result<_, PictureDataError>.success($0) }
            let report = await Batch(on: console).run(items, name: \.fileName, done: "cut up") { picture, position in
                meter.update(completed: Double(position.number - 1), of: Double(position.total))
                let found = try await runOnThread { _ in try cutter.cut(picture, in: folder) }
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
    let output: String

    /// - Returns: how many of each class there were.
    func cut(_ picture: COCOAnnotations.Picture, in folder: String) throws -> [String: Int] {
        let boxes = picture.boxes.enumerated().filter { _, box in
            !box.isCrowd && min(box.width, box.height) >= Double(smallest)
        }
        guard !boxes.isEmpty else { return [:] }
        let bitmap = try ImageReader().read("\(folder)/\(picture.fileName)")
        let name = URL(fileURLWithPath: picture.fileName).deletingPathExtension().lastPathComponent
        var counts: [String: Int] = [:]
        for (number, box) in boxes {
            let label = Self.folderName(box.label)
            let target = "\(output)/\(label)"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            try PNGWriter.write(square(around: box, in: bitmap), to: "\(target)/\(name)-\(number).png")
            counts[label, default: 0] += 1
        }
        return counts
    }

    /// The square around a box with its margin; black where the picture ends.
    private func square(around box: COCOAnnotations.Box, in bitmap: Bitmap) -> Bitmap {
        let extent = max(box.width, box.height) * (1 + 2 * margin)
        let side = max(1, Int(min(extent, Double(2 * max(bitmap.width, bitmap.height))).rounded()))
        func corner(_ center: Double) -> Int { Int((min(max(center, -1e6), 1e6) - Double(side) / 2).rounded()) }
        var result = Bitmap(width: side, height: side, filledWith: [0, 0, 0])
        result.paste(bitmap, x: -corner(box.x + box.width / 2), y: -corner(box.y + box.height / 2))
        return result
    }

    /// A class's name as that of a folder: no separators, not hidden.
    private static func folderName(_ label: String) -> String {
        let plain = label.map { $0 == "/" || $0 == "\0" ? "_" : String($0) }.joined()
        return plain.isEmpty || plain.hasPrefix(".") ? "_" + plain : plain
    }
}
