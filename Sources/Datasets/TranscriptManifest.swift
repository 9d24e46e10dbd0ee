import Foundation

/// A list of recordings with their transcripts, read from one of these forms:
///
/// - a table between tabs (`.tsv`) or commas (`.csv`): path and text, or any columns under a header that calls one of them
///   `path` (or `audio`, `file`, ...) and one `text` (or `sentence`, `transcript`, `transcription`);
/// - JSON Lines (`.jsonl`): objects with strings under the same names, other keys ignored;
/// - LibriSpeech's layout: `*.trans.txt` files in a folder at any depth, lines of identifier and text, the sound files
///   beside them;
/// - LJ Speech's layout: `metadata.csv` with `identifier|text|text as spoken`, the sound files in `wavs`.
///
/// Paths are relative to the manifest's folder. A folder stands for the first of `namesInFolders` in it where there is
/// one, else for its LibriSpeech files.
public struct TranscriptManifest: Sendable {
    /// The manifests looked for in a folder, in this order.
    static let namesInFolders = [
        "transcripts.tsv", "transcripts.csv", "transcripts.jsonl", "metadata.csv", "metadata.jsonl",
    ]

    /// The file or folder that was read.
    public let path: String
    /// In the order of the manifest; a faulty line is an error of its own.
    public let recordings: [Result<TranscribedRecording, ManifestError>]

    /// - Throws: an error only where nothing can be read at all, or nothing is listed.
    public init(path: String) throws(ManifestError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ManifestError(path: path, .unreadable("no such file or folder"))
        }
        self.path = path
        recordings = isFolder.boolValue ? try Self.readFolder(path) : try Self.readFile(path)
        if recordings.isEmpty { throw ManifestError(path: path, .empty) }
    }

    private static func readFile(
        _ path: String
    ) throws(ManifestError) -> [Result<TranscribedRecording, ManifestError>] {
        let text = try ManifestText(path: path)
        if path.hasSuffix(".trans.txt") { return LibriSpeechTranscript(path: path).recordings(in: text) }
        if path.hasSuffix(".jsonl") { return JSONLinesManifest(path: path).recordings(in: text) }
        if let list = try LJSpeechTranscript(text) { return list.recordings }
        let delimiter = path.hasSuffix(".csv") ? DelimitedText.Delimiter.comma : .tab
        return try TableManifest(DelimitedText(text, delimiter: delimiter)).recordings
    }

    private static func readFolder(
        _ folder: String
    ) throws(ManifestError) -> [Result<TranscribedRecording, ManifestError>] {
        for name in namesInFolders {
            let path = joined(folder, name)
            if FileManager.default.fileExists(atPath: path) { return try readFile(path) }
        }
        var files: [String] = []
        var entered: Set<String> = []
        try findTranscripts(in: folder, &files, &entered)
        guard !files.isEmpty else { throw ManifestError(path: folder, .noTranscripts) }
        var recordings: [Result<TranscribedRecording, ManifestError>] = []
        for file in files { recordings += try readFile(file) }
        return recordings
    }

    /// Sorted by name, hidden ones left out, no folder entered twice.
    private static func findTranscripts(
        in folder: String, _ files: inout [String], _ entered: inout Set<String>
    ) throws(ManifestError) {
        guard entered.insert(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path).inserted else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw ManifestError(path: folder, .unreadable(ManifestText.reason(error)))
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = joined(folder, name)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                try findTranscripts(in: path, &files, &entered)
            } else if name.hasSuffix(".trans.txt") {
                files.append(path)
            }
        }
    }
}

/// `path` below `folder`, unless it is absolute.
func joined(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
}

/// The folder that holds `path`; empty for a bare name.
func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
}
