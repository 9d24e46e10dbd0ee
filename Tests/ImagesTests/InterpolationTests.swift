import Images
import Kernels
import TestKit
import Testing

@Suite struct InterpolationTests {
    @Test(arguments: KernelLevel.supported)
    func pillowAndOpenCVAgree(level: KernelLevel) throws {
        let fixture = try ImageFixture.load("resize", as: ImageFixture.Resized.self)
        #expect(fixture.cases.count > 40)
        KernelLevel.force(level) {
            for expected in fixture.cases {
                let resized = fixture.source.resized(
                    toWidth: expected.width, height: expected.height, by: expected.interpolation,
                    isAntialiased: expected.antialiased)
                // OpenCV interpolates with weights of 11 bits, twice; Pillow's arithmetic is ours.
                let tolerance = expected.antialiased && expected.interpolation != .area ? 0 : 1
                #expect(
                    resized.largestDifference(from: expected.bitmap) <= tolerance,
                    "\(expected.interpolation) \(expected.antialiased) \(expected.width) x \(expected.height)")
            }
        }
    }

    /// The sums, written out in floating point.
    @Test(arguments: [1, 2, 3, 4])
    func bilinearByHand(channels: Int) {
        let source = Bitmap.noise(width: 9, height: 6, channels: channels, seed: 3)
        let (width, height) = (4, 11)
        let result = source.resized(toWidth: width, height: height, by: .bilinear)
        func weights(_ index: Int, _ source: Int, _ count: Int) -> [Double] {
            let ratio = Double(source) / Double(count)
            let all = (0..<source).map { pixel in
                max(0, 1 - abs(Double(pixel) + 0.5 - (Double(index) + 0.5) * ratio) / max(1, ratio))
            }
            return all.map { $0 / all.reduce(0, +) }
        }
        for y in 0..<height {
            for x in 0..<width {
                let (across, down) = (weights(x, 9, width), weights(y, 6, height))
                for channel in 0..<channels {
                    var sum = 0.0
                    for row in 0..<6 {
                        for column in 0..<9 {
                            sum +=
                                across[column] * down[row]
                                * Double(source.bytes[(row * 9 + column) * channels + channel])
                        }
                    }
                    let byte = Double(result.bytes[(y * width + x) * channels + channel])
                    #expect(abs(byte - sum) <= 1.001)
                }
            }
        }
    }

    @Test(arguments: Interpolation.allCases, [true, false])
    func oneColourStaysAndSizesHold(interpolation: Interpolation, isAntialiased: Bool) {
        let color: [UInt8] = [255, 0, 77]
        for (width, height) in [(1, 1), (3, 200), (131, 2), (64, 64)] {
            for (newWidth, newHeight) in [(1, 1), (7, 5), (200, 3), (64, 64)] {
                let result = Bitmap(width: width, height: height, filledWith: color).resized(
                    toWidth: newWidth, height: newHeight, by: interpolation, isAntialiased: isAntialiased)
                #expect(result == Bitmap(width: newWidth, height: newHeight, filledWith: color))
            }
        }
    }

    @Test func theShortSideRules() {
        let wide = Bitmap(width: 500, height: 333, filledWith: [1, 2, 3])
        let result = wide.resized(shortSide: 256, by: .bilinear)
        #expect(result.height == 256 && result.width == 384)
        let high = Bitmap(width: 10, height: 31, filledWith: [1, 2, 3]).resized(shortSide: 4, by: .box)
        #expect(high.width == 4 && high.height == 12)
    }
}
