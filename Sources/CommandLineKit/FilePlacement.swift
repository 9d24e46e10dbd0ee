public import ArgumentParser
import Foundation

/// How a file gets into a folder.
public enum FilePlacement: String, ExpressibleByArgument, Sendable, CaseIterable {
    case copy, move
    /// A symbolic link with the absolute path of the file.
    case link
}

/// Where a file was put.
public struct PlacedFile: Sendable, Equatable {
    public let path: String
    /// False where the same file, or for a copy one of the same bytes, stood there before.
    public let isNew: Bool
}

/// Puts files into folders. No file is ever replaced: where the name is taken by another one, the new one's gets a number
/// (`cat.png`, `cat-2.png`). A copy is whole or absent, and a file that moves is in one place at every moment.
public struct FilePlacer {
    private let placement: FilePlacement
    /// Nothing is done, only told.
    private let isRehearsal: Bool
    /// What a rehearsal would have made.
    private var imagined: Set<String> = []
    /// The number to try next for a name that was taken.
    private var nextNumbers: [String: Int] = [:]

    public init(by placement: FilePlacement, isRehearsal: Bool = false) {
        (self.placement, self.isRehearsal) = (placement, isRehearsal)
    }

    /// - Parameters:
    ///   - source: a file.
    ///   - folder: made where it is missing.
    ///   - name: of the file in the folder, without a slash.
    public mutating func place(
        _ source: String, in folder: String, as name: String
    ) throws(FilePlacementError) -> PlacedFile {
        guard let resolvedSource = resolvedPath(source) else { throw .cannotRead(path: source, .last) }
        if !isRehearsal {
            do {
                try createFolder(folder)
            } catch {
                guard case .cannotCreateFolder(let path, let reason) = error else {
                    preconditionFailure("making a folder has one kind of failure")
                }
                throw .cannotCreateFolder(path: path, reason)
            }
        }
        let first = "\(folder)/\(name)"
        if isThere(resolvedSource, as: first) { return PlacedFile(path: first, isNew: false) }
        for number in (nextNumbers[first] ?? 1)... {
            let path = number == 1 ? first : "\(folder)/\(Self.numbered(name, number))"
            if isThere(resolvedSource, as: path) {
                nextNumbers[first] = number + 1
                return PlacedFile(path: path, isNew: false)
            }
            if isRehearsal {
                guard !FileKind.exists(path), imagined.insert(path).inserted else { continue }
            } else {
                guard try put(source, resolvedSource, at: path) else { continue }
            }
            nextNumbers[first] = number + 1
            return PlacedFile(path: path, isNew: true)
        }
        preconditionFailure("numbers have no end")
    }

    /// `cat.png` with 2 is `cat-2.png`.
    static func numbered(_ name: String, _ number: Int) -> String {
        let dot = name.dropFirst().lastIndex(of: ".") ?? name.endIndex
        return "\(name[..<dot])-\(number)\(name[dot...])"
    }

    /// Whether `path` needs no file any more: it is the source itself, or a copy of it that was made before.
    private func isThere(_ resolvedSource: String, as path: String) -> Bool {
        guard let resolved = resolvedPath(path) else { return false }
        if resolved == resolvedSource { return true }
        return placement == .copy && FileContents.areEqual(resolved, resolvedSource)
    }

    /// - Returns: false where the path is taken.
    private func put(
        _ source: String, _ resolvedSource: String, at path: String
    ) throws(FilePlacementError) -> Bool {
        switch placement {
        case .copy: return try copy(resolvedSource, to: path)
        case .link:
            if symlink(resolvedSource, path) == 0 { return true }
            if errno == EEXIST { return false }
            throw .cannotPlace(source: source, path: path, .last)
        case .move: return try move(source, resolvedSource, to: path)
        }
    }

    private func move(
        _ source: String, _ resolvedSource: String, to path: String
    ) throws(FilePlacementError) -> Bool {
        // A relative link would lead elsewhere from another folder.
        if FileKind.isLink(source) {
            guard symlink(resolvedSource, path) == 0 else {
                if errno == EEXIST { return false }
                throw .cannotPlace(source: source, path: path, .last)
            }
        } else if link(source, path) != 0 {
            switch errno {
            case EEXIST: return false
            // Another file system, or one without a second name for a file.
            case EXDEV, EPERM, ENOTSUP, EMLINK: guard try copy(source, to: path) else { return false }
            default: throw .cannotPlace(source: source, path: path, .last)
            }
        }
        guard unlink(source) == 0 else { throw .cannotRemove(path: source, copy: path, .last) }
        return true
    }

    private func copy(_ source: String, to path: String) throws(FilePlacementError) -> Bool {
        if FileKind.exists(path) { return false }
        let temporary = "\(folder(of: path))/.triptych-\(getpid())-\(UInt64.random(in: .min ... .max)).part"
        defer { unlink(temporary) }
        if let error = FileContents.copy(source, to: temporary) {
            throw .cannotPlace(source: source, path: path, error)
        }
        // Unlike a renaming, a second name never replaces a file.
        if link(temporary, path) == 0 { return true }
        switch errno {
        case EEXIST: return false
        case EPERM, ENOTSUP:
            // A file system on which a file has but one name: take it, then replace what was taken.
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor < 0, errno == EEXIST { return false }
            guard descriptor >= 0 else { throw .cannotPlace(source: source, path: path, .last) }
            close(descriptor)
            guard rename(temporary, path) == 0 else { throw .cannotPlace(source: source, path: path, .last) }
            return true
        default: throw .cannotPlace(source: source, path: path, .last)
        }
    }
}

/// Why a file was not put where it belongs; it is where it was.
public enum FilePlacementError: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotRead(path: String, SystemError)
    case cannotCreateFolder(path: String, SystemError)
    case cannotPlace(source: String, path: String, SystemError)
    /// It is in both places now.
    case cannotRemove(path: String, copy: String, SystemError)

    public var description: String {
        switch self {
        case .cannotRead(let path, let error): "\(path): cannot be read: \(error)"
        case .cannotCreateFolder(let path, let error): "cannot create the folder \(path): \(error); name another one"
        case .cannotPlace(let source, let path, let error): "\(source): cannot be put at \(path): \(error)"
        case .cannotRemove(let path, let copy, let error):
            "\(path): is at \(copy) now, but cannot be removed here: \(error)"
        }
    }
}
