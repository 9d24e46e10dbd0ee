import Foundation
import Images
import Tensors
import Testing

@Suite struct AugmentationTests {
    private let picture = Bitmap.noise(width: 24, height: 17)

    /// A picture whose bytes tell where a pixel came from.
    private static func places(_ width: Int, _ height: Int) -> Bitmap {
        var bytes: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { bytes += [UInt8(x + 1), UInt8(y + 1), 255] }
        }
        return Bitmap(width: width, height: height, channels: 3, bytes: bytes)
    }

    private static let everyStep: [AugmentationStep] = [
        .flipHorizontally, .flipVertically, .resizedCrop(width: 9, height: 7), .paddedCrop(border: 3, fill: [9]),
        .erase(), .erase(fill: [1, 2, 3]), .sometimes(0.5, .flipVertically), .grey, .invert, .autoContrast, .equalize,
        .affine(rotation: -30...30, scale: 0.5...2, translation: 0.2, shear: -9...9),
        .colorJitter(brightness: 0.5, contrast: 0.2, saturation: 0.8, hue: 0.2), .posterize(bits: 3),
        .solarize(threshold: 100), .sharpness(0...3), .blur(deviation: 0.5...1.5), .randAugment(),
    ]

    @Test(arguments: everyStep, [1, 3])
    func theSourceDecidesAlone(step: AugmentationStep, channels: Int) {
        let bitmap = Bitmap.noise(width: 24, height: 17, channels: channels)
        let augmentation = ImageAugmentation([step])
        var results: Set<Bitmap> = []
        for seed in 0..<20 as Range<UInt64> {
            var (first, second) = (RandomSource(seed: seed), RandomSource(seed: seed))
            let result = augmentation(bitmap, using: &first)
            #expect(augmentation(bitmap, using: &second) == result && first == second)
            #expect(result.channels == channels)
            results.insert(result)
        }
        switch step {
        case .flipHorizontally, .flipVertically, .grey, .invert, .autoContrast, .equalize, .posterize, .solarize:
            #expect(results.count == 1)
        case .sometimes: #expect(results.count == 2)
        default: #expect(results.count > 10)
        }
    }

    @Test func stepsInTheirOrder() {
        var random = RandomSource(seed: 1)
        #expect(ImageAugmentation([])(picture, using: &random) == picture)
        let turned = ImageAugmentation([.flipHorizontally, .flipVertically])(picture, using: &random)
        #expect(turned == picture.rotated(quarterTurns: 2))
        #expect(random == RandomSource(seed: 1))
    }

    @Test(arguments: [0.0, 0.1, 0.5, 1])
    func probabilities(probability: Double) {
        let augmentation = ImageAugmentation([.sometimes(probability, .flipHorizontally)])
        var random = RandomSource(seed: 3)
        let (count, flipped) = (4000, picture.flippedHorizontally())
        let changed = (0..<count).filter { _ in augmentation(picture, using: &random) == flipped }.count
        // Four standard deviations.
        let margin = 4 * (Double(count) * probability * (1 - probability)).squareRoot()
        #expect(abs(Double(changed) - Double(count) * probability) <= margin)
    }

    @Test func aPaddedCropShiftsByEveryAmount() {
        let (source, border) = (Self.places(8, 6), 2)
        let augmentation = ImageAugmentation([.paddedCrop(border: border, fill: [7, 8, 9])])
        var random = RandomSource(seed: 5)
        var shifts: [Int: Int] = [:]
        for _ in 0..<2500 {
            let result = augmentation(source, using: &random)
            // The pixel in the middle is never lost.
            let (x, y) = (Int(result[4, 3].first ?? 0) - 5, Int(result[4, 3].dropFirst().first ?? 0) - 4)
            #expect(abs(x) <= border && abs(y) <= border)
            shifts[x * 10 + y, default: 0] += 1
            let expected = source.padded(left: 2, top: 2, right: 2, bottom: 2, with: [7, 8, 9]).cropped(
                to: PixelRectangle(x: 2 + x, y: 2 + y, width: 8, height: 6))
            #expect(result == expected)
        }
        // 25 places, each 100 times with a deviation of 10.
        #expect(shifts.count == 25 && shifts.values.allSatisfy { (55...145).contains($0) })
    }

    @Test func aResizedCropHasTheAreaAndAspectThatAreAskedFor() {
        // A crop of its own size stays as it is, so that pixels tell which part was taken.
        let source = Self.places(60, 40)
        var random = RandomSource(seed: 7)
        let augmentation = ImageAugmentation([
            .resizedCrop(width: 30, height: 20, area: 0.25...0.25, aspect: 1.5...1.5)
        ])
        var lefts: Set<UInt8> = []
        for _ in 0..<500 {
            let result = augmentation(source, using: &random)
            let (left, top) = (Int(result.bytes[0]) - 1, Int(result.bytes[1]) - 1)
            #expect(result == source.cropped(to: PixelRectangle(x: left, y: top, width: 30, height: 20)))
            lefts.insert(result.bytes[0])
        }
        #expect(lefts.count == 31)
        // Where no rectangle fits, the middle.
        let wide = Bitmap.noise(width: 100, height: 4)
        let square = ImageAugmentation([.resizedCrop(width: 4, height: 4, area: 1...1, aspect: 1...1)])
        #expect(square(wide, using: &random) == wide.centerSquare())
        let high = Bitmap.noise(width: 4, height: 100)
        #expect(square(high, using: &random) == high.centerSquare())
    }

    @Test func areasOfCropsAreSpreadEvenly() {
        let black = Bitmap(width: 100, height: 100, filledWith: [0])
        let erase = ImageAugmentation([.erase(area: 0.1...0.3, aspect: 0.5...2, fill: [255])])
        var random = RandomSource(seed: 9)
        var areas: [Double] = []
        var wider = 0
        for _ in 0..<2000 {
            let result = erase(black, using: &random)
            let erased = result.bytes.indices.filter { result.bytes[$0] == 255 }
            areas.append(Double(erased.count) / 10_000)
            let (columns, rows) = (Set(erased.map { $0 % 100 }).count, Set(erased.map { $0 / 100 }).count)
            #expect(columns * rows == erased.count)
            #expect((0.46...2.15).contains(Double(columns) / Double(rows)))
            if columns > rows { wider += 1 }
        }
        #expect(areas.allSatisfy { (0.095...0.305).contains($0) })
        // The deviation of a mean of 2000 is 0.0013, that of the half 22.
        #expect(abs(areas.reduce(0, +) / 2000 - 0.2) < 0.0055)
        #expect((880...1110).contains(wider))
    }

    @Test func erasingByNoiseLeavesTheRest() {
        var random = RandomSource(seed: 11)
        let large = Bitmap(width: 64, height: 64, filledWith: [0, 0, 0])
        let result = ImageAugmentation([.erase(area: 0.25...0.25, aspect: 1...1)])(large, using: &random)
        let changed = result.bytes.filter { $0 != 0 }
        // 1024 pixels, of which a byte in 256 is 0.
        #expect((3040...3072).contains(changed.count))
        let mean = changed.reduce(0.0) { $0 + Double($1) } / Double(changed.count)
        #expect(abs(mean - 128) < 6)
    }

    @Test(arguments: everyStep)
    func runFoldersRecordThem(step: AugmentationStep) throws {
        let augmentation = ImageAugmentation([step, .sometimes(0.25, step)])
        let encoded = try JSONEncoder().encode(augmentation)
        #expect(try JSONDecoder().decode(ImageAugmentation.self, from: encoded) == augmentation)
        #expect(!augmentation.description.contains("\n") && augmentation.description.contains("(probability 0.25)"))
    }

    @Test(arguments: [
        AugmentationStep.sometimes(1.5, .flipVertically), .sometimes(.nan, .flipVertically), .paddedCrop(border: -1),
        .paddedCrop(border: 1, fill: []), .resizedCrop(width: 0, height: 5), .erase(area: 0...0.5),
        .erase(area: 0.5...1.5), .erase(aspect: 0...1), .erase(fill: [1, 2, 3, 4, 5]),
        .sometimes(0.5, .paddedCrop(border: .max)), .affine(rotation: 0...1000), .affine(scale: 0...1),
        .affine(translation: -0.1), .affine(shear: 0...90), .affine(fill: []), .colorJitter(hue: 0.6),
        .colorJitter(brightness: -1), .colorJitter(contrast: .infinity), .colorJitter(saturation: .nan),
        .posterize(bits: 9), .solarize(threshold: 257), .sharpness(-1...1), .blur(deviation: 0...1),
        .randAugment(magnitude: 31), .randAugment(count: -1),
    ])
    func impossibleStepsFromOutsideAreErrors(step: AugmentationStep) throws {
        #expect(step.problem != nil)
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let encoded = try encoder.encode([step])
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        #expect(throws: DecodingError.self) { _ = try decoder.decode(ImageAugmentation.self, from: encoded) }
    }

    /// The mean of a grey picture tells the factor.
    @Test func jitterStaysWithinItsFactors() {
        let grey = Bitmap(width: 4, height: 4, filledWith: [100])
        let augmentation = ImageAugmentation([.colorJitter(brightness: 0.4)])
        var random = RandomSource(seed: 6)
        let values = (0..<2000).map { _ in Double(augmentation(grey, using: &random).bytes[0]) }
        #expect(values.allSatisfy { (60...140).contains($0) })
        // The deviation of the mean is 0.5.
        #expect(abs(values.reduce(0, +) / 2000 - 100) < 2.5 && Set(values).count > 70)
    }

    /// A dot tells where it was moved.
    @Test func translationsStayWithinTheirPart() {
        var picture = Bitmap(width: 40, height: 20, filledWith: [0])
        picture.bytes[10 * 40 + 20] = 255
        let augmentation = ImageAugmentation([.affine(translation: 0.25, sampling: .nearest)])
        var random = RandomSource(seed: 8)
        var (columns, rows) = (Set<Int>(), Set<Int>())
        for _ in 0..<1000 {
            guard let place = augmentation(picture, using: &random).bytes.firstIndex(of: 255) else { continue }
            columns.insert(place % 40)
            rows.insert(place / 40)
        }
        #expect(columns == Set(10...30) && rows == Set(5...15))
    }
}
