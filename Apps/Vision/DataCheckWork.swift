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
            let pieces = (0..<Threads.count).map { thread in
                let start = facts.count + thread * Self.pieceCount
                return min(start, count)..<min(start + Self.pieceCount, count)
            }
            facts += try await read(pieces)
            meter.update(completed: Double(facts.count), of: Double(count))
        }
        return check.report(facts, adding: try passedOver())
    }

    private func read(_ pieces: [Range<Int>]) async throws -> [PictureFacts] {
        try await withThrowingTaskGroup(of: (Int, [PictureFacts]).self) { group in
            for piece in pieces where !piece.isEmpty {
                group.addTask { [check] in
                    let facts = try await runOnThread { isCancelled in
                        try piece.map { index in
                            if isCancelled() { throw CancellationError() }
                            return PictureFacts(reading: check.entries[index].sample)
                        }
                    }
                    return (piece.lowerBound, facts)
                }
            }
            var all: [(Int, [PictureFacts])] = []
            for try await facts in group { all.append(facts) }
            return all.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
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
