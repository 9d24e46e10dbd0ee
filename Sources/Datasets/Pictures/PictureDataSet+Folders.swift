import FoundationEssentials
import Images

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension PictureDataSet {
    /// A folder for each class; or folders for training, validation and test, and those of the classes within them.
    init(folder: String, labels: [String]?) throws(PictureDataError) {
        let names = try Self.folders(in: folder)
        var parts: [(split: Split, path: String)] = []
        for split in Split.allCases {
            if let name = names.first(where: { split.folderNames.contains($0.lowercased()) }) {
                parts.append((split, "\(folder)/\(name)"))
            }
        }
        let isDivided = parts.contains { $0.split == .training } || parts.count > 1
        if !isDivided { parts = [(.training, folder)] }
        var classNames: Set<String> = []
        for part in parts { classNames.formUnion(try Self.folders(in: part.path)) }
        let known = labels ?? classNames.sorted()
        guard !known.isEmpty else { throw PictureDataError(path: folder, .noPictures) }
        let unknown = classNames.subtracting(known).sorted()
        guard unknown.isEmpty else { throw PictureDataError(path: folder, .unknownClasses(unknown, known: known)) }
        var splits: [Split: [PictureSample]] = [:]
        for part in parts {
            var samples: [PictureSample] = []
            for (label, name) in known.enumerated() where isFolder("\(part.path)/\(name)") {
                let paths = try Self.pictures(in: "\(part.path)/\(name)")
                if part.split == .training, paths.isEmpty {
                    throw PictureDataError(path: part.path, .empty("the class '\(name)'"))
                }
                samples += paths.map { path in
                    PictureSample(name: String(path.dropFirst(folder.count + 1)), label: label, content: .file(path))
                }
            }
            guard !samples.isEmpty else { throw PictureDataError(path: part.path, .noPictures) }
            splits[part.split] = samples
        }
        try self.init(path: folder, labels: known, splits: splits, isDivided: isDivided)
    }

    /// The folders within one, but for hidden ones, in the order of their names.
    private static func folders(in folder: String) throws(PictureDataError) -> [String] {
        try contents(of: folder).filter { !$0.hasPrefix(".") && isFolder("\(folder)/\($0)") }
    }

    /// All pictures below a folder, in the order of their paths.
    private static func pictures(in folder: String) throws(PictureDataError) -> [String] {
        var found: [String] = []
        for name in try contents(of: folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            if isFolder(path) {
                found += try pictures(in: path)
            } else if let ending = name.split(separator: ".").last, ImageFormat.allEndings.contains(ending.lowercased())
            {
                found.append(path)
            }
        }
        return found
    }
}

/// The names within a folder, sorted.
func contents(of folder: String) throws(PictureDataError) -> [String] {
    do {
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
        throw PictureDataError(path: folder, .unreadable("no such folder, or reading it is not permitted"))
    }
}

func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
