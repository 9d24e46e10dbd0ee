import Images
import VisionModels

/// The first batch with its boxes as the network gets it, for looking at what a training begins with.
struct FirstBoxBatch {
    private let batches: DetectionBatches
    private let labels: [String]

    /// More pictures are not drawn.
    private static let limit = 16
    /// Nor larger, in pixels.
    private static let largestSide = 480

    init(_ batches: DetectionBatches, labels: [String]) { (self.batches, self.labels) = (batches, labels) }

    /// Writes `first-batch.png` into the folder of a run.
    func draw(in run: String) throws {
        let pictures = try batches.changedPictures(0, epoch: 0).prefix(Self.limit)
        let frame = batches.pictures.preprocessing
        let page = ContactSheet.page(
            of: pictures.map(drawn), captions: pictures.map { "\($0.targets.count) boxes" },
            thumbnailSide: min(Self.largestSide, max(frame.width, frame.height)))
        try PNGWriter.write(page, to: "\(run)/first-batch.png")
    }

    /// What does not count is drawn in grey and without a name.
    private func drawn(_ picture: AnnotatedFrame) -> Bitmap {
        var bitmap = picture.bitmap.rgb()
        bitmap.draw(
            picture.targets.map { target in
                LabelledBox(
                    target.box, label: target.isIgnored ? "" : labels[target.classIndex],
                    color: target.isIgnored ? Color(0x808080) : .forClass(target.classIndex))
            })
        return bitmap
    }
}
