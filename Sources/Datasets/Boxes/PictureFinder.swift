#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds the files of pictures that a list names, in the folders where data of its kind keeps them.
struct PictureFinder {
    /// In the order in which they are tried.
    let folders: [String]
    /// Where the last one was: the next one is most likely there too.
    private var last: Int

    init(folders: [String]) { (self.folders, last) = (folders, 0) }

    /// The path of the file called `name`, as an absolute path or within one of the folders; nil where there is none.
    mutating func path(of name: String) -> String? {
        guard !name.isEmpty, !name.utf8.contains(0) else { return nil }
        if name.hasPrefix("/") { return isFile(name) ? name : nil }
        for place in [last] + folders.indices.filter({ $0 != last }) {
            let path = joined(folders[place], name)
            if isFile(path) {
                last = place
                return path
            }
        }
        return nil
    }
}

/// Whether something other than a folder has this path.
func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
}
