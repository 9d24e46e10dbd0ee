/// Pictures by class, in the parts that the data itself is divided into.
public struct PictureDataSet: Sendable {
    public enum Split: String, Sendable, CaseIterable {
        case training = "train"
        case validation
        case test

        /// What folders are called that hold it.
        var folderNames: [String] {
            switch self {
            case .training: ["train", "training"]
            case .validation: ["val", "valid", "validation", "dev"]
            case .test: ["test", "t10k"]
            }
        }
    }

    public let path: String
    /// The names of the classes, by their numbers.
    public let labels: [String]
    /// What the data calls its parts; where it is not divided, everything is under `.training`.
    public let splits: [Split: [PictureSample]]
    public let isDivided: Bool
    /// Files that hold the data or list it, but for single pictures.
    public let files: [String]

    init(
        path: String, labels: [String], splits: [Split: [PictureSample]], isDivided: Bool, files: [String] = []
    ) throws(PictureDataError) {
        guard labels.count != 1 else { throw PictureDataError(path: path, .oneClass(labels[0])) }
        (self.path, self.labels, self.splits) = (path, labels, splits)
        (self.isDivided, self.files) = (isDivided, files)
    }

    /// Opens what `path` names: a folder of IDX files, a folder with one for each class (perhaps within `train`,
    /// `validation` and `test`), or a table of paths and labels.
    ///
    /// - Parameter labels: the names of the classes, in the order of their numbers; what the data says where nil.
    public init(path: String, labels: [String]? = nil) throws(PictureDataError) {
        if isFolder(path) {
            if let set = try PictureDataSet(idxFolder: path, labels: labels) {
                self = set
            } else {
                try self.init(folder: path, labels: labels)
            }
        } else {
            try self.init(table: path, labels: labels)
        }
    }

    /// How many pictures each class has.
    public static func counts(of samples: [PictureSample], classes: Int) -> [Int] {
        samples.reduce(into: [Int](repeating: 0, count: classes)) { $0[$1.label] += 1 }
    }
}
