import CommandLineKit
import Datasets
import Hashing
import Images
import VisionModels

/// What `vision evaluate` does: reads pictures several at once, sends them through the network together, and gathers the
/// answers in the order of the data.
struct PictureEvaluationWork: Sendable {
    private struct Answer: Sendable {
        let contentHash: SHA256Digest
        let probabilities: [Double]
    }

    let classifier: Classifier
    let batchSize: Int
    let console: Console

    func evaluate(_ samples: [PictureSample]) async -> (ClassificationEvaluation, BatchReport) {
        var evaluation = ClassificationEvaluation(labels: classifier.labels)
        let batch = await Vision.evaluate(
            samples, batchSize: batchSize, on: console, name: \.name,
            reading: { [classifier] in try Prepared($0, classifier) },
            asking: { [classifier] pictures in
                let probabilities = try classifier.probabilities(framed: pictures.map(\.picture))
                return zip(pictures, probabilities).map { Answer(contentHash: $0.contentHash, probabilities: $1) }
            },
            recording: { sample, answer in
                switch answer {
                case .success(let answer):
                    evaluation.add(
                        name: sample.name, contentHash: answer.contentHash, label: sample.label,
                        probabilities: answer.probabilities)
                case .failure(let error):
                    // The report names pictures as the data does, not by where they lie on this machine.
                    var message = String(describing: error)
                    if case .file(let path) = sample.content { message = message.replacing(path, with: sample.name) }
                    evaluation.addFailure(name: sample.name, label: sample.label, error: message)
                }
            })
        return (evaluation, batch)
    }

    /// A picture as the network takes it.
    private struct Prepared: Sendable {
        let picture: Bitmap
        let contentHash: SHA256Digest

        init(_ sample: PictureSample, _ classifier: Classifier) throws {
            switch sample.content {
            case .file(let path):
                let reader = ImageReader()
                let bytes = try reader.bytes(ofFile: path)
                picture = classifier.framed(try reader.decode(bytes, source: path))
                contentHash = SHA256.hash(bytes)
            case .bitmap(let bitmap):
                picture = classifier.framed(try sample.picture())
                contentHash = SHA256.hash(bitmap.bytes)
            }
        }
    }
}
