import Foundation

/// A list of recordings with their transcripts, read from one of these forms:
///
/// - a table between tabs (`.tsv`) or commas (`.csv`): path and text, or any columns under a header that calls one of them
///   `path` (or `audio`, `file`, ...) and one `text` (or `sentence`, `transcript`, `transcription`);
/// - JSON Lines (`.jsonl`): objects with strings under the same names, other keys ignored;
/// - LibriSpeech's layout: `*.trans.txt` files in a folder at any depth, lines of identifier and text, the sound files
///   beside them;
/// - LJ Speech's layout: `metadata.csv` with `identifier|text|text as spoken`, the sound files in `wavs`;
/// - Common Voice's layout: a folder with `train.tsv`, `dev.tsv` and `test.tsv`, or `validated.tsv`, the sound files in
///   `clips`;
/// - sound files whose names say what is said: `label_speaker_number.wav`, or a folder for each word.
///
/// Paths are relative to the manifest's folder. A folder stands for the first of `namesInFolders` in it where there is
/// one, else for Common Voice's tables, its LibriSpeech files, or its sound files.
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

    /// What stands in a file of such a name, whose recordings are looked for beside it.
    ///
    /// - Throws: as for a path.
    public init(path: String, contents: some Sequence<UInt8>) throws(ManifestError) {
        self.path = path
        recordings = try Self.read(ManifestText(path: path, bytes: contents))
        if recordings.isEmpty { throw ManifestError(path: path, .empty) }
    }

    /// Its recordings of one part, or all of them where that is nil; faulty lines belong to every part.
    ///
    /// - Throws: where there is no such part.
    public func part(_ split: TranscribedRecording.Split?) throws(ManifestError) -> TranscriptManifest {
        guard let split else { return self }
        let good = recordings.compactMap { try? $0.get() }
        guard good.contains(where: { $0.split == split }) else {
            throw ManifestError(
                path: path, .missingSplit(split.rawValue, found: Set(good.compactMap(\.split?.rawValue)).sorted()))
        }
        return TranscriptManifest(
            path: path,
            recordings: recordings.filter { entry in
                if case .success(let recording) = entry { recording.split == split } else { true }
            })
    }

    private init(path: String, recordings: [Result<TranscribedRecording, ManifestError>]) {
        (self.path, self.recordings) = (path, recordings)
    }

    private static func readFile(
        _ path: String
    ) throws(ManifestError) -> [Result<TranscribedRecording, ManifestError>] {
        try read(ManifestText(path: path))
    }

    private static func read(
        _ text: ManifestText
    ) throws(ManifestError) -> [Result<TranscribedRecording, ManifestError>] {
        let path = text.path
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
        let tables = try commonVoice(folder)
        if !tables.isEmpty { return tables }
        var files: [String] = []
        var entered: Set<String> = []
        try findTranscripts(in: folder, &files, &entered)
        if files.isEmpty {
            let recordings = try SoundFolder(path: folder).recordings()
            guard !recordings.isEmpty else { throw ManifestError(path: folder, .noTranscripts) }
            return recordings.map { .success($0) }
        }
        var recordings: [Result<TranscribedRecording, ManifestError>] = []
        for file in files { recordings += try readFile(file) }
        return recordings
    }

    /// The parts of a folder of Common Voice; nothing where it is none.
    private static func commonVoice(
        _ folder: String
    ) throws(ManifestError) -> [Result<TranscribedRecording, ManifestError>] {
        guard isFolder(joined(folder, TableManifest.clips)) else { return [] }
        let parts: [(name: String, split: TranscribedRecording.Split?)] = [
            ("train.tsv", .training), ("dev.tsv", .validation), ("test.tsv", .test),
        ]
        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: joined(folder, name)) }
        let found = exists("train.tsv") ? parts.filter { exists($0.name) } : [("validated.tsv", nil)]
        var recordings: [Result<TranscribedRecording, ManifestError>] = []
        for (name, split) in found where exists(name) {
            recordings += try readFile(joined(folder, name)).map { entry in
                entry.map { recording in
                    var recording = recording
                    recording.split = split
                    return recording
                }
            }
        }
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
