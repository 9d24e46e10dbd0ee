import JSON

/// One JSON object a line.
struct JSONLinesManifest: Sendable {
    let path: String

    func recordings(in text: ManifestText) -> [Result<TranscribedRecording, ManifestError>] {
        let folder = folder(of: path)
        return text.recordings(text.lines) { line throws(ManifestError) in
            let fields = try parse(line)
            func only(_ names: [String]) throws(ManifestError) -> String {
                let found = fields.filter { names.contains($0.key) }
                guard let first = found.first else {
                    throw ManifestError(path: path, line: line.number, .missingKey(names[0]))
                }
                guard found.count == 1 else {
                    throw ManifestError(path: path, line: line.number, .severalNames(found.map(\.key)))
                }
                return first.value
            }
            let audio = try only(Self.audioNames)
            let spoken = try only(ManifestNames.text)
            guard !audio.isEmpty else { throw ManifestError(path: path, line: line.number, .emptyPath) }
            return TranscribedRecording(
                name: audio, path: joined(folder, audio), text: spoken.trimmed,
                speaker: fields.first { ManifestNames.speaker.contains($0.key) && !$0.value.isEmpty }?.value)
        }
    }

    /// The usual name in this form first.
    private static let audioNames = ["audio"] + ManifestNames.audio.filter { $0 != "audio" }

    /// The strings under names that we know, in their order.
    private func parse(_ line: ManifestText.Line) throws(ManifestError) -> [(key: String, value: String)] {
        do {
            return try JSONReader.read(Array(line.text.utf8)) { reader in
                var fields: [(key: String, value: String)] = []
                try reader.readObject { key, reader in
                    let isSpeaker = ManifestNames.speaker.contains(key)
                    guard ManifestNames.audio.contains(key) || ManifestNames.text.contains(key) || isSpeaker else {
                        return try reader.skipValue()
                    }
                    // A number or null names nobody here.
                    if isSpeaker, try reader.peek() != .string { return try reader.skipValue() }
                    if fields.contains(where: { $0.key == key }) {
                        throw JSONError(.duplicateKey(key), offset: reader.offset)
                    }
                    fields.append((key, try reader.readString()))
                }
                return fields
            }
        } catch let error as JSONError {
            throw ManifestError(path: path, line: line.number, .json(error))
        } catch {
            preconditionFailure("the reader throws JSONError only, not \(error)")
        }
    }
}
