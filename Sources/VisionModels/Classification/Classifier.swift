import Autograd
public import Checkpoints
public import Images
import Layers
import Parameters
public import Tensors

/// Says what pictures show: a network with the names of its classes and the way it wants its pictures, loaded and found to
/// fit together. One classifier serves any number of callers.
public final class Classifier: Sendable {
    public let configuration: any ImageClassificationConfiguration
    /// How a picture becomes what the network takes.
    public let preprocessing: ImagePreprocessing
    /// Seconds that loading took.
    public let loadTime: Double
    private let network: any ImageClassificationModel
    /// What errors call the model.
    private let folder: String

    /// Loads a model; throws with every reason why its files do not fit together.
    public init(_ model: ModelFolder) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let files = try ClassifierFiles(model)
        folder = files.folder
        configuration = files.configuration
        preprocessing = files.preprocessing
        network = try files.loadModel().folded()
        files.weights.releasePages()
        loadTime = (clock.now - start) / .seconds(1)
    }

    /// The names of all classes.
    public var labels: [String] { configuration.labels }

    /// What the network sees of a picture: small, so that many can wait for their turn.
    public func framed(_ picture: Bitmap) -> Bitmap { preprocessing.framed(picture.rgb()) }

    /// What the network makes of each picture.
    ///
    /// - Parameters:
    ///   - framedPictures: as ``framed(_:)`` gives them, at least one; they go through the network together.
    ///   - count: of classes, at most.
    ///   - threshold: classes that are less probable are left out.
    /// - Throws: where damaged weights have led to something that is not a number.
    public func impressions(
        framed framedPictures: [Bitmap], top count: Int = 5, threshold: Double = 0
    ) throws -> [Impression] {
        let features = features(framedPictures)
        let logits = network.logits(features)
        let (vectors, width) = (features.floats(), configuration.featureWidth)
        guard vectors.allSatisfy(\.isFinite), logits.floats().allSatisfy(\.isFinite) else {
            throw VisionModelError.notFinite(model: folder)
        }
        let probabilities = softmax(logits).floats().map(Double.init)
        let classes = labels.count
        return framedPictures.indices.map { index in
            let predictions = probabilities[index * classes..<(index + 1) * classes].enumerated()
                .sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }.prefix(count)
                .filter { $0.element >= threshold }
                .map { Prediction(label: labels[$0.offset], classIndex: $0.offset, probability: $0.element) }
            return Impression(
                predictions: predictions, features: Array(vectors[index * width..<(index + 1) * width]))
        }
    }

    /// The most probable classes of each picture, the most probable first; parameters and errors as with ``impressions``.
    public func classify(
        framed framedPictures: [Bitmap], top count: Int = 5, threshold: Double = 0
    ) throws -> [[Prediction]] {
        try impressions(framed: framedPictures, top: count, threshold: threshold).map(\.predictions)
    }

    /// The probabilities of all classes for each picture.
    ///
    /// - Parameter framedPictures: as ``framed(_:)`` gives them, at least one.
    public func probabilities(framed framedPictures: [Bitmap]) throws -> [[Double]] {
        let logits = network.logits(features(framedPictures))
        guard logits.floats().allSatisfy(\.isFinite) else { throw VisionModelError.notFinite(model: folder) }
        let (values, classes) = (softmax(logits).floats(), labels.count)
        return framedPictures.indices.map { values[$0 * classes..<($0 + 1) * classes].map(Double.init) }
    }

    /// The most probable classes of one picture of any size.
    public func classify(_ picture: Bitmap, top count: Int = 5, threshold: Double = 0) throws -> [Prediction] {
        try classify(framed: [framed(picture)], top: count, threshold: threshold)[0]
    }

    /// One vector for each picture, from which the network tells its class: similar pictures have similar ones.
    ///
    /// - Parameter framedPictures: as ``framed(_:)`` gives them, at least one.
    public func embeddings(framed framedPictures: [Bitmap]) throws -> [[Float]] {
        let (vectors, width) = (features(framedPictures).floats(), configuration.featureWidth)
        guard vectors.allSatisfy(\.isFinite) else { throw VisionModelError.notFinite(model: folder) }
        return framedPictures.indices.map { Array(vectors[$0 * width..<($0 + 1) * width]) }
    }

    /// Logits over the classes, of pictures that somebody else has made the network's input.
    ///
    /// Shapes: `[batch, height, width, 3]` → `[batch, classes]`.
    public func logits(_ pictures: Tensor) -> Tensor { network(pictures) }

    private func features(_ framedPictures: [Bitmap]) -> Tensor {
        precondition(!framedPictures.isEmpty, "Classifier: no pictures")
        let pictures = Tensor(framedPictures, normalizedBy: preprocessing.normalization)
        // Inference changes no running statistics.
        var updates = BufferUpdates()
        return network.features(pictures, mode: .inference, updates: &updates)
    }
}

/// What a network makes of a picture.
public struct Impression: Sendable, Hashable {
    /// The most probable classes, the most probable first.
    public let predictions: [Prediction]
    /// The vector from which the network tells the class: similar pictures have similar ones.
    public let features: [Float]

    public init(predictions: [Prediction], features: [Float]) {
        self.predictions = predictions
        self.features = features
    }
}

/// A class that a picture may show.
public struct Prediction: Sendable, Hashable {
    public let label: String
    /// The number of the class.
    public let classIndex: Int
    public let probability: Double

    public init(label: String, classIndex: Int, probability: Double) {
        self.label = label
        self.classIndex = classIndex
        self.probability = probability
    }
}

extension Classifier {
    /// What `config.json` calls the networks that are known.
    public static var architectures: [String] { ClassifierFiles.known }
}
