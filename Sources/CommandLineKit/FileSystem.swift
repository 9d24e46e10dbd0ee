import Foundation

/// What a path leads to, links followed.
enum FileKind: Sendable {
    case regular
    case folder
    /// A pipe, a device or a socket.
    case other

    /// Asks the file system; the error is that of `stat`.
    static func of(_ path: String) -> Result<FileKind, SystemError> {
        var status = stat()
        guard stat(path, &status) == 0 else { return .failure(.last) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .success(.regular)
        case S_IFDIR: return .success(.folder)
        default: return .success(.other)
        }
    }

    /// Whether something has this name, be it a link that leads nowhere.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}

/// The absolute path without links, or nil where there is none (a pipe of the shell, for one).
func resolvedPath(_ path: String) -> String? {
    // realpath allocates its answer, which is ours to free.
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The names in a folder, sorted by their bytes, without `.` and `..`.
func folderEntries(_ path: String) -> Result<[String], SystemError> {
    guard let folder = opendir(path) else { return .failure(.last) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        // d_name is a fixed-size tuple in Swift; its characters end at the first zero.
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                String(cString: $0)
            }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return .success(names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
}

/// The paths that match a shell pattern (`*`, `?`, `[…]`), sorted; hidden files only where the pattern names the dot.
func matchingPaths(_ pattern: String) -> [String] {
    var matches = glob_t()
    defer { globfree(&matches) }
    guard glob(pattern, 0, nil, &matches) == 0, let paths = matches.gl_pathv else { return [] }
    return (0..<Int(matches.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
}

func lastComponent(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}

/// The folder that holds `path`, without a trailing slash (`.` for a bare name).
func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Makes a folder and those above it; one that is there already is fine.
func createFolder(_ path: String) throws(OutputError) {
    if case .success(.folder) = FileKind.of(path) { return }
    let parent = folder(of: path)
    if parent != path, parent != "." { try createFolder(parent) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .cannotCreateFolder(path: path, .last) }
}
