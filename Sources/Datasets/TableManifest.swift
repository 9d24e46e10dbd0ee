import Foundation

/// A table of paths and texts, between commas or tabs, of speakers too where its header names such a column.
///
/// Common Voice's tables name files of the folder `clips` beside them.
struct TableManifest: Sendable {
    private let table: DelimitedText
    private let pathColumn: Int
    private let textColumn: Int
    private let speakerColumn: Int?
    private let columnCount: Int
    /// Where paths that are mere names lead.
    private let folder: String
    private let hasHeader: Bool

    /// What Common Voice calls the folder of its sound files.
    static let clips = "clips"

    /// Reads the header, if the first record is one: it calls a column by a name that we know.
    init(_ table: DelimitedText) throws(ManifestError) {
        self.table = table
        let folder = Datasets.folder(of: table.path)
        guard case .success(let first)? = table.records.first else {
            (pathColumn, textColumn, speakerColumn, columnCount, hasHeader) = (0, 1, nil, 2, false)
            self.folder = folder
            return
        }
        let names = first.fields.map { $0.lowercased() }
        let paths = names.indices.filter { ManifestNames.audio.contains(names[$0]) }
        let texts = names.indices.filter { ManifestNames.text.contains(names[$0]) }
        guard !paths.isEmpty || !texts.isEmpty else {
            (pathColumn, textColumn, speakerColumn, columnCount, hasHeader) = (0, 1, nil, 2, false)
            self.folder = folder
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
        speakerColumn = names.firstIndex { ManifestNames.speaker.contains($0) }
        let clips = joined(folder, Self.clips)
        self.folder = names.contains("client_id") && isFolder(clips) ? clips : folder
        (columnCount, hasHeader) = (names.count, true)
    }

    var recordings: [Result<TranscribedRecording, ManifestError>] {
        table.recordings(table.records.dropFirst(hasHeader ? 1 : 0)) { record throws(ManifestError) in
            let fields = record.fields
            guard fields.count == columnCount else {
                throw ManifestError(
                    path: table.path, line: record.line,
                    .columns(found: fields.count, expected: columnCount, delimiter: table.delimiter.rawValue))
            }
            let name = fields[pathColumn]
            guard !name.isEmpty else { throw ManifestError(path: table.path, line: record.line, .emptyPath) }
            return TranscribedRecording(
                name: name, path: joined(folder, name), text: fields[textColumn],
                speaker: speakerColumn.map { fields[$0] }.flatMap { $0.isEmpty ? nil : $0 })
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
                var recording = try parse(record)
                try names.add(recording.name, line: record.line)
                recording.place = "\(path):\(record.line)"
                return .success(recording)
            } catch {
                return .failure(error)
            }
        }
    }
}
