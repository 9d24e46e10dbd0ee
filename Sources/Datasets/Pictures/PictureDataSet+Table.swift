extension PictureDataSet {
    private static let pathNames = ["path", "file", "file_name", "filename", "image", "picture", "image_path"]
    private static let labelNames = ["label", "class", "category", "class_name", "target"]
    private static let splitNames = ["split", "subset", "part"]

    /// A table between commas (between tabs where it is called `.tsv`) of paths and labels, and perhaps the part of the
    /// data that each belongs to. Without a header they are path and label. Paths are relative to the table.
    init(table path: String, labels: [String]?) throws(PictureDataError) {
        let rows: [Row]
        do throws(ManifestError) {
            rows = try Self.rows(of: path)
        } catch {
            throw PictureDataError(path: path, .manifest(error))
        }
        guard !rows.isEmpty else { throw PictureDataError(path: path, .empty("it")) }
        let found = Set(rows.map(\.label))
        let known = labels ?? found.sorted()
        let unknown = found.subtracting(known).sorted()
        guard unknown.isEmpty else { throw PictureDataError(path: path, .unknownClasses(unknown, known: known)) }
        let numbers = Dictionary(known.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var splits: [Split: [PictureSample]] = [:]
        for row in rows {
            guard let number = numbers[row.label] else { continue }
            splits[row.split ?? .training, default: []].append(
                PictureSample(name: row.name, label: number, content: .file(joined(folder(of: path), row.name))))
        }
        try self.init(
            path: path, labels: known, splits: splits, isDivided: rows.contains { $0.split != nil }, files: [path])
    }

    private struct Row {
        let name: String
        let label: String
        let split: Split?
    }

    private static func rows(of path: String) throws(ManifestError) -> [Row] {
        let table = try DelimitedText(
            ManifestText(path: path), delimiter: path.lowercased().hasSuffix(".tsv") ? .tab : .comma)
        var records: [DelimitedText.Record] = []
        for record in table.records { records.append(try record.get()) }
        guard let header = records.first else { return [] }
        let names = header.fields.map { $0.lowercased() }
        func column(_ known: [String]) -> Int? { names.firstIndex { known.contains($0) } }
        let (paths, labels, splits) = (column(pathNames), column(labelNames), column(splitNames))
        let hasHeader = paths != nil || labels != nil
        if hasHeader {
            guard paths != nil, labels != nil else {
                let missing = paths == nil ? "path" : "label"
                throw ManifestError(path: path, line: header.line, .incompleteHeader(missing: missing))
            }
            records.removeFirst()
        }
        let expected = hasHeader ? names.count : 2
        var known = UniqueNames(path: path)
        var rows: [Row] = []
        for record in records {
            guard record.fields.count == expected else {
                throw ManifestError(
                    path: path, line: record.line,
                    .columns(found: record.fields.count, expected: expected, delimiter: table.delimiter.rawValue))
            }
            let (name, label) = (record.fields[paths ?? 0], record.fields[labels ?? 1])
            guard !name.isEmpty else { throw ManifestError(path: path, line: record.line, .emptyPath) }
            guard !label.isEmpty else { throw ManifestError(path: path, line: record.line, .emptyLabel) }
            try known.add(name, line: record.line)
            var split: Split?
            if hasHeader, let column = splits {
                let text = record.fields[column].lowercased()
                split = Split.allCases.first { $0.folderNames.contains(text) }
                guard split != nil else {
                    throw ManifestError(path: path, line: record.line, .unknownSplit(record.fields[column]))
                }
            }
            rows.append(Row(name: name, label: label, split: split))
        }
        return rows
    }
}
