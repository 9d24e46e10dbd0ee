import Foundation
import Images
import Tensors
import Testing

@Suite struct RandAugmentTests {
    /// Every picture that comes out is one of those of torchvision, each as often as it should be.
    @Test(arguments: [9, 22], [Bitmap.Sampling.bilinear, .nearest])
    func theChangesOfTorchvision(magnitude: Int, sampling: Bitmap.Sampling) throws {
        let fixture = try OperationFixture.load()
        // In grey, one magnitude is enough.
        for channels in magnitude == 9 ? [3] : [1, 3] {
            let cases = fixture.cases.filter {
                $0.operation == "randAugment" && $0.channels == channels && $0.parameters.magnitude == magnitude
            }
            // The colours do not depend on the sampling and are there once.
            let expected = cases.filter { $0.parameters.sampling == sampling || $0.parameters.sampling == .bilinear }
            let source = fixture.source(channels: channels)
            let fill = try #require(cases.first?.parameters.fill)
            let augmentation = ImageAugmentation([
                .randAugment(count: 1, magnitude: magnitude, sampling: sampling, fill: fill)
            ])
            let pictures = expected.filter { entry in
                sampling == .bilinear || entry.parameters.sampling == .nearest || !Self.isGeometric(entry)
            }.map { fixture.bitmap($0.bytes, channels: channels) }
            #expect(pictures.count == 23)
            var random = RandomSource(seed: UInt64(magnitude + channels))
            var counts: [Bitmap: Int] = [:]
            for _ in 0..<2800 { counts[augmentation(source, using: &random), default: 0] += 1 }
            // Some are nearly the same by nature: stretching what has every value, one bit fewer, grey without colour.
            var found = [Int](repeating: 0, count: pictures.count)
            var alone = found
            for (picture, count) in counts {
                let matches = pictures.indices.filter { pictures[$0].largestDifference(from: picture) <= 1 }
                #expect(!matches.isEmpty)
                for match in matches { found[match] += count }
                if matches.count == 1 { alone[matches[0]] += count }
            }
            // 100 of 2800 for one direction of a change, 200 for a change without direction: five deviations.
            #expect(found.allSatisfy { $0 > 50 })
            #expect(alone.filter { $0 > 0 }.count > 14 && alone.allSatisfy { $0 < 270 })
        }
    }

    private static func isGeometric(_ entry: OperationFixture.Case) -> Bool {
        ["ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"].contains(entry.parameters.change)
    }

    @Test func noMagnitudeIsNearlyNoChange() {
        let picture = Bitmap.noise(width: 30, height: 30)
        var random = RandomSource(seed: 4)
        let augmentation = ImageAugmentation([.randAugment(count: 1, magnitude: 0)])
        var changed = 0
        for _ in 0..<300 where augmentation(picture, using: &random) != picture { changed += 1 }
        // Stretching the contrast and equalizing have no strength, and solarizing takes 255 alone.
        #expect((300 / 14..<300 * 4 / 14).contains(changed))
    }

    @Test func ofColorsAndGeometryTogether() {
        // What a run might do: nothing fails at any size, and the size stays.
        let augmentation = ImageAugmentation([
            .randAugment(count: 3, magnitude: 30),
            .colorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1),
            .affine(rotation: -20...20, scale: 0.8...1.2, translation: 0.1, shear: -10...10), .sometimes(0.3, .grey),
            .blur(), .erase(),
        ])
        var random = RandomSource(seed: 5)
        for (width, height) in [(1, 1), (2, 5), (28, 28), (40, 30)] {
            for channels in [1, 3] {
                let picture = Bitmap.noise(width: width, height: height, channels: channels)
                for _ in 0..<20 {
                    let result = augmentation(picture, using: &random)
                    #expect(result.width == width && result.height == height && result.channels == channels)
                }
            }
        }
    }
}
