/// Where the results of each input go, settled before any work is done.
///
/// One input with `--output PATH` gives that file (or a file in that folder, if it is one or ends in `/`); several
/// inputs give a folder that mirrors theirs. A result in several forms has a file for each: PATH is then what they
/// have in common, with or without one of the forms' endings. Two inputs never share an output: where only their
/// endings differ (`talk.wav`, `talk.mp3`) both keep them (`talk.wav.txt`, `talk.mp3.txt`).
public struct OutputPlan: Sendable {
    public enum Destination: Sendable, Hashable {
        case standardOutput
        /// A file for each form, in their order.
        case files(paths: [String])
    }

    /// Whether all results go to standard output, one after the other.
    public let writesToStandardOutput: Bool
    private let destinations: [Input: Result<Destination, OutputError>]

    /// - Parameter fileExtensions: those of the result's forms, without the dot.
    public init(for list: InputList, output: String?, fileExtensions: [String]) throws(OutputError) {
        let inputs = list.inputs
        writesToStandardOutput = output == nil || output == "-"
        guard let output, !writesToStandardOutput else {
            destinations = Dictionary(uniqueKeysWithValues: inputs.map { ($0, .success(.standardOutput)) })
            return
        }
        let kind = try? FileKind.of(output).get()
        if list.isSingle, kind != .folder, !output.hasSuffix("/") {
            let paths = fileExtensions.count == 1 ? [output] : Self.paths(named: output, fileExtensions)
            destinations = Dictionary(uniqueKeysWithValues: inputs.map { ($0, Self.checked(paths, for: $0)) })
            return
        }
        if let kind, kind != .folder { throw .fileForSeveralInputs(path: output) }
        destinations = Self.mirrored(inputs, in: output, fileExtensions)
    }

    /// `talk` or `talk.srt` as `talk.srt` and `talk.vtt`.
    private static func paths(named output: String, _ fileExtensions: [String]) -> [String] {
        let ending = fileExtensions.first { output.lowercased().hasSuffix(".\($0.lowercased())") }
        let stem = ending.map { output.dropLast($0.count + 1) } ?? output[...]
        return fileExtensions.map { "\(stem).\($0)" }
    }

    private static func mirrored(
        _ inputs: [Input], in folder: String, _ fileExtensions: [String]
    ) -> [Input: Result<Destination, OutputError>] {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        let stems = Dictionary(grouping: inputs) { withoutExtension($0.relativePath) }
        var owners: [String: Input] = [:]
        var destinations: [Input: Result<Destination, OutputError>] = [:]
        for input in inputs {
            let stem = withoutExtension(input.relativePath)
            let isShared = Set(stems[stem, default: []].map(\.relativePath)).count > 1
            let paths = fileExtensions.map { "\(prefix)\(isShared ? input.relativePath : stem).\($0)" }
            if let path = paths.first(where: { owners[$0] != nil }), let owner = owners[path] {
                destinations[input] = .failure(.sameOutput(path: path, as: owner.displayName))
            } else {
                for path in paths { owners[path] = input }
                destinations[input] = checked(paths, for: input)
            }
        }
        return destinations
    }

    private static func checked(_ paths: [String], for input: Input) -> Result<Destination, OutputError> {
        if case .file(let source) = input.source, let source = resolvedPath(source),
            let path = paths.first(where: { resolvedPath($0) == source })
        {
            return .failure(.wouldReplaceInput(path: path))
        }
        return .success(.files(paths: paths))
    }

    private static func withoutExtension(_ path: String) -> String {
        let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        guard let dot = path[start...].lastIndex(of: "."), dot != start else { return path }
        return String(path[..<dot])
    }

    /// Whether all results of `input` are there already. Results are whole or absent, so one that is there is done.
    public func isDone(_ input: Input) -> Bool {
        guard case .success(.files(let paths)) = destination(of: input) else { return false }
        return paths.allSatisfy { path in
            if case .success(.regular) = FileKind.of(path) { return true }
            return false
        }
    }

    /// The destination of `input`, one of those that the plan was made for, found writable; folders on the way are
    /// made. To be called before the work on `input` begins, so that no result is computed in vain.
    public func prepare(for input: Input) throws(OutputError) -> Destination {
        let destination = try destination(of: input).get()
        if case .files(let paths) = destination {
            for path in paths {
                try createFolder(folder(of: path))
                try ResultFile.checkWritable(path)
            }
        }
        return destination
    }

    /// The destination of `input`, one of those that the plan was made for; nothing is made or looked at.
    public func destination(of input: Input) -> Result<Destination, OutputError> {
        guard let result = destinations[input] else { preconditionFailure("\(input) is not part of this plan") }
        return result
    }
}
