import JSON

/// Files of JSON Lines whose rows have answers to learn: conversations, and prompts with completions.
///
/// What a row's tokens are is for the reader's `encode` to say, and a row that it refuses is as bad as one that is no
/// JSON: bad rows are gathered, and told all at once.
public struct AnswerCorpus: Sendable {
    public let files: [String]
    /// Bad rows that are left out before they are an error.
    public let badRowLimit: Int

    public init(files: [String], skippingBadRows badRowLimit: Int = 0) {
        (self.files, self.badRowLimit) = (files, badRowLimit)
    }

    /// Whether `files` hold answers rather than texts: all are JSON Lines, and the first row has the keys of an
    /// ``AnswerRow`` and not the text's `field`.
    public static func describes(_ files: [String], field: String) throws -> Bool {
        guard !files.isEmpty, files.allSatisfy({ $0.lowercased().hasSuffix(".jsonl") }) else { return false }
        struct FirstRow: Error { let row: JSONValue? }
        do {
            try FileLines(path: files[0]).read { line, _ in
                if isBlank(line) { return }
                throw FirstRow(row: try? JSONReader.read(Array(line)) { try $0.readValue() })
            }
        } catch let first as FirstRow {
            return first.row.map { AnswerRow.hasKeys($0) && $0[field] == nil } ?? false
        }
        return false
    }

    /// All rows as sequences of tokens.
    ///
    /// - Parameters:
    ///   - progress: called now and then with the bytes read.
    ///   - encode: the sequences of a row, mostly one; throws a ``TextCorpusError/Reason`` for a row that cannot be
    ///     used, anything else for a reason to stop.
    /// - Throws: ``BadRows`` where there are too many.
    public func sequences(
        progress: (Int) -> Void = { _ in }, encode: (AnswerRow) throws -> [AnswerSequence]
    ) throws -> (sequences: [AnswerSequence], badRows: [TextCorpusError]) {
        var sequences: [AnswerSequence] = []
        var badRows: [TextCorpusError] = []
        var (byteCount, rowCount) = (0, 0)
        for file in files {
            try FileLines(path: file).read { line, number in
                byteCount += line.count + 1
                progress(byteCount)
                if Self.isBlank(line) { return }
                rowCount += 1
                do {
                    let value = try JSONReader.read(Array(line)) { try $0.readValue() }
                    sequences += try encode(AnswerRow(value))
                } catch let reason as TextCorpusError.Reason {
                    badRows.append(TextCorpusError(path: file, line: number, reason))
                } catch let error as JSONError {
                    badRows.append(TextCorpusError(path: file, line: number, .json(error)))
                }
            }
        }
        guard badRows.count <= badRowLimit else {
            throw BadRows(rows: badRows, rowCount: rowCount, allowed: badRowLimit)
        }
        guard !sequences.isEmpty else { throw TextCorpusError(path: files.first ?? "the corpus", .noText) }
        return (sequences, badRows)
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
}

/// More rows that cannot be used than may be left out.
public struct BadRows: Error, Sendable, Equatable, CustomStringConvertible {
    public let rows: [TextCorpusError]
    public let rowCount: Int
    public let allowed: Int

    public var description: String {
        let shown = rows.prefix(3).map { "\($0)" }.joined(separator: "; ")
        let more = rows.count > 3 ? "; and \(rows.count - 3) more" : ""
        return "\(rows.count) of \(rowCount) rows cannot be used, and \(allowed == 0 ? "none" : "\(allowed)") may be "
            + "left out (--skip-bad): \(shown)\(more)"
    }
}
