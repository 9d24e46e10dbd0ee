import Images
import VisionModels

/// The first batch as the network gets it, for looking at what a training begins with.
struct FirstBatch {
    private let batches: PictureBatches
    private let labels: [String]

    /// More pictures are not drawn.
    private static let limit = 64

    init(_ batches: PictureBatches, labels: [String]) { (self.batches, self.labels) = (batches, labels) }

    /// Writes `first-batch.png` into the folder of a run.
    func draw(in run: String) throws {
        let (pictures, targets) = try batches.changedPictures(0, epoch: 0)
        let page = ContactSheet.page(
            of: Array(pictures.prefix(Self.limit)), captions: targets.prefix(Self.limit).map { labels[Int($0)] })
        try PNGWriter.write(page, to: "\(run)/first-batch.png")
    }
}
