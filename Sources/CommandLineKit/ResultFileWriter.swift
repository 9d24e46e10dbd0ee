import Foundation

/// A result that is written piece by piece and has its name only when it is whole. Until then it stands under a
/// temporary name in the same folder; of two writers of one name, the last to finish gives the file. Devices and pipes,
/// which cannot be renamed over, are written directly.
///
/// Ends with one of `finish`, `keepPartial` and `discard`; without, the temporary file goes with the writer.
public final class ResultFileWriter {
    /// As it was named.
    public let path: String
    private let target: String
    private let descriptor: Int32
    /// Nil for devices and pipes, and once the writer has ended.
    private var temporaryPath: String?
    private var isOpen = true
    /// Bytes of the pieces that were written to their end.
    private var wholeByteCount = 0

    public init(_ path: String) throws(OutputError) {
        self.path = path
        target = resolvedPath(path) ?? path
        if case .success(.other) = FileKind.of(target) {
            descriptor = open(target, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .cannotWrite(path: path, .last) }
        } else {
            let (descriptor, temporaryPath) = try ResultFile.openTemporary(beside: target, reportedAs: path)
            self.descriptor = descriptor
            self.temporaryPath = temporaryPath
        }
    }

    deinit { discard() }

    /// Appends one piece. After an error what was written of it is taken back where possible.
    public func write(_ piece: String) throws(OutputError) {
        let bytes = Array(piece.utf8)
        do {
            try writeAll(bytes, to: descriptor)
            wholeByteCount += bytes.count
        } catch {
            // The error of the piece is what counts; a pipe cannot be cut, and then has no name to give either.
            if temporaryPath != nil, ftruncate(descriptor, wholeByteCount) == 0 {
                lseek(descriptor, 0, SEEK_END)
            }
            throw .cannotWrite(path: path, error)
        }
    }

    /// Gives the whole file its name. After an error its contents can still be kept as unfinished.
    public func finish() throws(OutputError) {
        if let temporaryPath {
            guard fsync(descriptor) == 0, rename(temporaryPath, target) == 0 else {
                throw .cannotWrite(path: path, .last)
            }
        }
        temporaryPath = nil
        closeDescriptor()
    }

    /// Keeps an unfinished file, if anything was written, beside the place of the whole one: `talk.srt` as
    /// `talk.partial.srt`, or with a number where that is taken.
    ///
    /// - Returns: the name that it has now; nil where there is nothing to keep or no way to keep it.
    public func keepPartial() -> String? {
        defer { discard() }
        guard let temporaryPath, wholeByteCount > 0, let partialPath = claimPartialPath() else { return nil }
        // The disk may be what fails; what it holds is kept as it is.
        fsync(descriptor)
        guard rename(temporaryPath, partialPath) == 0 else {
            unlink(partialPath)
            return nil
        }
        self.temporaryPath = nil
        return partialPath
    }

    /// Removes the unfinished file.
    public func discard() {
        if let temporaryPath { unlink(temporaryPath) }
        temporaryPath = nil
        closeDescriptor()
    }

    private func closeDescriptor() {
        if isOpen { close(descriptor) }
        isOpen = false
    }

    /// Creates an empty file under the first name that is free: so no earlier remains are lost, and no other process
    /// takes the same.
    private func claimPartialPath() -> String? {
        let name = lastComponent(of: path)
        let folder = path.dropLast(name.count)
        let dot = name.dropFirst().lastIndex(of: ".") ?? name.endIndex
        for number in 1...999 {
            let mark = number == 1 ? ".partial" : ".partial-\(number)"
            let candidate = "\(folder)\(name[..<dot])\(mark)\(name[dot...])"
            let descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                close(descriptor)
                return candidate
            }
            // A full disk may refuse another name; this one is free, or the answer would have been another.
            if errno == ENOSPC || errno == EDQUOT { return candidate }
            if errno != EEXIST { return nil }
        }
        return nil
    }
}
