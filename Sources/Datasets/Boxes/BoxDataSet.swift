import Geometry

/// How boxes are written down.
public enum BoxFormat: String, Sendable, Hashable, CaseIterable {
    /// One JSON file for each part of the data.
    case coco
    /// Pascal VOC: an XML file for each picture.
    case voc
    /// A text file for each picture, and a `data.yaml`.
    case yolo
}

/// Pictures with boxes, in the parts that the data itself is divided into.
public struct BoxDataSet: Sendable {
    public typealias Split = PictureDataSet.Split

    public let path: String
    /// The names of the classes, by their numbers.
    public let labels: [String]
    /// What the data calls its parts; where it is not divided, everything is under `.training`.
    public let splits: [Split: [AnnotatedPicture]]
    public let isDivided: Bool
    /// The files that list pictures and boxes.
    public let files: [String]
    /// How it is stored; nil for what comes from no file.
    public let format: BoxFormat?
    /// Why something was left out.
    public let bad: [BoxDataError]
    /// What is worth knowing of how the data is written down.
    public let remarks: [BoxFinding]

    public init(
        path: String, labels: [String], splits: [Split: [AnnotatedPicture]], isDivided: Bool, files: [String],
        format: BoxFormat? = nil, bad: [BoxDataError] = [], remarks: [BoxFinding] = []
    ) {
        (self.path, self.labels, self.splits) = (path, labels, splits)
        (self.isDivided, self.files, self.format) = (isDivided, files, format)
        (self.bad, self.remarks) = (bad, remarks)
    }

    /// Opens what `path` names: a file of COCO's annotations or a folder with one for each part of the data, a folder of
    /// Pascal VOC's, or a YOLO data set by its folder or its `data.yaml`.
    ///
    /// A picture of which an entry is faulty is left out whole, since a thing without its box would be taught as nothing.
    ///
    /// - Parameters:
    ///   - labels: the names of the classes, in the order of their numbers; what the data says where nil.
    ///   - skippingBad: faults for which something may be left out; more are an error.
    public init(path: String, labels: [String]? = nil, skippingBad: Int = 0) throws(BoxDataError) {
        guard let format = try BoxFormat(at: path) else { throw BoxDataError(path: path, .noBoxes) }
        let faults = BoxFaults(path: path, limit: skippingBad)
        switch format {
        case .coco: try self.init(coco: path, labels: labels, faults: faults)
        case .voc: try self.init(voc: path, labels: labels, faults: faults)
        case .yolo: try self.init(yolo: path, labels: labels, faults: faults)
        }
    }
}
