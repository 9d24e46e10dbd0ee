import JSON

/// The texts of a file with one JSON object a line.
struct JSONLinesTexts {
    let path: String
    let field: String

    /// - Parameters:
    ///   - body: called with each text.
    ///   - noting: called with each bad row; where it does not throw, the row is left out.
    func read(each body: (TextCorpus.Piece) throws -> Void, bad noting: (TextCorpusError) throws -> Void) throws {
        try FileLines(path: path).read { line, number in
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
            let found: Result<String, TextCorpusError.Reason>
            do throws(TextCorpusError.Reason) {
                found = .success(try text(of: line))
            } catch {
                found = .failure(error)
            }
            switch found {
            case .success(let text): try body(TextCorpus.Piece(text: text, endsText: true))
            case .failure(let reason): try noting(TextCorpusError(path: path, line: number, reason))
            }
        }
    }

    private func text(of line: ArraySlice<UInt8>) throws(TextCorpusError.Reason) -> String {
        var text: String?
        do {
            text = try JSONReader.read(Array(line)) { reader in
                var text: String?
                try reader.readObject { key, reader in
                    guard key == field else { return try reader.skipValue() }
                    guard text == nil else { throw JSONError(.duplicateKey(key), offset: reader.offset) }
                    text = try reader.readString()
                }
                return text
            }
        } catch let error as JSONError {
            throw .json(error)
        } catch {
            preconditionFailure("the reader throws JSONError only, not \(error)")
        }
        guard let text else { throw .missingField(field) }
        guard !text.isEmpty else { throw .emptyText }
        return text
    }
}

extension TextCorpusError.Reason: Error {}
