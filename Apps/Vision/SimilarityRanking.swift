import CommandLineKit
import Foundation
import VisionModels

/// Ranks pictures by how similar their features are to those of one; writes when it has seen all of them.
final class SimilarityRanking: AnswerReceiver {
    private struct Entry: Encodable {
        let file: String
        let similarity: Double
    }

    private let query: [Float]
    private let count: Int
    private let threshold: Double
    private let format: ClassificationFormat
    private let stream: ResultStream
    private var entries: [Entry] = []

    /// - Parameters:
    ///   - query: the features of the picture that the others are compared with.
    ///   - count: of pictures that are listed, at most.
    ///   - threshold: pictures that are less similar are left out.
    init(
        to query: [Float], count: Int, threshold: Double, _ format: ClassificationFormat, to stream: ResultStream
    ) {
        (self.query, self.count, self.threshold) = (query, count, threshold)
        (self.format, self.stream) = (format, stream)
    }

    func receive(_ answer: PictureAnswer) throws {
        let similarity = cosineSimilarity(query, answer.impression.features)
        if similarity >= threshold { entries.append(Entry(file: answer.input.displayName, similarity: similarity)) }
    }

    func finish(isWhole: Bool) throws {
        // Of pictures that were not all seen there is no ranking.
        if isWhole { try write() }
        try stream.finish(isWhole: isWhole)
    }

    private func write() throws {
        // Those that came first stand first among equals.
        let ranking = entries.enumerated()
            .sorted { ($1.element.similarity, $0.offset) < ($0.element.similarity, $1.offset) }
            .prefix(count).map(\.element)
        func rows(_ form: DelimitedForm) throws {
            try stream.write(form.row(["file", "rank", "similarity"]))
            for (rank, entry) in ranking.enumerated() {
                try stream.write(form.row([entry.file, "\(rank + 1)", String(format: "%.6f", entry.similarity)]))
            }
        }
        switch format {
        case .text:
            for entry in ranking { try stream.write(String(format: "%7.4f", entry.similarity) + "  \(entry.file)\n") }
        case .json:
            let lines = try ranking.map { try lineOfJSON($0) }
            try stream.write("[\n\(lines.joined(separator: ",\n"))\n]\n")
        case .csv: try rows(.commas)
        case .tsv: try rows(.tabs)
        }
    }
}
