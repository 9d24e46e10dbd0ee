extension BoxFormat {
    /// The format of the boxes that `path` holds, by the names of its files; nil where it holds none.
    public init?(at path: String) {
        if !isFolder(path) {
            guard path.lowercased().hasSuffix(".json") else { return nil }
            self = .coco
            return
        }
        guard let files = try? COCOLayout.candidates(in: path), !files.isEmpty else { return nil }
        self = .coco
    }
}
