import Datasets
import Images
import Tensors
import Testing
import VisionModels

@Suite struct PictureBatchesTests {
    private let preprocessing = ImagePreprocessing(
        width: 6, height: 6, framing: .centerSquare(fraction: 1), interpolation: .bilinear, normalization: .unit)

    /// Twenty pictures of class 0, five of class 1; their brightness is their number.
    private func prepared() throws -> PreparedPictures {
        let samples = (0..<25).map { number in
            PictureSample(
                name: "\(number)", label: number < 20 ? 0 : 1,
                content: .bitmap(Bitmap(width: 6, height: 6, filledWith: [UInt8(10 * number)])))
        }
        return try PreparedPictures(samples, preprocessing: preprocessing, path: "data")
    }

    private func numbers(_ batch: PictureBatch) -> [Int] {
        let values = batch.pictures.floats()
        return (0..<batch.count).map { Int((values[$0 * 108] * 25.5).rounded()) }
    }

    @Test func aPassHasEveryPictureOnce() throws {
        let batches = PictureBatches(try prepared(), settings: .init(batchSize: 5, seed: 3))
        func pass(_ epoch: Int) throws -> [Int] {
            try (0..<batches.batchesPerEpoch).flatMap { numbers(try batches.batch($0, epoch: epoch)) }
        }
        let (first, second) = (try pass(0), try pass(1))
        #expect(first.sorted() == Array(0..<25) && second.sorted() == Array(0..<25) && first != second)
        #expect(try pass(0) == first)
        let batch = try batches.batch(2, epoch: 1)
        #expect(batch.pictures.shape == [5, 6, 6, 3])
        #expect(zip(numbers(batch), batch.targets).allSatisfy { ($0 < 20 ? 0 : 1) == $1 })
    }

    @Test func smallRestsAreForValidationOnly() throws {
        let pictures = try prepared()
        #expect(PictureBatches(pictures, settings: .init(batchSize: 10, seed: 3)).batchesPerEpoch == 2)
        #expect(PictureBatches(pictures, settings: .init(batchSize: 30, seed: 3)).batchesPerEpoch == 1)
        let validation = PictureBatches(pictures, settings: .init(batchSize: 10, seed: nil))
        #expect(validation.batchesPerEpoch == 3)
        #expect(try (0..<3).flatMap { numbers(try validation.batch($0, epoch: 0)) } == Array(0..<25))
    }

    @Test func classesMayComeEquallyOften() throws {
        let batches = PictureBatches(try prepared(), settings: .init(batchSize: 4, seed: 3, isBalanced: true))
        var (seen, targets): ([Int], [Int32]) = ([], [])
        for epoch in 0..<4 {
            for index in 0..<batches.batchesPerEpoch {
                let batch = try batches.batch(index, epoch: epoch)
                seen += numbers(batch)
                targets += batch.targets
            }
        }
        #expect(targets.count { $0 == 0 } == targets.count { $0 == 1 })
        #expect(Set(seen) == Set(0..<25))
    }

    @Test func randomChangesBelongToAPlace() throws {
        let augmentation = AugmentationPreset.standard.augmentation(width: 6, height: 6)
        let batches = PictureBatches(
            try prepared(), settings: .init(batchSize: 25, seed: 3, augmentation: augmentation))
        func values(_ epoch: Int) throws -> [Float] { try batches.batch(0, epoch: epoch).pictures.floats() }
        #expect(try values(0) == values(0))
        #expect(try values(0) != values(1))
    }

    @Test func normalizationIsMeasured() throws {
        let measured = try PixelNormalization(measuring: prepared(), seed: 1)
        #expect(measured.mean.allSatisfy { abs($0 - 120 / 255) < 1e-6 })
        // Of 0, 10 … 240: 10 √((25² − 1) / 12).
        #expect(measured.deviation.allSatisfy { abs($0 - 72.111_026 / 255) < 1e-5 })
    }

    @Test func mixedPicturesHaveMixedClasses() throws {
        let pictures = try prepared()
        let mixing = PictureMixing(.cutmix(), classCount: 2)
        let batches = PictureBatches(pictures, settings: .init(batchSize: 10, seed: 3, mixing: mixing))
        let (batch, again) = (try batches.batch(1, epoch: 2), try batches.batch(1, epoch: 2))
        #expect(batch.pictures.floats() == again.pictures.floats())
        let weights = try #require(batch.weights?.floats())
        #expect(weights == again.weights?.floats())
        for (row, target) in batch.targets.enumerated() {
            #expect(abs(weights[2 * row] + weights[2 * row + 1] - 1) < 1e-6)
            // The rest belongs to the partner, whose class may be the same.
            #expect(weights[2 * row + Int(target)] > 0)
        }
        let plain = try PictureBatches(pictures, settings: .init(batchSize: 10, seed: 3)).batch(1, epoch: 2)
        #expect(plain.targets == batch.targets && plain.weights == nil)
        #expect(plain.pictures.floats() != batch.pictures.floats())
        // Validation is of pictures as they are.
        let validation = PictureBatches(pictures, settings: .init(batchSize: 10, seed: nil, mixing: mixing))
        #expect(try validation.batch(0, epoch: 0).weights == nil)
    }
}
