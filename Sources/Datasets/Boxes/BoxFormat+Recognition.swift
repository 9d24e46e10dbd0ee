extension BoxFormat {
    /// The format of the boxes that `path` holds, by the names and first bytes of its files; nil where it holds none.
    ///
    /// - Throws: where a folder cannot be read, or several files might each be meant.
    public init?(at path: String) throws(BoxDataError) {
        guard isFolder(path) else {
            switch path.split(separator: ".").last?.lowercased() {
            case "json": self = .coco
            case "yaml", "yml": self = .yolo
            default: return nil
            }
            return
        }
        if try YOLOLayout.description(in: path) != nil {
            self = .yolo
        } else if try VOCLayout(of: path) != nil {
            self = .voc
        } else if try !COCOLayout.candidates(in: path).isEmpty {
            self = .coco
        } else {
            return nil
        }
    }
}
