import CommandLineKit
import Datasets
import Foundation
import Images

/// Writes pictures with boxes as a data set in one of the three formats, pictures included, into a folder of its own.
struct BoxDataWriter: Sendable {
    let set: BoxDataSet
    let format: BoxFormat
    let folder: String
    let placement: FilePlacement
    let console: Console

    /// A picture with the place that it gets.
    private struct Placed {
        var picture: AnnotatedPicture
        let split: BoxDataSet.Split
        /// Of its file within the folder of its part, without the ending.
        let stem: String
    }

    /// Sizes that the labels did not tell are those of the pictures.
    static func withSizes(_ set: BoxDataSet) throws -> BoxDataSet {
        var splits = set.splits
        for (split, pictures) in splits {
            for (index, picture) in pictures.enumerated() where picture.size == nil {
                try Task.checkCancellation()
                let header = try ImageReader().header(ofFile: picture.path)
                splits[split]?[index].size = AnnotatedPicture.Size(width: header.width, height: header.height)
            }
        }
        return BoxDataSet(
            path: set.path, labels: set.labels, splits: splits, isDivided: set.isDivided, files: set.files,
            format: set.format)
    }

    /// Writes all; each picture that cannot be written gets a line and is not listed.
    ///
    /// - Parameter set: all of whose pictures have a size.
    /// - Returns: how many were written, and how many were not.
    func write() async throws -> (written: Int, failed: Int) {
        let total = set.splits.values.reduce(0) { $0 + $1.count }
        let meter = ProgressMeter(on: console, label: folder, unit: .items("pictures"))
        defer { meter.finish() }
        var placer = FilePlacer(by: placement)
        // In any case of letters, since some file systems see none; of all parts, since VOC keeps them in one folder.
        var stems: Set<String> = []
        var (placed, failed) = ([Placed](), 0)
        for split in BoxDataSet.Split.allCases {
            for picture in set.splits[split] ?? [] {
                try Task.checkCancellation()
                let url = URL(fileURLWithPath: picture.name)
                let stem = Self.unique(url.deletingPathExtension().lastPathComponent, &stems)
                let name = "\(stem).\(url.pathExtension)"
                do {
                    let folder = "\(folder)/\(pictureFolder(split))"
                    let file = try placer.place(picture.path, in: folder, as: name).path
                    var copy = Placed(picture: picture, split: split, stem: stem)
                    copy.picture.name = URL(fileURLWithPath: file).lastPathComponent
                    if format == .voc {
                        try writeFile(BoxText.voc(copy.picture, labels: set.labels), "Annotations/\(stem).xml")
                    }
                    if format == .yolo, let size = picture.size {
                        try writeFile(BoxText.yolo(picture, size: size), "\(labelFolder(split))/\(stem).txt")
                    }
                    placed.append(copy)
                } catch {
                    failed += 1
                    console.error("\(error)".escapingControlCharacters())
                }
                meter.update(completed: Double(placed.count + failed), of: Double(total))
            }
        }
        meter.finish()
        try writeLists(placed)
        return (placed.count, failed)
    }

    // MARK: Places

    private var parts: [BoxDataSet.Split] { BoxDataSet.Split.allCases.filter { set.splits[$0] != nil } }

    /// What files call a part of the data.
    private func key(_ split: BoxDataSet.Split) -> String { split == .validation ? "val" : split.rawValue }

    private func pictureFolder(_ split: BoxDataSet.Split) -> String {
        format == .voc ? "JPEGImages" : set.isDivided ? "images/\(key(split))" : "images"
    }

    private func labelFolder(_ split: BoxDataSet.Split) -> String {
        set.isDivided ? "labels/\(key(split))" : "labels"
    }

    private static func unique(_ stem: String, _ taken: inout Set<String>) -> String {
        let stem = stem.isEmpty ? "picture" : stem
        var (result, number) = (stem, 1)
        while !taken.insert(result.lowercased()).inserted {
            number += 1
            result = "\(stem)-\(number)"
        }
        return result
    }

    // MARK: Files

    private func writeFile(_ text: String, _ name: String) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try ResultFile.write(text, to: path)
    }

    /// What lists the pictures of each part.
    private func writeLists(_ placed: [Placed]) throws {
        switch format {
        case .coco:
            for split in parts {
                let pictures = placed.filter { $0.split == split }.map { placed in
                    var picture = placed.picture
                    picture.name = "\(pictureFolder(split))/\(picture.name)"
                    return picture
                }
                let name = set.isDivided ? key(split) : "annotations"
                try writeFile(BoxText.coco(pictures, labels: set.labels), "\(name).json")
            }
        case .voc:
            guard set.isDivided else { return }
            for split in parts {
                let names = placed.filter { $0.split == split }.map { "\($0.stem)\n" }
                try writeFile(names.joined(), "ImageSets/Main/\(key(split)).txt")
            }
        case .yolo:
            try writeFile(
                BoxText.yoloDescription(
                    labels: set.labels, parts: parts.map { (key($0), pictureFolder($0)) }), "data.yaml")
        }
    }
}
