import FoundationEssentials
import Images

extension PictureDataSet {
    /// The files of MNIST and its relatives, `train-images-idx3-ubyte` and the like; nil where the folder has none.
    init?(idxFolder folder: String, labels: [String]?) throws(PictureDataError) {
        let names = try contents(of: folder)
        func file(_ part: String, _ kind: String, rank: Int) -> String? {
            names.first { name in
                let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
                return ["-", "."].contains { plain == "\(part)-\(kind)\($0)idx\(rank)-ubyte" }
            }.map { "\(folder)/\($0)" }
        }
        var (splits, files, classes): ([Split: [PictureSample]], [String], Int) = ([:], [], 0)
        for split in Split.allCases {
            for part in split.folderNames {
                guard let pictures = file(part, "images", rank: 3) else { continue }
                guard let labelFile = file(part, "labels", rank: 1) else {
                    throw PictureDataError(
                        path: pictures, .unreadable("its labels, \(part)-labels-idx1-ubyte, are missing"))
                }
                let samples = try Self.samples(pictures, labelFile, part: part)
                guard !samples.isEmpty else { throw PictureDataError(path: pictures, .empty("it")) }
                splits[split] = samples
                files += [pictures, labelFile]
                classes = max(classes, (samples.map(\.label).max() ?? 0) + 1)
                break
            }
        }
        guard !splits.isEmpty else { return nil }
        if let labels, labels.count < classes {
            throw PictureDataError(path: folder, .labelOutOfRange(label: classes - 1, classes: labels.count))
        }
        try self.init(
            path: folder, labels: labels ?? (0..<classes).map(String.init), splits: splits, isDivided: true,
            files: files)
    }

    private static func samples(
        _ picturePath: String, _ labelPath: String, part: String
    ) throws(PictureDataError) -> [PictureSample] {
        let pictures = try IDXFile(path: picturePath, rank: 3)
        let labels = try IDXFile(path: labelPath, rank: 1)
        let (count, height, width) = (pictures.shape[0], pictures.shape[1], pictures.shape[2])
        guard count == labels.bytes.count else {
            throw PictureDataError(
                path: picturePath, .counts(pictures: count, labels: labels.bytes.count, labelFile: labelPath))
        }
        guard height > 0, width > 0 else {
            throw PictureDataError(path: picturePath, .notIDX("its pictures are empty"))
        }
        let size = height * width
        return (0..<count).map { index in
            let bytes = Array(pictures.bytes[index * size..<(index + 1) * size])
            return PictureSample(
                name: "\(part)/\(index)", label: Int(labels.bytes[index]),
                content: .bitmap(Bitmap(width: width, height: height, channels: 1, bytes: bytes)))
        }
    }
}
