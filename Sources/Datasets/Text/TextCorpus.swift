import Foundation

/// Texts for language models, read piece by piece: text files, JSON Lines with the text in a field, and folders of these.
///
/// A text file is one text; in JSON Lines each row is one. A folder stands for its files with a known ending, at any
/// depth, in the order of their paths, hidden ones left out.
///
/// A row that cannot be used (a line that is not UTF-8, JSON that is none, a field that is missing or empty) is an error,
/// unless some may be skipped; then it is left out, counted and told.
public struct TextCorpus: Sendable {
    /// Of the files that a folder stands for.
    public static let extensions = ["txt", "text", "md", "jsonl"]

    /// The files, in order.
    public let files: [String]
    /// Where the text stands in a row of JSON Lines.
    public let field: String
    /// Bad rows that are skipped before one is an error.
    public let badRowLimit: Int

    /// - Throws: where a path leads nowhere, or a folder has no text files.
    public init(paths: [String], field: String = "text", skippingBadRows badRowLimit: Int = 0) throws(TextCorpusError) {
        self.field = field
        self.badRowLimit = badRowLimit
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw TextCorpusError(path: path, .unreadable("no such file or folder"))
            }
            if isFolder.boolValue {
                var found: [String] = []
                var entered: Set<String> = []
                try Self.find(in: path, &found, &entered)
                guard !found.isEmpty else { throw TextCorpusError(path: path, .noTextFiles) }
                files += found
            } else {
                files.append(path)
            }
        }
        self.files = files
    }

    /// Sorted by name; no folder is entered twice.
    private static func find(
        in folder: String, _ files: inout [String], _ entered: inout Set<String>
    ) throws(TextCorpusError) {
        guard entered.insert(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path).inserted else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw TextCorpusError(path: folder, .unreadable(ManifestText.reason(error)))
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = joined(folder, name)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                try find(in: path, &files, &entered)
            } else if extensions.contains((name as NSString).pathExtension.lowercased()) {
                files.append(path)
            }
        }
    }

    /// A part of a text: texts longer than ``TextPieces/length`` come in several.
    public struct Piece: Sendable, Equatable {
        public let text: String
        public let endsText: Bool
    }

    /// What was met on the way.
    public struct Report: Sendable, Equatable {
        public internal(set) var textCount = 0
        /// Of the texts, in UTF-8.
        public internal(set) var byteCount = 0
        /// Rows that were left out, in order.
        public internal(set) var badRows: [TextCorpusError] = []
    }

    /// Reads everything, and hands out each piece in order.
    ///
    /// - Throws: a ``TextCorpusError``, or what `body` throws.
    public func read(_ body: (Piece) throws -> Void) throws -> Report {
        var report = Report()
        for file in files {
            let isJSONLines = file.lowercased().hasSuffix(".jsonl")
            var isEmpty = true
            func take(_ piece: Piece) throws {
                isEmpty = isEmpty && piece.text.isEmpty
                report.byteCount += piece.text.utf8.count
                if piece.endsText, !isEmpty { report.textCount += 1 }
                try body(piece)
            }
            func skip(_ error: TextCorpusError) throws { try note(error, in: &report) }
            if isJSONLines {
                try JSONLinesTexts(path: file, field: field).read(each: take, bad: skip)
            } else {
                try TextPieces(path: file).read(each: take, bad: skip)
            }
        }
        guard report.byteCount > 0 else {
            throw TextCorpusError(path: files.first ?? "the corpus", .noText)
        }
        return report
    }

    private func note(_ error: TextCorpusError, in report: inout Report) throws(TextCorpusError) {
        guard report.badRows.count < badRowLimit else {
            if badRowLimit == 0 { throw error }
            throw TextCorpusError(
                path: error.path, line: error.line, .tooManyBadRows(allowed: badRowLimit, first: error.reason))
        }
        report.badRows.append(error)
    }
}
