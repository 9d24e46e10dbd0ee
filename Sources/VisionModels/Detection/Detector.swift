public import Checkpoints
import Geometry
public import Images
import Parameters
import Tensors

/// Finds things in pictures: a network with the names of its classes and the way it wants its pictures, loaded and found to
/// fit together. One detector serves any number of callers.
public final class Detector: Sendable {
    public let configuration: any ObjectDetectionConfiguration
    /// How a picture becomes what the network takes.
    public let preprocessing: ImagePreprocessing
    /// Seconds that loading took.
    public let loadTime: Double
    private let network: any ObjectDetectionModel
    /// What errors call the model.
    private let folder: String

    /// Loads a model; throws with every reason why its files do not fit together.
    public init(_ model: ModelFolder) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let files = try DetectorFiles(model)
        folder = files.folder
        configuration = files.configuration
        preprocessing = files.preprocessing
        network = try files.loadModel().folded()
        files.weights.releasePages()
        loadTime = (clock.now - start) / .seconds(1)
    }

    /// The names of all classes.
    public var labels: [String] { configuration.labels }

    /// What is told unless options say otherwise.
    public var standardOptions: DetectionOptions { configuration.standardOptions }

    /// What `config.json` calls the networks that are known.
    public static var architectures: [String] { DetectorFiles.known }

    /// What the network sees of a picture: small, so that many can wait for their turn.
    public func framed(_ picture: Bitmap) -> FramedPicture { FramedPicture(picture, preprocessing) }

    /// The things in each picture, the surest first.
    ///
    /// - Parameter framedPictures: as ``framed(_:)`` gives them; those of one size go through the network together.
    /// - Throws: where damaged weights have led to something that is not a number.
    public func objects(
        framed framedPictures: [FramedPicture], _ options: DetectionOptions? = nil
    ) throws -> [[DetectedObject]] {
        let options = options ?? standardOptions
        return try boxes(framedPictures, options).map { boxes in
            let kept =
                configuration.needsSuppression
                ? ScoredBox.suppressed(boxes, overlap: options.overlap, limit: options.limit)
                : Array(boxes.sorted { $0.isSurer(than: $1) }.prefix(options.limit))
            return kept.map(object)
        }
    }

    /// The things in one picture, the surest first.
    ///
    /// - Parameters:
    ///   - tiling: the picture is looked at as a whole and in these parts; what is found in several of them is told once.
    ///   - batchSize: parts that go through the network together.
    /// - Throws: as ``objects(framed:_:)``.
    public func objects(
        in picture: Bitmap, _ options: DetectionOptions? = nil, tiling: Tiling? = nil, batchSize: Int = 8
    ) throws -> [DetectedObject] {
        let options = options ?? standardOptions
        let tiles = tiling?.tiles(width: picture.width, height: picture.height) ?? []
        guard !tiles.isEmpty else { return try objects(framed: [framed(picture)], options)[0] }
        var found = try boxes([framed(picture)], options)[0]
        for start in stride(from: 0, to: tiles.count, by: max(1, batchSize)) {
            let views = tiles[start..<min(tiles.count, start + max(1, batchSize))]
                .map { FramedPicture(picture, tile: $0, preprocessing) }
            found += try boxes(views, options).joined()
        }
        return ScoredBox.suppressed(found, overlap: options.overlap, limit: options.limit).map(object)
    }

    private func object(_ box: ScoredBox) -> DetectedObject {
        DetectedObject(
            label: labels[box.classIndex], classIndex: box.classIndex, confidence: box.confidence, box: box.box)
    }

    /// What may be a thing in each, in the pictures' pixels, not yet thinned out.
    private func boxes(_ pictures: [FramedPicture], _ options: DetectionOptions) throws -> [[ScoredBox]] {
        var result = [[ScoredBox]](repeating: [], count: pictures.count)
        let bySize = Dictionary(grouping: pictures.indices) { [pictures[$0].bitmap.width, pictures[$0].bitmap.height] }
        for indices in bySize.values {
            let batch = Tensor(indices.map { pictures[$0].bitmap }, normalizedBy: preprocessing.normalization)
            for (index, candidates) in zip(indices, network.candidates(batch, above: options.confidence)) {
                let wanted = candidates.filter { options.classes?.contains($0.classIndex) ?? true }
                guard wanted.allSatisfy(\.isFinite) else { throw VisionModelError.notFinite(model: folder) }
                result[index] = wanted.compactMap(pictures[index].found)
            }
        }
        return result
    }
}

extension DetectionCandidate {
    fileprivate var isFinite: Bool {
        confidence.isFinite && box.x.isFinite && box.y.isFinite && box.width.isFinite && box.height.isFinite
    }
}
