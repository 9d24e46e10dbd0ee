import Images

/// Where Pascal VOC's data keeps its files: `Annotations`, `JPEGImages` and `ImageSets/Main` in one folder, or each picture's
/// XML beside it, perhaps within `train`, `valid` and `test`.
struct VOCLayout {
    /// A list of annotations that belong together.
    struct Part {
        let split: PictureDataSet.Split?
        let annotationFolder: String
        /// Without their ending `.xml`; nil for all of the folder.
        let listFile: String?
        let pictureFolders: [String]
    }

    let parts: [Part]

    /// The layout of a folder; nil where it holds no XML where VOC has it.
    init?(of root: String) throws(BoxDataError) {
        let root = try Self.release(in: root)
        let names = try folderContents(root)
        if let name = names.first(where: { $0.lowercased() == "annotations" && isFolder("\(root)/\($0)") }),
            try Self.holdsXML("\(root)/\(name)")
        {
            parts = Self.parts(of: root, annotations: "\(root)/\(name)")
            return
        }
        var parts: [Part] = []
        for name in names where isFolder("\(root)/\(name)") {
            guard let split = PictureDataSet.Split.allCases.first(where: { $0.folderNames.contains(name.lowercased()) })
            else { continue }
            let folder = "\(root)/\(name)"
            let inner = try folderContents(folder).filter { $0.lowercased() == "annotations" }.map { "\(folder)/\($0)" }
            for home in [folder] + inner.filter(isFolder) {
                if try Self.holdsXML(home) { parts.append(Self.part(split, home, list: nil, root: folder)) }
            }
        }
        if parts.isEmpty, try Self.holdsXML(root) { parts = [Self.part(nil, root, list: nil, root: root)] }
        guard !parts.isEmpty else { return nil }
        self.parts = parts
    }

    /// The folder of a release, `VOCdevkit/VOC2012`, where there is one; else the folder itself.
    private static func release(in root: String) throws(BoxDataError) -> String {
        let kit = isFolder("\(root)/VOCdevkit") ? "\(root)/VOCdevkit" : root
        let releases = try folderContents(kit).filter { $0.hasPrefix("VOC2") && isFolder("\(kit)/\($0)/Annotations") }
        guard releases.count <= 1 else { throw BoxDataError(path: kit, .severalFiles(releases)) }
        return releases.first.map { "\(kit)/\($0)" } ?? root
    }

    private static func parts(of root: String, annotations: String) -> [Part] {
        func list(_ name: String) -> String? {
            let path = "\(root)/ImageSets/Main/\(name).txt"
            return isFile(path) ? path : nil
        }
        let lists: [(PictureDataSet.Split, String?)] = [
            (.training, list("train") ?? list("trainval")), (.validation, list("val")), (.test, list("test")),
        ]
        let found = lists.compactMap { split, path in
            path.map { part(split, annotations, list: $0, root: root) }
        }
        return found.isEmpty ? [part(nil, annotations, list: nil, root: root)] : found
    }

    private static func part(
        _ split: PictureDataSet.Split?, _ annotations: String, list: String?, root: String
    ) -> Part {
        let folders = ["\(root)/JPEGImages", "\(root)/images", root, annotations]
        var known: Set<String> = []
        return Part(
            split: split, annotationFolder: annotations, listFile: list,
            pictureFolders: folders.filter { isFolder($0) && known.insert($0).inserted })
    }

    private static func holdsXML(_ folder: String) throws(BoxDataError) -> Bool {
        try folderContents(folder).contains { $0.lowercased().hasSuffix(".xml") }
    }
}

/// The names within a folder, sorted, without hidden ones.
func folderContents(_ folder: String) throws(BoxDataError) -> [String] {
    do throws(PictureDataError) {
        return try contents(of: folder).filter { !$0.hasPrefix(".") }
    } catch {
        throw BoxDataError(path: folder, .unreadable("no such folder, or reading it is not permitted"))
    }
}
