import Foundation

/// The transcripts of one chapter of LibriSpeech: `identifier TEXT` a line, the sound files beside it.
struct LibriSpeechTranscript: Sendable {
    /// What the sound of an utterance may be stored as; LibriSpeech itself has FLAC.
    private static let audioExtensions = ["flac", "wav", "ogg", "opus", "mp3"]

    let path: String

    /// The first of the three numbers `speaker-chapter-utterance`.
    private static func speaker(of identifier: String) -> String? {
        let parts = identifier.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) else { return nil }
        return String(parts[0])
    }

    func recordings(in text: ManifestText) -> [Result<TranscribedRecording, ManifestError>] {
        let folder = folder(of: path)
        return text.recordings(text.lines) { line throws(ManifestError) in
            guard let first = line.text.first, !first.isWhitespace else {
                throw ManifestError(path: path, line: line.number, .noIdentifier)
            }
            let parts = line.text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            let identifier = String(parts[0])
            return TranscribedRecording(
                name: identifier,
                path: storedAudio(named: identifier, in: folder, extensions: Self.audioExtensions),
                text: parts.count > 1 ? parts[1].trimmed : "", speaker: Self.speaker(of: identifier))
        }
    }
}

/// The first form of a recording that is there; else the usual one, whose absence shows when it is opened.
func storedAudio(named name: String, in folder: String, extensions: [String]) -> String {
    let paths = extensions.map { joined(folder, "\(name).\($0)") }
    return paths.first { FileManager.default.fileExists(atPath: $0) } ?? paths[0]
}
