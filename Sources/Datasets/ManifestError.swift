public import JSON

/// What is wrong with a manifest, or with one line of it.
public struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unreadable(String)
        /// A folder with neither `*.trans.txt` nor a manifest of a known name.
        case noTranscripts
        /// A manifest without a single recording.
        case empty
        case notUTF8
        /// A header that names no column for the sound file or for the text.
        case incompleteHeader(missing: String)
        /// A line of a table with another number of columns.
        case columns(found: Int, expected: Int)
        /// A line of a LibriSpeech transcript that begins with white space.
        case noIdentifier
        case emptyPath
        case duplicate(name: String, firstLine: Int)
        case json(JSONError)
        case missingKey(String)
    }

    public let path: String
    /// Counted from 1; nil where the fault is the whole file's.
    public let line: Int?
    public let reason: Reason

    public init(path: String, line: Int? = nil, _ reason: Reason) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    /// `data.tsv:17`, or the path alone.
    public var place: String { line.map { "\(path):\($0)" } ?? path }

    public var description: String { "\(place): \(reasonText)" }

    private var reasonText: String {
        switch reason {
        case .unreadable(let message): "cannot be read: \(message)"
        case .noTranscripts:
            "this folder holds no \(TranscriptManifest.namesInFolders.joined(separator: ", ")) and no *.trans.txt"
        case .empty: "lists no recordings"
        case .notUTF8: "not valid UTF-8 text"
        case .incompleteHeader(let missing): "the header names no column for the \(missing); call it '\(missing)'"
        case .columns(let found, let expected):
            "\(found) columns between tabs where \(expected) were expected; without a header they are path and text"
        case .noIdentifier: "expected an identifier, a space, and the text"
        case .emptyPath: "the path of the recording is empty"
        case .duplicate(let name, let firstLine): "\(name) stands on line \(firstLine) already"
        case .json(let error): "not a JSON object: \(error)"
        case .missingKey(let key): "the object lacks the string \"\(key)\""
        }
    }
}
