import CommandLineKit
import Datasets
import Foundation
import Images

/// The good pictures of a data set in a folder of their own: one for each class, within those of the parts that the data is
/// divided into. Files are copied as they are, with the ending of their format; pictures of IDX files become PNG.
struct CleanCopy: Sendable {
    private let set: PictureDataSet
    private let good: [(entry: PictureCheck.Entry, format: ImageFormat?)]
    private let folder: String
    private let console: Console

    init(_ report: DataCheckReport, to folder: String, _ console: Console) {
        (set, good) = (report.set, report.report.good)
        (self.folder, self.console) = (folder, console)
    }

    /// Throws unless the folder is new or empty, and none of the data's own.
    ///
    /// - Parameter option: that names the folder.
    static func checkTarget(_ folder: String, of data: String, option: String = "fix") throws {
        let target = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        let source = URL(fileURLWithPath: data).resolvingSymlinksInPath().path
        if target == source || target.hasPrefix(source + "/") {
            throw CleanCopyError.withinData(option: option, folder: folder, data: data)
        }
        guard FileManager.default.fileExists(atPath: folder) else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder), names.isEmpty else {
            throw CleanCopyError.notEmpty(option: option, folder: folder)
        }
    }

    /// Writes all; each picture that cannot be written gets a line.
    ///
    /// - Returns: whether all were written.
    func write() async throws -> Bool {
        let meter = ProgressMeter(on: console, label: folder, unit: .items("pictures"))
        defer { meter.finish() }
        let folders = ClassFolders(labels: set.labels, reserving: [])
        var placer = FilePlacer(by: .copy)
        var failures = 0
        for (number, (entry, format)) in good.enumerated() {
            try Task.checkCancellation()
            let part = set.isDivided ? "/\(entry.split.rawValue)" : ""
            let target = "\(folder)\(part)/\(folders.names[entry.sample.label])"
            do {
                try write(entry.sample, format, to: target, by: &placer)
            } catch {
                failures += 1
                console.error("\(error)".escapingControlCharacters())
            }
            meter.update(completed: Double(number + 1), of: Double(good.count))
        }
        meter.finish()
        console.note("\(folder): \(good.count - failures) good pictures")
        return failures == 0
    }

    private func write(
        _ sample: PictureSample, _ format: ImageFormat?, to folder: String, by placer: inout FilePlacer
    ) throws {
        let name = URL(fileURLWithPath: sample.name).lastPathComponent
        switch sample.content {
        case .bitmap(let bitmap):
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try PNGWriter.write(bitmap, to: "\(folder)/\(name).png")
        case .file(let path):
            let url = URL(fileURLWithPath: name)
            guard let format, !format.endings.contains(url.pathExtension.lowercased()) else {
                _ = try placer.place(path, in: folder, as: name)
                return
            }
            let stem = url.deletingPathExtension().lastPathComponent
            _ = try placer.place(path, in: folder, as: "\(stem).\(format.endings[0])")
        }
    }
}

/// Why no copy can be made there.
enum CleanCopyError: Error, Equatable, CustomStringConvertible {
    case withinData(option: String, folder: String, data: String)
    case notEmpty(option: String, folder: String)

    var description: String {
        switch self {
        case .withinData(let option, let folder, let data):
            "--\(option) \(folder) lies within \(data), which is not to be changed; name another folder"
        case .notEmpty(let option, let folder):
            "--\(option) \(folder) is there already and not an empty folder; name a new one"
        }
    }
}
