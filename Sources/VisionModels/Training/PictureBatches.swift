public import Datasets
public import Images
import Tensors

/// Pictures as batches, to be asked for by pass and number: the same arguments give the same batch, whatever was asked
/// before and by whom, since every random number belongs to a pass and a place in it.
public struct PictureBatches: BatchSource {
    public struct Settings: Sendable {
        public var batchSize: Int
        /// Nil for pictures in their order and as they are, as validation has them.
        public var seed: UInt64?
        public var augmentation: ImageAugmentation?
        public var mixing: PictureMixing?
        /// Whether every class comes equally often, however many pictures it has.
        public var isBalanced = false

        public init(
            batchSize: Int, seed: UInt64?, augmentation: ImageAugmentation? = nil, mixing: PictureMixing? = nil,
            isBalanced: Bool = false
        ) {
            (self.batchSize, self.seed) = (batchSize, seed)
            (self.augmentation, self.mixing, self.isBalanced) = (augmentation, mixing, isBalanced)
        }
    }

    public let settings: Settings
    public let pictures: PreparedPictures
    /// The places of each class that has any.
    private let classes: [[Int]]

    /// - Precondition: a batch has room for a picture.
    public init(_ pictures: PreparedPictures, settings: Settings) {
        precondition(settings.batchSize > 0, "batches of \(settings.batchSize) pictures")
        (self.pictures, self.settings) = (pictures, settings)
        let samples = pictures.samples
        let byClass = Dictionary(grouping: samples.indices, by: { samples[$0].label })
        classes = byClass.sorted { $0.key < $1.key }.map(\.value)
    }

    private var samples: [PictureSample] { pictures.samples }

    public var batchesPerEpoch: Int {
        Self.batchCount(samples.count, batchSize: settings.batchSize, isTraining: settings.seed != nil)
    }

    public func batch(_ index: Int, epoch: Int) throws -> PictureBatch {
        let (bitmaps, targets) = try changedPictures(index, epoch: epoch)
        let batch = PictureBatch(
            pictures: Tensor(bitmaps, normalizedBy: pictures.preprocessing.normalization), targets: targets)
        guard let seed = settings.seed, let mixing = settings.mixing else { return batch }
        // A stream apart from those of the pictures.
        var random = RandomSource(seed: seed).split(0x3A1).split(UInt64(epoch)).split(UInt64(index))
        return mixing.mixed(batch, using: &random)
    }

    /// Each picture changed by chance, before bytes become numbers and pictures are mixed.
    private func changedPictures(_ index: Int, epoch: Int) throws -> (pictures: [Bitmap], targets: [Int32]) {
        precondition((0..<batchesPerEpoch).contains(index) && epoch >= 0, "batch \(index) of pass \(epoch)")
        let places = index * settings.batchSize..<min((index + 1) * settings.batchSize, samples.count)
        var (bitmaps, targets): ([Bitmap], [Int32]) = ([], [])
        for place in places {
            let number = number(at: place, epoch: epoch)
            var bitmap = try pictures.picture(number)
            if let seed = settings.seed, let augmentation = settings.augmentation {
                var random = RandomSource(seed: seed).split(UInt64(epoch)).split(UInt64(place))
                bitmap = augmentation(bitmap, using: &random)
            }
            bitmaps.append(bitmap)
            targets.append(Int32(samples[number].label))
        }
        return (bitmaps, targets)
    }

    /// The number of the sample that comes at a place of a pass.
    private func number(at place: Int, epoch: Int) -> Int {
        guard let seed = settings.seed else { return place }
        guard settings.isBalanced else {
            return SeededPermutation(count: samples.count, seed: seed, stream: UInt64(epoch))[place]
        }
        // A class in turn, and its pictures in an order that is another one for each of its rounds.
        let turn = epoch * samples.count + place
        let members = classes[turn % classes.count]
        let (round, index) = (turn / classes.count).quotientAndRemainder(dividingBy: members.count)
        let order = SeededPermutation(count: members.count, seed: seed, stream: UInt64(round))
        return members[order[index]]
    }
}
