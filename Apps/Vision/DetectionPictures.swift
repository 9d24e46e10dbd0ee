import CommandLineKit
import Foundation
import Geometry
import Images
import VisionModels

/// Writes each picture with boxes around what was found, as PNG.
final class AnnotatedPictureWriter: AnswerReceiver {
    private let plan: OutputPlan
    private let console: Console
    private var written: [String] = []

    init(_ plan: OutputPlan, _ console: Console) { (self.plan, self.console) = (plan, console) }

    func receive(_ answer: DetectionAnswer) throws {
        guard var picture = answer.picture, case .files(let paths) = try plan.prepare(for: answer.input) else { return }
        // The least sure first, so that nothing covers the surest.
        picture.draw(
            answer.objects.reversed().map { object in
                LabelledBox(
                    object.box, label: "\(object.label) \(String(format: "%.0f", 100 * object.confidence)) %",
                    color: .forClass(object.classIndex))
            })
        for path in paths { try PNGWriter.write(picture, to: path) }
        written += paths
    }

    func finish(isWhole: Bool) throws {
        guard let first = written.first else { return }
        console.note(written.count == 1 ? "drawn: \(first)" : "drawn: \(written.count) pictures, the first is \(first)")
    }
}

/// Cuts what was found out of its picture, into a folder for each class: pictures that `vision train` learns from.
final class CropWriter: AnswerReceiver {
    private let folder: String
    private let plan: OutputPlan
    private let folders: ClassFolders
    private let console: Console
    private var count = 0

    init(into folder: String, _ list: InputList, labels: [String], _ console: Console) throws {
        self.folder = folder
        // Gives each picture a name of its own.
        plan = try OutputPlan(for: list, output: folder + "/", fileExtensions: ["png"])
        folders = ClassFolders(labels: labels, reserving: [])
        self.console = console
    }

    func receive(_ answer: DetectionAnswer) throws {
        guard let picture = answer.picture, !answer.objects.isEmpty,
            case .files(let paths) = try plan.destination(of: answer.input).get(), let path = paths.first
        else { return }
        let name = path.dropFirst(folder.count + 1).dropLast(".png".count)
        for (number, object) in answer.objects.enumerated() {
            let target = URL(fileURLWithPath: "\(folder)/\(folders.names[object.classIndex])/\(name)-\(number + 1).png")
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try PNGWriter.write(picture.cropped(to: object.box.pixels(in: picture)), to: target.path)
            count += 1
        }
    }

    func finish(isWhole: Bool) throws {
        if count > 0 { console.note("cut out: \(count) \(count == 1 ? "thing" : "things") into \(folder)") }
    }
}

/// Shows the pictures with their boxes, small, on pages of a contact sheet.
final class DetectionSheet: AnswerReceiver {
    private static let side = ContactSheet.Layout().thumbnailSide
    private var writer: ContactSheetWriter
    private let console: Console

    /// - Parameter path: of the first page, a PNG.
    init(_ path: String, _ console: Console) {
        writer = ContactSheetWriter(path)
        self.console = console
    }

    func receive(_ answer: DetectionAnswer) throws {
        guard let picture = answer.picture else { return }
        let scale = min(1, Double(Self.side) / Double(max(picture.width, picture.height)))
        func scaled(_ extent: Int) -> Int { max(1, Int((Double(extent) * scale).rounded())) }
        var small = picture.resized(
            toWidth: scaled(picture.width), height: scaled(picture.height), by: .bilinear)
        small.draw(
            answer.objects.reversed().map {
                LabelledBox($0.box.scaled(by: scale), color: .forClass($0.classIndex))
            })
        let counts = Dictionary(grouping: answer.objects, by: \.label).mapValues(\.count)
        let ranking = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
        let name = (answer.input.displayName as NSString).lastPathComponent
        try writer.add(small, caption: [ranking.isEmpty ? "-" : ranking.joined(separator: ", "), name])
    }

    func finish(isWhole: Bool) throws { try writer.finish(telling: console) }
}

extension Rectangle {
    /// The pixels of a picture that it touches, at least one.
    fileprivate func pixels(in picture: Bitmap) -> PixelRectangle {
        func range(_ low: Double, _ high: Double, _ limit: Int) -> Range<Int> {
            let first = max(0, min(limit - 1, Int(low.rounded(.down))))
            return first..<max(first + 1, min(limit, Int(high.rounded(.up))))
        }
        let (columns, rows) = (range(x, maximumX, picture.width), range(y, maximumY, picture.height))
        return PixelRectangle(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    }
}
