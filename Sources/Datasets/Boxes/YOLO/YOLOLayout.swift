import Images

/// Where a YOLO data set keeps its files: `data.yaml`, pictures in `…/images/…`, and the label file of each in `…/labels/…` or
/// beside it.
enum YOLOLayout {
    /// The description in a folder; nil where there is none.
    static func description(in folder: String) throws(BoxDataError) -> String? {
        let files = try folderContents(folder).filter { name in
            [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) }
        }
        let named = files.filter { name in
            let text = String(decoding: LabelFile.beginning(of: "\(folder)/\(name)", count: 1 << 20), as: UTF8.self)
            return text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("names:") }
        }
        if let data = named.first(where: { $0.lowercased().hasPrefix("data.") }) { return "\(folder)/\(data)" }
        guard named.count <= 1 else { throw BoxDataError(path: folder, .severalFiles(named)) }
        return named.first.map { "\(folder)/\($0)" }
    }

    /// The label files where that of a picture may be.
    static func labelFiles(of picture: String) -> [String] {
        var parts = picture.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.popLast() else { return [] }
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let file = "\(name[..<dot]).txt"
        let beside = (parts + [file]).joined(separator: "/")
        guard let place = parts.lastIndex(of: "images") else { return [beside] }
        parts[place] = "labels"
        return [(parts + [file]).joined(separator: "/"), beside]
    }

    /// All pictures of a folder at any depth, in the order of their paths.
    static func pictures(in folder: String, depth: Int = 0) throws(BoxDataError) -> [String] {
        // Links can lead round in circles.
        guard depth < 32 else { throw BoxDataError(path: folder, .unreadable("folders are nested too deeply")) }
        var found: [String] = []
        for name in try folderContents(folder) {
            let path = "\(folder)/\(name)"
            if isFolder(path) {
                found += try pictures(in: path, depth: depth + 1)
            } else if hasPictureEnding(name) {
                found.append(path)
            }
        }
        return found
    }

    static func hasPictureEnding(_ name: String) -> Bool {
        name.split(separator: ".").last.map { ImageFormat.allEndings.contains($0.lowercased()) } ?? false
    }

    /// Label files in the folders that belong to `pictures`, without a picture that they could be of.
    static func strayLabels(of pictures: [String]) throws(BoxDataError) -> [String] {
        let known = Set(pictures.flatMap(labelFiles))
        let folders = Set(known.map { String($0.prefix(upTo: $0.lastIndex(of: "/") ?? $0.startIndex)) })
        let others = ["classes", "labels", "names", "notes", "readme", "train", "val", "test"]
        var stray: [String] = []
        for folder in folders.sorted() where isFolder(folder) {
            for name in try folderContents(folder) where name.lowercased().hasSuffix(".txt") {
                let isOther = others.contains { name.lowercased().split(separator: ".").first == $0[...] }
                if !isOther, !known.contains("\(folder)/\(name)") { stray.append("\(folder)/\(name)") }
            }
        }
        return stray
    }
}
