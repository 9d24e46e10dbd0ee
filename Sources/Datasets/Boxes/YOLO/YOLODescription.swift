/// What the `data.yaml` of a YOLO data set says: the names of the classes, and where the pictures of each part are.
struct YOLODescription {
    struct Part {
        let split: PictureDataSet.Split
        /// Folders and lists of pictures.
        let sources: [String]
        let line: Int
    }

    let labels: [String]
    let parts: [Part]
    /// Whether labels are boxes with points behind them, and no outlines.
    let hasKeyPoints: Bool

    /// A larger file is not read.
    static let byteLimit = 4 << 20
    /// More classes are not taken.
    static let classLimit = 100_000

    /// - Parameter path: of the file, from which relative paths start.
    init(_ bytes: [UInt8], path: String) throws(BoxDataError) {
        let text = try YAMLText(bytes, path: path)
        labels = try Self.labels(text, path)
        hasKeyPoints = text["kpt_shape"] != nil
        var home = folder(of: path)
        if home.isEmpty { home = "." }
        while home.count > 1, home.hasSuffix("/") { home.removeLast() }
        var roots = [home]
        if case .scalar(let named)? = text["path"]?.value, !named.isEmpty {
            let inner = Self.plain(named)
            if !inner.isEmpty { roots.insert(joined(home, inner), at: 0) }
        }
        var parts: [Part] = []
        for (split, keys) in [
            (PictureDataSet.Split.training, ["train"]), (.validation, ["val", "valid", "validation"]),
            (.test, ["test"]),
        ] {
            guard let entry = keys.lazy.compactMap({ text[$0] }).first else { continue }
            let names: [String]
            switch entry.value {
            case .scalar(let name): names = name.isEmpty ? [] : [name]
            case .list(let list): names = list
            case .map, .other:
                throw BoxDataError(
                    path: path, at: .line(entry.line),
                    .wrongValue("'\(keys[0])' is no path", expected: "a folder or list of pictures, or several"))
            }
            guard !names.isEmpty else { continue }
            parts.append(Part(split: split, sources: names.map { Self.source($0, roots) }, line: entry.line))
        }
        guard !parts.isEmpty else { throw BoxDataError(path: path, .missing("'train'")) }
        self.parts = parts
    }

    /// The first place that is there; the first of all where none is.
    private static func source(_ name: String, _ roots: [String]) -> String {
        // Exports name ../train/images for what lies beside the file itself.
        let name = plain(name)
        let names = name.hasPrefix("../") ? [name, String(name.dropFirst(3))] : [name]
        let places = roots.flatMap { root in names.map { $0.isEmpty ? root : joined(root, $0) } }
        return places.first { isFolder($0) || isFile($0) } ?? places[0]
    }

    /// Without the `./` that some put before a path, and without a slash behind it.
    private static func plain(_ path: String) -> String {
        var path = path[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path == "." ? "" : String(path)
    }

    private static func labels(_ text: YAMLText, _ path: String) throws(BoxDataError) -> [String] {
        guard let entry = text["names"] else { throw BoxDataError(path: path, .missing("'names'")) }
        func fault(_ found: String, _ expected: String, _ line: Int) -> BoxDataError {
            BoxDataError(path: path, at: .line(line), .wrongValue(found, expected: expected))
        }
        let labels: [String]
        switch entry.value {
        case .list(let names): labels = names
        case .map(let pairs):
            var names = [String?](repeating: nil, count: pairs.count)
            for (key, name) in pairs {
                guard let number = Int(key), names.indices.contains(number), names[number] == nil else {
                    throw fault("'names' has the number \(key)", "each from 0 to \(pairs.count - 1) once", entry.line)
                }
                names[number] = name
            }
            labels = names.compactMap(\.self)
        case .scalar, .other: throw fault("'names' is no list", "the names of the classes", entry.line)
        }
        guard (1...classLimit).contains(labels.count) else {
            throw fault("\(labels.count) names", "1 to \(classLimit)", entry.line)
        }
        var first: [String: Int] = [:]
        for (number, name) in labels.enumerated() {
            guard !name.isEmpty else { throw fault("class \(number) has no name", "a name", entry.line) }
            if let first = first.updateValue(number, forKey: name) {
                throw BoxDataError(path: path, at: .line(entry.line), .duplicate("the name '\(name)'", first: first))
            }
        }
        if let count = text["nc"] {
            guard case .scalar(let number) = count.value, Int(number) == labels.count else {
                throw fault("'nc' is not the number of names", "\(labels.count)", count.line)
            }
        }
        return labels
    }
}
