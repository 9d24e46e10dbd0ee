public import Datasets
import Images
import Tensors

/// Pictures with boxes as batches, to be asked for by pass and number: as with ``PictureBatches`` the same arguments give the
/// same batch, since every random number belongs to a pass and a place in it.
public struct DetectionBatches: BatchSource {
    public struct Settings: Sendable {
        public var batchSize: Int
        /// Nil for pictures in their order and as they are, as validation has them.
        public var seed: UInt64?
        public var augmentation: BoxAugmentation?

        public init(batchSize: Int, seed: UInt64?, augmentation: BoxAugmentation? = nil) {
            (self.batchSize, self.seed, self.augmentation) = (batchSize, seed, augmentation)
        }
    }

    public let settings: Settings
    public let pictures: PreparedBoxPictures

    /// - Precondition: a batch has room for a picture.
    public init(_ pictures: PreparedBoxPictures, settings: Settings) {
        precondition(settings.batchSize > 0, "batches of \(settings.batchSize) pictures")
        (self.pictures, self.settings) = (pictures, settings)
    }

    public var batchesPerEpoch: Int {
        Self.batchCount(pictures.count, batchSize: settings.batchSize, isTraining: settings.seed != nil)
    }

    public func batch(_ index: Int, epoch: Int) throws -> DetectionBatch {
        let changed = try changedPictures(index, epoch: epoch)
        return DetectionBatch(
            pictures: Tensor(changed.map(\.bitmap), normalizedBy: pictures.preprocessing.normalization),
            targets: changed.map(\.targets))
    }

    /// The same before bytes become numbers: for looking at what a network is given.
    ///
    /// - Precondition: `index` is below ``batchesPerEpoch``, and `epoch` is not negative.
    public func changedPictures(_ index: Int, epoch: Int) throws -> [AnnotatedFrame] {
        precondition((0..<batchesPerEpoch).contains(index) && epoch >= 0, "batch \(index) of pass \(epoch)")
        let places = index * settings.batchSize..<min((index + 1) * settings.batchSize, pictures.count)
        return try places.map { place in
            guard let seed = settings.seed else { return try pictures.framed(place) }
            let order = SeededPermutation(count: pictures.count, seed: seed, stream: UInt64(epoch))
            let picture = try pictures.framed(order[place])
            guard let augmentation = settings.augmentation else { return picture }
            var random = RandomSource(seed: seed).split(UInt64(epoch)).split(UInt64(place))
            return try augmentation(picture, using: &random) { random throws(ImageError) in
                try pictures.framed(random.index(below: pictures.count))
            }
        }
    }
}
