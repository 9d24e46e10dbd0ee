#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file or folder that could not be opened, mapped or written.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case missing
        case cannotOpen(code: Int32)
        case isFolder
        /// A device, a pipe or a socket.
        case notARegularFile
        case empty
        case tooLarge(byteCount: Int, limit: Int)
        case cannotMap(code: Int32)
        case cannotWrite(code: Int32)
        case alreadyExists
        case notAPlainFileName
    }

    public let path: String
    public let reason: Reason

    public init(path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path.quotedForMessage): \(reasonText)" }

    private var reasonText: String {
        switch reason {
        case .missing: "there is no such file; check the path"
        case .cannotOpen(let code): "cannot be opened: \(Self.text(code))"
        case .isFolder: "is a folder where a file was expected"
        case .notARegularFile: "is a device or a pipe where a regular file was expected; copy its contents to a file"
        case .empty: "the file is empty; fetch or copy it again"
        case .tooLarge(let byteCount, let limit):
            "has \(byteCount) bytes, more than the \(limit) that such a file may have"
        case .cannotMap(let code): "cannot be mapped into memory: \(Self.text(code))"
        case .cannotWrite(let code): "cannot be written: \(Self.text(code))"
        case .alreadyExists: "exists already; choose another name or remove it first"
        case .notAPlainFileName: "is not a plain file name"
        }
    }

    private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension String {
    /// Quoted, on one line, with control characters escaped and the middle of long texts left out: what stands in
    /// a file must not be able to write on a terminal.
    var quotedForMessage: String {
        let limit = 200
        guard count > limit else { return debugDescription }
        return (prefix(limit / 2) + "…" + suffix(limit / 2)).debugDescription
    }
}
