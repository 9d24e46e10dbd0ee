import CommandLineKit
import Datasets
import Foundation
import Kernels

/// Reads the pictures of a data set, several at once, and compares them.
struct DataCheckWork: Sendable {
    let check: PictureCheck
    let console: Console

    /// Pictures that a thread reads before progress is told.
    private static let pieceCount = 32

    func report() async throws -> PictureCheck.Report {
        let meter = ProgressMeter(on: console, label: check.set.path, unit: .items("pictures"))
        defer { meter.finish() }
        let count = check.entries.count
        var facts: [PictureFacts] = []
        facts.reserveCapacity(count)
        while facts.count < count {
            let entries = check.entries[facts.count..<min(count, facts.count + Threads.count * Self.pieceCount)]
            facts += try await mapOnThreads(entries.map(\.sample)) { PictureFacts(reading: $0) }.map { try $0.get() }
            meter.update(completed: Double(facts.count), of: Double(count))
        }
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
