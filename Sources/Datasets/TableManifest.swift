/// A table of paths and texts, between commas or tabs.
struct TableManifest: Sendable {
    private let table: DelimitedText
    private let pathColumn: Int
    private let textColumn: Int
    private let columnCount: Int
    private let hasHeader: Bool

    /// Reads the header, if the first record is one: it calls a column by a name that we know.
    init(_ table: DelimitedText) throws(ManifestError) {
        self.table = table
        guard case .success(let first)? = table.records.first else {
            (pathColumn, textColumn, columnCount, hasHeader) = (0, 1, 2, false)
            return
        }
        let names = first.fields.map { $0.lowercased() }
        let paths = names.indices.filter { ManifestNames.audio.contains(names[$0]) }
        let texts = names.indices.filter { ManifestNames.text.contains(names[$0]) }
        guard !paths.isEmpty || !texts.isEmpty else {
            (pathColumn, textColumn, columnCount, hasHeader) = (0, 1, 2, false)
            return
        }
        func only(_ columns: [Int], _ name: String) throws(ManifestError) -> Int {
            guard let column = columns.first else {
                throw ManifestError(path: table.path, line: first.line, .incompleteHeader(missing: name))
            }
            guard columns.count == 1 else {
                let found = columns.map { names[$0] }
                throw ManifestError(path: table.path, line: first.line, .severalNames(found))
            }
            return column
        }
        pathColumn = try only(paths, ManifestNames.audio[0])
        textColumn = try only(texts, ManifestNames.text[0])
        (columnCount, hasHeader) = (names.count, true)
    }

    var recordings: [Result<TranscribedRecording, ManifestError>] {
        let folder = folder(of: table.path)
        return table.recordings(table.records.dropFirst(hasHeader ? 1 : 0)) { record throws(ManifestError) in
            let fields = record.fields
            guard fields.count == columnCount else {
                throw ManifestError(
                    path: table.path, line: record.line,
                    .columns(found: fields.count, expected: columnCount, delimiter: table.delimiter.rawValue))
            }
            let name = fields[pathColumn]
            guard !name.isEmpty else { throw ManifestError(path: table.path, line: record.line, .emptyPath) }
            return TranscribedRecording(name: name, path: joined(folder, name), text: fields[textColumn])
        }
    }
}

extension DelimitedText {
    /// The recordings that `parse` finds in these records; a name met before is an error.
    func recordings(
        _ records: some Sequence<Result<Record, ManifestError>>,
        parse: (Record) throws(ManifestError) -> TranscribedRecording
    ) -> [Result<TranscribedRecording, ManifestError>] {
        var names = UniqueNames(path: path)
        return records.map { record in
            do throws(ManifestError) {
                let record = try record.get()
                let recording = try parse(record)
                try names.add(recording.name, line: record.line)
                return .success(recording)
            } catch {
                return .failure(error)
            }
        }
    }
}
