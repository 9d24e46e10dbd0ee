import Images
import Tensors
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
        let batch = try batches.batch(0, epoch: 0)
        let (numbers, shape) = (batch.pictures.floats(), batch.pictures.shape)
        let size = shape[1] * shape[2] * shape[3]
        let count = min(Self.limit, batch.count)
        let pictures = (0..<count).map { index in
            Bitmap(
                Tensor(Array(numbers[index * size..<(index + 1) * size]), shape: [shape[1], shape[2], shape[3]]),
                normalizedBy: batches.pictures.preprocessing.normalization)
        }
        let page = ContactSheet.page(of: pictures, captions: (0..<count).map { caption($0, of: batch) })
        try PNGWriter.write(page, to: "\(run)/first-batch.png")
    }

    /// The class of a picture; of a mixed one those of both, with their shares.
    private func caption(_ index: Int, of batch: PictureBatch) -> String {
        guard let weights = batch.weights?.floats() else { return labels[Int(batch.targets[index])] }
        let row = weights[index * labels.count..<(index + 1) * labels.count]
        let shares = zip(labels, row).filter { $0.1 >= 0.005 }.sorted { $1.1 < $0.1 }
        if shares.count == 1 { return shares[0].0 }
        return shares.map { "\($0.0) \(Int(($0.1 * 100).rounded())) %" }.joined(separator: ", ")
    }
}
