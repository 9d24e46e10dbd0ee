import Foundation

/// The inputs that a command line names, in its order, each once.
public struct InputList: Sendable {
    /// An input, or the reason why an argument gave none.
    public let items: [Result<Input, InputError>]
    /// Whether the arguments name one file (or standard input) and not a folder, a pattern or several things:
    /// then `--output` names a file.
    public let isSingle: Bool

    public init(items: [Result<Input, InputError>], isSingle: Bool) {
        self.items = items
        self.isSingle = isSingle
    }

    public var inputs: [Input] { items.compactMap { try? $0.get() } }
}

/// Turns arguments into inputs: files, folders (searched recursively), patterns that no shell expanded, and `-`.
///
/// A named file is taken whatever it is called; from a folder come regular files with one of `extensions`, sorted by
/// name, hidden ones left out, links followed but no folder entered twice. A file reached by two ways is worked on
/// once, under the name met first.
public struct InputExpander: Sendable {
    /// Lower-case, without the dot; compared without regard to case.
    public let extensions: [String]

    public init(extensions: [String]) {
        self.extensions = extensions.map { $0.lowercased() }
    }

    public func expand(_ arguments: [String]) -> InputList {
        var search = Search(extensions: Set(extensions), listedExtensions: extensions)
        for argument in arguments { search.add(argument: argument) }
        return InputList(items: search.items, isSingle: arguments.count == 1 && !search.sawFolderOrPattern)
    }
}

private struct Search {
    let extensions: Set<String>
    let listedExtensions: [String]
    var items: [Result<Input, InputError>] = []
    var sawFolderOrPattern = false
    private var taken: Set<String> = []
    private var namesThatFailed: Set<String> = []

    init(extensions: Set<String>, listedExtensions: [String]) {
        self.extensions = extensions
        self.listedExtensions = listedExtensions
    }

    mutating func add(argument: String) {
        if argument == "-" {
            if taken.insert("-").inserted { items.append(.success(.piped)) }
            return
        }
        switch FileKind.of(argument) {
        case .success: add(path: argument, relativeTo: nil)
        case .failure(let error) where error.code == ENOENT || error.code == ENOTDIR: addMatches(of: argument)
        case .failure(let error): fail(argument, .unreadable(error))
        }
    }

    private mutating func addMatches(of pattern: String) {
        guard let wildcard = pattern.firstIndex(where: { "*?[".contains($0) }) else {
            return fail(pattern, .notFound)
        }
        sawFolderOrPattern = true
        let matches = matchingPaths(pattern)
        guard !matches.isEmpty else { return fail(pattern, .noMatch) }
        let fixedPart = pattern[..<wildcard].lastIndex(of: "/").map { String(pattern[...$0]) } ?? ""
        for path in matches { add(path: path, relativeTo: fixedPart) }
    }

    /// - Parameter base: the beginning of `path` that mirrored outputs leave out; nil keeps the last component only.
    private mutating func add(path: String, relativeTo base: String?) {
        switch FileKind.of(path) {
        case .failure(let error): fail(path, error.code == ENOENT ? .notFound : .unreadable(error))
        case .success(.folder):
            sawFolderOrPattern = true
            let prefix = path.hasSuffix("/") ? path : path + "/"
            let countBefore = items.count + taken.count
            var entered: Set<String> = []
            addFolder(path: prefix, relativeTo: base ?? prefix, entered: &entered)
            if items.count + taken.count == countBefore, !holdsTakenFiles(prefix) {
                fail(path, .nothingInFolder(extensions: listedExtensions))
            }
        case .success:
            guard taken.insert(resolvedPath(path) ?? path).inserted else { return }
            let relativePath = base.map { String(path.dropFirst($0.count)) } ?? lastComponent(of: path)
            items.append(.success(Input(.file(path: path), relativePath: relativePath)))
        }
    }

    private mutating func addFolder(path prefix: String, relativeTo base: String, entered: inout Set<String>) {
        guard entered.insert(resolvedPath(prefix) ?? prefix).inserted else { return }
        let names: [String]
        switch folderEntries(prefix) {
        case .success(let entries): names = entries
        case .failure(let error): return fail(String(prefix.dropLast()), .unreadable(error))
        }
        for name in names where !name.hasPrefix(".") {
            let path = prefix + name
            switch FileKind.of(path) {
            case .success(.folder): addFolder(path: path + "/", relativeTo: base, entered: &entered)
            case .success(.regular) where hasListedExtension(name): add(path: path, relativeTo: base)
            case .failure(let error) where hasListedExtension(name): fail(path, .unreadable(error))
            default: break  // another kind of file, which the user did not name
            }
        }
    }

    /// Whether the folder gave nothing only because all its files had been named before.
    private func holdsTakenFiles(_ prefix: String) -> Bool {
        guard let folder = resolvedPath(prefix) else { return false }
        return taken.contains { $0.hasPrefix(folder == "/" ? folder : folder + "/") }
    }

    private func hasListedExtension(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return extensions.contains(name[name.index(after: dot)...].lowercased())
    }

    private mutating func fail(_ name: String, _ reason: InputError.Reason) {
        guard namesThatFailed.insert(name).inserted else { return }
        items.append(.failure(InputError(name: name, reason: reason)))
    }
}
