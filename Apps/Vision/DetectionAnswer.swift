import CommandLineKit
import Images
import VisionModels

/// What was found in a picture.
struct DetectionAnswer: Sendable {
    let input: Input
    /// Of the upright picture, in pixels.
    let width: Int
    let height: Int
    /// The surest first.
    let objects: [DetectedObject]
    /// In colour; nil where nobody draws on it or cuts from it.
    let picture: Bitmap?
}

/// What `vision detect` asks the network.
struct DetectionWork: Sendable {
    let detector: Detector
    let options: DetectionOptions
    let tiling: Tiling?
    let keepsPictures: Bool
    let pictures: PictureWork

    /// - Parameter receivers: each is told of a picture after those before it.
    func detect(_ list: InputList, for receivers: [any AnswerReceiver<DetectionAnswer>]) async throws -> BatchReport {
        try await pictures.run(list, done: "looked at", for: receivers) { inputs in
            try await Vision.answers(to: inputs) { input in
                try view(of: input)
            } asking: { views in
                let objects = try objects(in: views)
                return zip(views, objects).map { view, objects in
                    DetectionAnswer(
                        input: view.input, width: view.width, height: view.height, objects: objects,
                        picture: keepsPictures ? view.picture : nil)
                }
            }
        }
    }

    private struct View: Sendable {
        let input: Input
        let width: Int
        let height: Int
        /// Where tiles are cut from it, or somebody asks for it.
        let picture: Bitmap?
        let framed: FramedPicture?
    }

    private func view(of input: Input) throws -> View {
        let picture = try PictureSource(input: input).read()
        return View(
            input: input, width: picture.width, height: picture.height,
            picture: keepsPictures || tiling != nil ? picture.rgb() : nil,
            framed: tiling == nil ? detector.framed(picture) : nil)
    }

    private func objects(in views: [View]) throws -> [[DetectedObject]] {
        guard let tiling else { return try detector.objects(framed: views.compactMap(\.framed), options) }
        return try views.map { view in
            try view.picture.map {
                try detector.objects(in: $0, options, tiling: tiling, batchSize: pictures.batchSize)
            } ?? []
        }
    }
}
