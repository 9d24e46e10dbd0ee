import Foundation

/// The list of a corpus in the layout of LJ Speech: `metadata.csv` with `identifier|text|text as spoken` a line, the sound
/// files in the folder `wavs` beside it. The text as spoken (numbers and abbreviations written out) counts where it is
/// there and not empty.
struct LJSpeechTranscript: Sendable {
    private static let fileName = "metadata.csv"
    private static let audioExtensions = ["wav", "flac", "ogg", "opus", "mp3"]

    private let table: DelimitedText

    /// Nil for a file of another name or without bars on its first line.
    init?(_ text: ManifestText) throws(ManifestError) {
        guard text.path.split(separator: "/").last.map(String.init) == Self.fileName,
            text.lines.first?.text.contains(DelimitedText.Delimiter.bar.rawValue) == true
        else { return nil }
        table = try DelimitedText(text, delimiter: .bar)
    }

    var recordings: [Result<TranscribedRecording, ManifestError>] {
        let folder = joined(folder(of: table.path), "wavs")
        return table.recordings(table.records) { record throws(ManifestError) in
            let fields = record.fields
            guard (2...3).contains(fields.count) else {
                throw ManifestError(
                    path: table.path, line: record.line,
                    .columns(found: fields.count, expected: 3, delimiter: table.delimiter.rawValue))
            }
            guard !fields[0].isEmpty else { throw ManifestError(path: table.path, line: record.line, .emptyPath) }
            return TranscribedRecording(
                name: fields[0], path: storedAudio(named: fields[0], in: folder, extensions: Self.audioExtensions),
                text: fields.dropFirst().last { !$0.isEmpty } ?? "")
        }
    }
}
