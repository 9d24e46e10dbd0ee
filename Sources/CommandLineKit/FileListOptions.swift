public import ArgumentParser
import Foundation

/// `--files-from`: more inputs than fit on a command line.
public struct FileListOptions: ParsableArguments {
    @Option(
        name: .customLong("files-from"),
        help: ArgumentHelp(
            "Take inputs from this list too, one path a line or with NUL between them; '-' reads it from standard input.",
            valueName: "file"))
    public var list: String?

    private static let largestByteCount = 256 << 20

    public init() {}

    public func validate() throws {
        if list == "" { throw ValidationError("--files-from is empty; name a file, or '-'.") }
    }

    public var readsStandardInput: Bool { list == "-" }

    /// The arguments and what the list names, in their order.
    ///
    /// - Throws: ``InputError`` where the list cannot be read, or names nothing.
    public func arguments(after arguments: [String]) throws(InputError) -> [String] {
        guard let list else { return arguments }
        let name = readsStandardInput ? "standard input" : list
        let bytes = try Self.bytes(of: readsStandardInput ? nil : list, name: name)
        // `find -print0` writes what no name can hold between the names.
        let isTerminated = bytes.contains(0)
        let paths = bytes.split(separator: isTerminated ? 0 : UInt8(ascii: "\n")).map { part in
            let path = String(decoding: part, as: UTF8.self)
            return isTerminated || path.last != "\r" ? path : String(path.dropLast())
        }.filter { !$0.isEmpty }
        guard !paths.isEmpty else { throw InputError(name: name, reason: .emptyList) }
        // In a list, '-' is a file of that name.
        return arguments + paths.map { $0 == "-" ? "./-" : $0 }
    }

    /// - Parameter path: standard input where nil.
    private static func bytes(of path: String?, name: String) throws(InputError) -> Data {
        let descriptor = path.map { open($0, O_RDONLY | O_CLOEXEC) } ?? STDIN_FILENO
        guard descriptor >= 0 else {
            let error = SystemError.last
            throw InputError(name: name, reason: error.code == ENOENT ? .notFound : .unreadable(error))
        }
        defer { if path != nil { close(descriptor) } }
        var bytes = Data()
        while true {
            let part: [UInt8]
            switch FileContents.piece(of: descriptor) {
            case .success(let read): part = read
            case .failure(let error): throw InputError(name: name, reason: .unreadable(error))
            }
            guard !part.isEmpty else { return bytes }
            bytes += part
            guard bytes.count <= largestByteCount else {
                throw InputError(name: name, reason: .listTooLong(byteCount: largestByteCount))
            }
        }
    }
}
