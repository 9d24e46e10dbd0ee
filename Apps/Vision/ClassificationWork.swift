import CommandLineKit
import Images
import VisionModels

/// What `vision classify` asks the network.
struct ClassificationWork: Sendable {
    let classifier: Classifier
    let topK: Int
    let threshold: Double
    let pictures: PictureWork

    /// - Parameter receivers: each is told of a picture after those before it.
    func classify(
        _ list: InputList, for receivers: [any AnswerReceiver<PictureAnswer>]
    ) async throws -> BatchReport {
        try await pictures.run(list, done: "classified", for: receivers) { inputs in
            let found = try await Vision.answers(to: inputs) {
                try framed($0)
            } asking: { pictures in
                let impressions = try classifier.impressions(framed: pictures, top: topK, threshold: threshold)
                return zip(pictures, impressions).map { (framed: $0, impression: $1) }
            }
            return zip(inputs, found).map { input, answer in
                answer.map { PictureAnswer(input: input, framed: $0.framed, impression: $0.impression) }
            }
        }
    }

    private func framed(_ input: Input) throws -> Bitmap {
        classifier.framed(try PictureSource(input: input).read())
    }

    /// The features of one picture, for comparing others with it.
    func features(of input: Input) async throws -> [Float] {
        try await runOnThread { _ in try classifier.embeddings(framed: [framed(input)])[0] }
    }
}
