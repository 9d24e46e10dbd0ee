/// Where data in COCO's form keeps its files: `train.json` beside its pictures, `annotations/instances_train2017.json`
/// beside `train2017`, `train/_annotations.coco.json` among its pictures.
enum COCOLayout {
    struct File {
        let path: String
        let split: PictureDataSet.Split?
    }

    /// Files of annotations in a folder, at most one for each part of the data.
    static func files(in folder: String) throws(BoxDataError) -> [File] {
        let found = try candidates(in: folder)
        for split in Set(found.map(\.split)) {
            let files = found.filter { $0.split == split }
            guard files.count == 1 else {
                throw BoxDataError(
                    path: folder, .severalFiles(files.map { String($0.path.dropFirst(folder.count + 1)) }))
            }
        }
        return found
    }

    /// Those that speak of a part of the data, where any does.
    static func candidates(in folder: String) throws(BoxDataError) -> [File] {
        var found: [File] = []
        for name in try folderContents(folder) {
            let path = "\(folder)/\(name)"
            guard isFolder(path) else {
                if isAnnotations(path) { found.append(File(path: path, split: PictureDataSet.Split(naming: name))) }
                continue
            }
            let split = PictureDataSet.Split.allCases.first { $0.folderNames.contains(name.lowercased()) }
            guard split != nil || ["annotations", "labels"].contains(name.lowercased()) else { continue }
            for name in try folderContents(path) where isAnnotations("\(path)/\(name)") {
                found.append(File(path: "\(path)/\(name)", split: split ?? PictureDataSet.Split(naming: name)))
            }
        }
        // Beside boxes, COCO has key points and captions of the same pictures.
        let instances = found.filter { $0.path.split(separator: "/").last?.hasPrefix("instances_") == true }
        if !instances.isEmpty { found = instances }
        if found.contains(where: { $0.split != nil }) { found.removeAll { $0.split == nil } }
        return found
    }

    /// Where the pictures of a file of annotations may lie, in the order in which to look.
    static func pictureFolders(of path: String) -> [String] {
        var home = folder(of: path)
        if home.isEmpty { home = "." }
        while home.count > 1, home.hasSuffix("/") { home.removeLast() }
        let stem = path.split(separator: "/").last?.split(separator: ".").first ?? ""
        // train2017 of instances_train2017
        let part = stem.split(separator: "_").last.map(String.init) ?? ""
        let parts = [part] + (PictureDataSet.Split(naming: part)?.folderNames ?? [])
        var homes = [home]
        if ["annotations", "labels"].contains(home.split(separator: "/").last?.lowercased()) {
            homes.append("\(home)/..")
        }
        let folders = homes.flatMap { home in
            [home] + ["images", "JPEGImages"].map { "\(home)/\($0)" }
                + parts.flatMap { ["\(home)/\($0)", "\(home)/images/\($0)"] }
        }
        var known: Set<String> = []
        return folders.filter { isFolder($0) && known.insert($0).inserted }
    }

    /// Whether a file's name and first key are those of COCO's annotations.
    private static func isAnnotations(_ path: String) -> Bool {
        guard path.lowercased().hasSuffix(".json") else { return false }
        var text = LabelFile.beginning(of: path, count: 4_096)[...]
        let spaces: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        func skipSpaces() { text = text.drop { spaces.contains($0) } }
        skipSpaces()
        guard text.popFirst() == UInt8(ascii: "{") else { return false }
        skipSpaces()
        guard text.popFirst() == UInt8(ascii: "\"") else { return false }
        return ["info", "licenses", "images", "annotations", "categories", "type"].contains(
            String(decoding: text.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self))
    }
}

extension PictureDataSet.Split {
    /// The part that a file's name speaks of: its first word that is one of theirs, as in `instances_val2017.json`.
    init?(naming name: String) {
        for word in name.lowercased().split(whereSeparator: { !$0.isLetter }) {
            guard let split = Self.allCases.first(where: { $0.folderNames.contains(String(word)) }) else { continue }
            self = split
            return
        }
        return nil
    }
}
