import CommandLineKit
import Datasets
import Hashing
import Images
import VisionModels

/// What `vision evaluate` does with a detector: reads pictures several at once, sends them through the network together, and
/// gathers what was found in the order of the data.
struct DetectionEvaluationWork: Sendable {
    private struct Answer: Sendable {
        let contentHash: SHA256Digest
        let found: [DetectedObject]
    }

    /// Less sure candidates than this change no average by as much as can be seen.
    private static let leastConfidence = 0.001

    let detector: Detector
    let batchSize: Int
    let console: Console

    var options: DetectionOptions {
        var options = detector.standardOptions
        options.confidence = min(options.confidence, Self.leastConfidence)
        options.limit = max(options.limit, 300)
        return options
    }

    func evaluate(_ pictures: [AnnotatedPicture]) async -> (DetectionEvaluation, BatchReport) {
        var evaluation = DetectionEvaluation(labels: detector.labels)
        let batch = await Vision.evaluate(
            pictures, batchSize: batchSize, on: console, name: \.name,
            reading: { [detector] picture in
                let reader = ImageReader()
                let bytes = try reader.bytes(ofFile: picture.path)
                return (
                    picture: detector.framed(try reader.decode(bytes, source: picture.path)),
                    contentHash: SHA256.hash(bytes)
                )
            },
            asking: { [detector, options] framed in
                let objects = try detector.objects(framed: framed.map(\.picture), options)
                return zip(framed, objects).map { Answer(contentHash: $0.contentHash, found: $1) }
            },
            recording: { picture, answer in
                switch answer {
                case .success(let answer):
                    evaluation.add(picture, contentHash: answer.contentHash, found: answer.found)
                case .failure(let error):
                    // The report names pictures as the data does, not by where they lie on this machine.
                    evaluation.addFailure(
                        picture, error: String(describing: error).replacing(picture.path, with: picture.name))
                }
            })
        return (evaluation, batch)
    }
}
