import CommandLineKit
import Datasets
import Foundation
import Kernels

/// Reads the pictures of a data set, several at once, and compares them.
struct DataCheckWork: Sendable {
    let check: PictureCheck
    let console: Console

    func report() async throws -> PictureCheck.Report {
        let facts = try await PictureFacts.read(check.entries.map(\.sample), label: check.set.path, on: console)
        return check.report(facts, adding: try passedOver())
    }

    /// Files beside those of a data set that are pictures too, by their endings, but of formats that are not read.
    private func passedOver() throws -> [PictureFinding] {
        let endings: Set = ["gif", "webp", "tif", "tiff", "bmp", "heic", "heif", "avif", "jp2", "jxl", "ppm", "pgm"]
        // What is no folder of pictures names its files itself.
        guard check.set.files.isEmpty, let files = FileManager.default.enumerator(atPath: check.set.path) else {
            return []
        }
        var found: [String: (count: Int, example: String)] = [:]
        while let name = files.nextObject() as? String {
            try Task.checkCancellation()
            let ending = URL(fileURLWithPath: name).pathExtension.lowercased()
            if endings.contains(ending) { found[ending, default: (0, name)].count += 1 }
        }
        return found.sorted { $0.key < $1.key }.map { ending, files in
            PictureFinding(
                check.set.path, .passedOver(ending: ending, count: files.count, example: files.example))
        }
    }
}

extension PictureFacts {
    /// Pictures that a thread reads before progress is told.
    private static let pieceCount = 32

    /// What the files of pictures are, several read at once.
    ///
    /// - Parameter label: what the progress line calls them.
    static func read(_ samples: [PictureSample], label: String, on console: Console) async throws -> [PictureFacts] {
        let meter = ProgressMeter(on: console, label: label, unit: .items("pictures"))
        defer { meter.finish() }
        var facts: [PictureFacts] = []
        facts.reserveCapacity(samples.count)
        while facts.count < samples.count {
            let part = samples[facts.count..<min(samples.count, facts.count + Threads.count * pieceCount)]
            facts += try await mapOnThreads(Array(part)) { PictureFacts(reading: $0) }.map { try $0.get() }
            meter.update(completed: Double(facts.count), of: Double(samples.count))
        }
        return facts
    }
}
