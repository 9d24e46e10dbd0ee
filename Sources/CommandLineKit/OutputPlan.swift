/// Where the result of each input goes, settled before any work is done.
///
/// One input with `--output PATH` gives that file (or a file in that folder, if it is one or ends in `/`); several
/// inputs give a folder that mirrors theirs. Two inputs never share an output: where only their endings differ
/// (`talk.wav`, `talk.mp3`) both keep them (`talk.wav.txt`, `talk.mp3.txt`).
public struct OutputPlan: Sendable {
    public enum Destination: Sendable, Hashable {
        case standardOutput
        case file(path: String)
    }

    /// Whether all results go to standard output, one after the other.
    public let writesToStandardOutput: Bool
    private let destinations: [Input: Result<Destination, OutputError>]

    public init(for list: InputList, output: String?, fileExtension: String) throws(OutputError) {
        let inputs = list.inputs
        writesToStandardOutput = output == nil || output == "-"
        guard let output, !writesToStandardOutput else {
            destinations = Dictionary(uniqueKeysWithValues: inputs.map { ($0, .success(.standardOutput)) })
            return
        }
        let kind = try? FileKind.of(output).get()
        if list.isSingle, kind != .folder, !output.hasSuffix("/") {
            destinations = Dictionary(
                uniqueKeysWithValues: inputs.map { ($0, Self.checked(output, for: $0)) })
            return
        }
        if let kind, kind != .folder { throw .fileForSeveralInputs(path: output) }
        destinations = Self.mirrored(inputs, in: output, fileExtension: fileExtension)
    }

    private static func mirrored(
        _ inputs: [Input], in folder: String, fileExtension: String
    ) -> [Input: Result<Destination, OutputError>] {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        let stems = Dictionary(grouping: inputs) { withoutExtension($0.relativePath) }
        var owners: [String: Input] = [:]
        var destinations: [Input: Result<Destination, OutputError>] = [:]
        for input in inputs {
            let stem = withoutExtension(input.relativePath)
            let isShared = Set(stems[stem, default: []].map(\.relativePath)).count > 1
            let path = "\(prefix)\(isShared ? input.relativePath : stem).\(fileExtension)"
            if let owner = owners[path] {
                destinations[input] = .failure(.sameOutput(path: path, as: owner.displayName))
            } else {
                owners[path] = input
                destinations[input] = checked(path, for: input)
            }
        }
        return destinations
    }

    private static func checked(_ path: String, for input: Input) -> Result<Destination, OutputError> {
        if case .file(let source) = input.source, let target = resolvedPath(path), target == resolvedPath(source) {
            return .failure(.wouldReplaceInput(path: path))
        }
        return .success(.file(path: path))
    }

    private static func withoutExtension(_ path: String) -> String {
        let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        guard let dot = path[start...].lastIndex(of: "."), dot != start else { return path }
        return String(path[..<dot])
    }

    /// The destination of `input`, one of those that the plan was made for, found writable; folders on the way are
    /// made. To be called before the work on `input` begins, so that no result is computed in vain.
    public func prepare(for input: Input) throws(OutputError) -> Destination {
        guard let result = destinations[input] else { preconditionFailure("\(input) is not part of this plan") }
        let destination = try result.get()
        if case .file(let path) = destination {
            try createFolder(folder(of: path))
            try ResultFile.checkWritable(path)
        }
        return destination
    }
}
