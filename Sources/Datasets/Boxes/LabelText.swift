/// Single files of labels read from memory, whether or not their pictures are there: for tests that feed the readers with
/// what no program wrote.
package enum LabelText {
    /// Boxes of the pictures of a file of COCO's annotations, and how many faults were left out.
    package static func coco(
        _ bytes: [UInt8], skippingBad limit: Int
    ) throws(BoxDataError) -> (labels: [String], boxes: [[AnnotatedBox]], faultCount: Int) {
        var faults = BoxFaults(path: "labels", limit: limit)
        let listing = try COCOListing.read(COCOFile(bytes, path: "labels"), path: "labels", finder: nil, &faults)
        return (listing.labels, listing.pictures.map(\.boxes), faults.all.count)
    }

    /// Boxes of a file of Pascal VOC, each with the name of its class.
    package static func voc(_ bytes: [UInt8]) throws(BoxDataError) -> [(name: String, box: AnnotatedBox)] {
        try VOCFile(bytes, path: "labels").objects.map { ($0.name, $0.box) }
    }

    /// The classes that a `data.yaml` names. No folder that it names is opened.
    package static func yoloDescription(_ bytes: [UInt8]) throws(BoxDataError) -> [String] {
        try YOLODescription(bytes, path: "/nowhere/data.yaml").labels
    }

    /// Boxes of a label file of YOLO for a picture of this size.
    package static func yoloLabels(
        _ bytes: [UInt8], labels: [String], size: AnnotatedPicture.Size, hasKeyPoints: Bool
    ) throws(BoxDataError) -> [AnnotatedBox] {
        try YOLOLabels(bytes, path: "labels", labels: labels, size: size, hasKeyPoints: hasKeyPoints).boxes
    }
}
