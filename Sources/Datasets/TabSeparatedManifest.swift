/// A table of paths and texts.
struct TabSeparatedManifest: Sendable {
    private static let pathNames = ["path", "file", "audio"]
    private static let textName = "text"

    private let pathColumn: Int
    private let textColumn: Int
    private let columnCount: Int
    private let hasHeader: Bool

    /// Reads the header, if the first line is one: it calls a column by a name that we know.
    init(_ text: ManifestText) throws(ManifestError) {
        let names = text.lines.first.map { Self.columns($0.text).map { $0.lowercased() } } ?? []
        let path = names.firstIndex(where: Self.pathNames.contains)
        let textIndex = names.firstIndex(of: Self.textName)
        guard path != nil || textIndex != nil else {
            (pathColumn, textColumn, columnCount, hasHeader) = (0, 1, 2, false)
            return
        }
        func missing(_ name: String) -> ManifestError {
            ManifestError(path: text.path, line: text.lines.first?.number, .incompleteHeader(missing: name))
        }
        guard let path else { throw missing(Self.pathNames[0]) }
        guard let textIndex else { throw missing(Self.textName) }
        (pathColumn, textColumn, columnCount, hasHeader) = (path, textIndex, names.count, true)
    }

    func recordings(in text: ManifestText) -> [Result<TranscribedRecording, ManifestError>] {
        let folder = folder(of: text.path)
        return text.recordings(text.lines.dropFirst(hasHeader ? 1 : 0)) { line throws(ManifestError) in
            let columns = Self.columns(line.text)
            guard columns.count == columnCount else {
                throw ManifestError(
                    path: text.path, line: line.number, .columns(found: columns.count, expected: columnCount))
            }
            let name = columns[pathColumn]
            guard !name.isEmpty else { throw ManifestError(path: text.path, line: line.number, .emptyPath) }
            return TranscribedRecording(name: name, path: joined(folder, name), text: columns[textColumn])
        }
    }

    private static func columns(_ line: String) -> [String] {
        line.split(separator: "\t", omittingEmptySubsequences: false).map(\.trimmed)
    }
}
