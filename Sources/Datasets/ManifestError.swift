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
        /// Several columns of a header, or keys of an object, that may each be the one looked for.
        case severalNames([String])
        /// A line of a table with another number of columns.
        case columns(found: Int, expected: Int, delimiter: Character)
        /// A field between quotes with something else behind it.
        case textAfterQuote(column: Int)
        case unclosedQuote
        /// A line of a LibriSpeech transcript that begins with white space.
        case noIdentifier
        case emptyPath
        case emptyLabel
        /// A part of the data that is none of training, validation and test.
        case unknownSplit(String)
        /// The data is not divided, or into others.
        case missingSplit(String, found: [String])
        case duplicate(name: String, firstLine: Int)
        case json(JSONError)
        case missingKey(String)
        case emptyQuestions
        /// Fewer than two choices, an empty one, or an answer that is none of them.
        case choices(count: Int, answer: Int)
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

    /// The reason in words.
    public var reasonText: String {
        switch reason {
        case .unreadable(let message): "cannot be read: \(message)"
        case .noTranscripts:
            "this folder holds no \(TranscriptManifest.namesInFolders.joined(separator: ", ")), no *.trans.txt, no clips/ "
                + "with Common Voice's tables, and no sound files that are called label_speaker_number or stand in a "
                + "folder for each word"
        case .empty: "lists no recordings"
        case .notUTF8: "not valid UTF-8 text"
        case .incompleteHeader(let missing): "the header names no column for the \(missing); call it '\(missing)'"
        case .severalNames(let names):
            "\(names.map { "'\($0)'" }.joined(separator: " and ")) might each be meant; rename all but one"
        case .columns(let found, let expected, let delimiter):
            "\(found) columns between \(Self.name(of: delimiter)) where \(expected) were expected; "
                + Self.advice(delimiter)
        case .textAfterQuote(let column):
            "text behind the closing quote of column \(column); double the quotes that belong to the text"
        case .unclosedQuote: "the quote that this record opens is never closed"
        case .noIdentifier: "expected an identifier, a space, and the text"
        case .emptyPath: "the path is empty"
        case .emptyLabel: "the label is empty"
        case .unknownSplit(let name): "the part '\(name)' is unknown; expected train, validation or test"
        case .missingSplit(let name, let found):
            "has no part called \(name); \(found.isEmpty ? "it is not divided" : "there are \(found.joined(separator: ", "))")"
        case .duplicate(let name, let firstLine): "\(name) stands on line \(firstLine) already"
        case .json(let error): "not a JSON object: \(error)"
        case .missingKey(let key): "the object lacks \"\(key)\""
        case .emptyQuestions: "holds no questions"
        case .choices(let count, let answer):
            "\(count) choices with the answer \(answer); expected two or more, none empty, and the index of one, from 0"
        }
    }

    private static func name(of delimiter: Character) -> String {
        switch delimiter {
        case "\t": "tabs"
        case ",": "commas"
        default: "'\(delimiter)'"
        }
    }

    private static func advice(_ delimiter: Character) -> String {
        switch delimiter {
        case ",": "without a header they are path and text, and a text with commas stands in quotes"
        case "|": "they are identifier, text and text as spoken"
        default: "without a header they are path and text"
        }
    }
}
