/// A text file as records of fields.
///
/// - Between commas, as RFC 4180 has it: a field in quotes may hold commas, line breaks and doubled quotes; a quote
///   inside a field without quotes is an ordinary character.
/// - Between tabs: a record is a line. A field that stands in quotes from end to end, those inside doubled, is taken out
///   of them; any other quote is an ordinary character.
/// - Between bars: a record is a line, quotes are ordinary characters.
struct DelimitedText: Sendable {
    enum Delimiter: Character, Sendable {
        case comma = ","
        case tab = "\t"
        case bar = "|"
    }

    struct Record: Sendable, Hashable {
        /// That it begins on, counted from 1.
        let line: Int
        /// Without white space at their ends.
        let fields: [String]
    }

    let path: String
    let delimiter: Delimiter
    let records: [Result<Record, ManifestError>]

    /// - Throws: where a quote is never closed, since all that follows would be one field.
    init(_ text: ManifestText, delimiter: Delimiter) throws(ManifestError) {
        path = text.path
        self.delimiter = delimiter
        if delimiter == .comma {
            records = try Self.quotedRecords(text)
            return
        }
        records = text.lines.map { line in
            let fields = line.text.split(separator: delimiter.rawValue, omittingEmptySubsequences: false).map(\.trimmed)
            return .success(
                Record(line: line.number, fields: delimiter == .tab ? fields.map(Self.withoutQuotes) : fields))
        }
    }

    private static func withoutQuotes(_ field: String) -> String {
        guard field.count >= 2, field.first == "\"", field.last == "\"" else { return field }
        let parts = field.dropFirst().dropLast().split(separator: "\"\"", omittingEmptySubsequences: false)
        return parts.contains { $0.contains("\"") } ? field : parts.joined(separator: "\"").trimmed
    }

    // MARK: Between commas

    private static func quotedRecords(_ text: ManifestText) throws(ManifestError) -> [Result<Record, ManifestError>] {
        var records: [Result<Record, ManifestError>] = []
        var lines = text.allLines[...]
        while let first = lines.popFirst() {
            if first.isBlank { continue }
            var reader = QuotedRecordReader()
            reader.read(first.text)
            while reader.isOpen {
                guard let next = lines.popFirst() else {
                    throw ManifestError(path: text.path, line: first.number, .unclosedQuote)
                }
                reader.read("\n" + next.text)
            }
            if let column = reader.faultyColumn {
                records.append(
                    .failure(ManifestError(path: text.path, line: first.number, .textAfterQuote(column: column))))
            } else {
                records.append(.success(Record(line: first.number, fields: reader.fields.map(\.trimmed))))
            }
        }
        return records
    }
}

/// Reads the fields of one record between commas, over as many lines as its quotes ask for.
private struct QuotedRecordReader {
    private enum Place { case fieldStart, bare, quoted, afterQuote }

    private var texts = [String.UnicodeScalarView()]
    private var place = Place.fieldStart
    /// Counted from 1: something follows its closing quote.
    private(set) var faultyColumn: Int?

    var fields: [String] { texts.map { String($0) } }

    /// Whether the text ended inside quotes.
    var isOpen: Bool { place == .quoted }

    mutating func read(_ text: String) {
        for scalar in text.unicodeScalars {
            switch (place, scalar) {
            case (.quoted, "\""): place = .afterQuote
            case (.quoted, _): texts[texts.count - 1].append(scalar)
            case (.fieldStart, "\""):
                texts[texts.count - 1].removeAll()
                place = .quoted
            case (.afterQuote, "\""):
                texts[texts.count - 1].append(scalar)
                place = .quoted
            case (_, ","):
                texts.append(String.UnicodeScalarView())
                place = .fieldStart
            case (.afterQuote, _):
                if !scalar.properties.isWhitespace, faultyColumn == nil { faultyColumn = texts.count }
            default:
                texts[texts.count - 1].append(scalar)
                if !scalar.properties.isWhitespace { place = .bare }
            }
        }
    }
}
