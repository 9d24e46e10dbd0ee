/// One thing that a program was asked to work on: a file or standard input.
public struct Input: Sendable, Hashable {
    public enum Source: Sendable, Hashable {
        case file(path: String)
        case standardInput
    }

    public let source: Source
    /// Where a mirrored result goes below the output folder: the path below the folder (or the fixed part of the
    /// pattern) that was named, or the file's own name.
    public let relativePath: String

    public init(_ source: Source, relativePath: String) {
        self.source = source
        self.relativePath = relativePath
    }

    /// Standard input, `-` on the command line.
    public static let piped = Input(.standardInput, relativePath: "stdin")

    /// What messages call it: the path as it was named, or `standard input`.
    public var displayName: String {
        switch source {
        case .file(let path): path
        case .standardInput: "standard input"
        }
    }
}

/// Why something named on the command line is no input. It stands for that one item; the batch goes on.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case notFound
        case noMatch
        case nothingInFolder(extensions: [String])
        case unreadable(SystemError)
        /// A list of files that names none.
        case emptyList
        /// A list of files that is longer than any.
        case listTooLong(byteCount: Int)
    }

    /// The argument, or the place inside a folder that could not be read.
    public let name: String
    public let reason: Reason

    public init(name: String, reason: Reason) {
        self.name = name
        self.reason = reason
    }

    public var description: String {
        switch reason {
        case .notFound: "\(name.isEmpty ? "an empty name" : name): no such file or folder"
        case .noMatch: "\(name): no file matches this pattern"
        case .nothingInFolder(let extensions):
            "\(name): no file in this folder ends in \(extensions.map { ".\($0)" }.joined(separator: ", "))"
        case .unreadable(let error): "\(name): cannot be read: \(error)"
        case .emptyList: "\(name): this list names no files; give one path a line"
        case .listTooLong(let byteCount): "\(name): a list of files has at most \(byteCount >> 20) MiB"
        }
    }
}
