import JSON

/// One JSON object a line.
struct JSONLinesManifest: Sendable {
    let path: String

    func recordings(in text: ManifestText) -> [Result<TranscribedRecording, ManifestError>] {
        let folder = folder(of: path)
        return text.recordings(text.lines) { line throws(ManifestError) in
            let (audio, spoken) = try parse(line)
            guard let audio else { throw ManifestError(path: path, line: line.number, .missingKey("audio")) }
            guard let spoken else { throw ManifestError(path: path, line: line.number, .missingKey("text")) }
            guard !audio.isEmpty else { throw ManifestError(path: path, line: line.number, .emptyPath) }
            return TranscribedRecording(name: audio, path: joined(folder, audio), text: spoken.trimmed)
        }
    }

    private func parse(_ line: ManifestText.Line) throws(ManifestError) -> (audio: String?, text: String?) {
        do {
            return try JSONReader.read(Array(line.text.utf8)) { reader in
                var (audio, text): (String?, String?)
                try reader.readObject { key, reader in
                    switch key {
                    case "audio":
                        guard audio == nil else { throw JSONError(.duplicateKey(key), offset: reader.offset) }
                        audio = try reader.readString()
                    case "text":
                        guard text == nil else { throw JSONError(.duplicateKey(key), offset: reader.offset) }
                        text = try reader.readString()
                    default: try reader.skipValue()
                    }
                }
                return (audio, text)
            }
        } catch let error as JSONError {
            throw ManifestError(path: path, line: line.number, .json(error))
        } catch {
            preconditionFailure("the reader throws JSONError only, not \(error)")
        }
    }
}
