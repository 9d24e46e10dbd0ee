import Foundation
import Geometry
import Images
import Kernels
import TestKit
import Testing

/// What Tests/Reference/augmentation_fixtures.py made with Pillow and torchvision.
struct OperationFixture: Decodable {
    struct Parameters: Decodable {
        let factor: Double?
        let turn: Double?
        let bits: Int?
        let threshold: Int?
        let deviation: Double?
        let sampling: Bitmap.Sampling?
        let rotation: Double?
        let scale: Double?
        let shear: [Double]?
        let translation: [Double]?
        let fill: [UInt8]?
        let magnitude: Int?
        let change: String?
    }

    struct Case: Decodable {
        let operation: String
        let parameters: Parameters
        let channels: Int
        let bytes: Data
    }

    let width: Int
    let height: Int
    let rgb: Data
    let grey: Data
    let cases: [Case]

    static func load() throws -> OperationFixture { try ImageFixture.load("operations") }

    func bitmap(_ bytes: Data, channels: Int) -> Bitmap {
        Bitmap(width: width, height: height, channels: channels, bytes: Array(bytes))
    }

    func source(channels: Int) -> Bitmap { bitmap(channels == 3 ? rgb : grey, channels: channels) }
}

@Suite struct ColorTests {
    @Test(arguments: KernelLevel.supported)
    func asPillowAndTorchvision(level: KernelLevel) throws {
        let fixture = try OperationFixture.load()
        var checked: [String: Int] = [:]
        try KernelLevel.force(level) {
            for entry in fixture.cases where entry.operation != "randAugment" && entry.operation != "dull" {
                let source = fixture.source(channels: entry.channels)
                let dull = try #require(
                    fixture.cases.first { $0.operation == "dull" && $0.channels == entry.channels })
                let result = try Self.result(
                    of: entry, source, dull: fixture.bitmap(dull.bytes, channels: entry.channels))
                let expected = fixture.bitmap(entry.bytes, channels: entry.channels)
                #expect(
                    result.largestDifference(from: expected) <= 1,
                    "\(entry.operation) \(entry.parameters) in \(entry.channels) channels")
                checked[entry.operation, default: 0] += 1
            }
        }
        #expect(checked.count == 15 && checked.values.reduce(0, +) > 110)
    }

    private static func result(of entry: OperationFixture.Case, _ source: Bitmap, dull: Bitmap) throws -> Bitmap {
        let parameters = entry.parameters
        switch entry.operation {
        case "brightness": return source.withBrightness(try #require(parameters.factor))
        case "contrast": return source.withContrast(try #require(parameters.factor))
        case "saturation": return source.withSaturation(try #require(parameters.factor))
        case "sharpness": return source.withSharpness(try #require(parameters.factor))
        case "hue": return source.withHue(turnedBy: try #require(parameters.turn))
        case "posterize": return source.posterized(bits: try #require(parameters.bits))
        case "solarize": return source.solarized(threshold: try #require(parameters.threshold))
        case "invert": return source.inverted()
        case "grey": return source.grey()
        case "autoContrast": return source.autoContrasted()
        case "autoContrastOfDull": return dull.autoContrasted()
        case "equalize": return source.equalized()
        case "equalizeOfDull": return dull.equalized()
        case "blur": return source.blurred(deviation: try #require(parameters.deviation))
        default:
            let (shear, translation) = (try #require(parameters.shear), try #require(parameters.translation))
            let map = AffineMap(
                about: Point(Double(source.width) / 2, Double(source.height) / 2),
                rotation: try #require(parameters.rotation), scale: try #require(parameters.scale),
                shear: Point(shear[0], shear[1]), translation: Point(translation[0], translation[1]))
            return source.warped(
                by: map, sampling: try #require(parameters.sampling), fill: try #require(parameters.fill))
        }
    }

    /// Every level gives the same bytes, for every length of row.
    @Test func levelsAgree() {
        for width in [1, 2, 3, 15, 16, 17, 33, 100] {
            for channels in [1, 3] {
                let bitmap = Bitmap.noise(width: width, height: 7, channels: channels)
                let map = AffineMap(about: Point(3, 3), rotation: 20, scale: 1.3)
                func results() -> [Bitmap] {
                    [
                        bitmap.withBrightness(1.3), bitmap.withContrast(0.4), bitmap.withSaturation(1.8),
                        bitmap.withSharpness(1.7), bitmap.withHue(turnedBy: 0.3), bitmap.blurred(deviation: 1.5),
                        bitmap.warped(by: map, fill: [UInt8](repeating: 9, count: channels)),
                        bitmap.flippedHorizontally(),
                    ]
                }
                let expected = KernelLevel.force(.portable) { results() }
                for level in KernelLevel.supported { #expect(KernelLevel.force(level) { results() } == expected) }
            }
        }
    }

    @Test func unchangedAtTheMiddle() {
        for channels in [1, 3] {
            let bitmap = Bitmap.noise(width: 20, height: 13, channels: channels)
            #expect(bitmap.withBrightness(1) == bitmap && bitmap.withContrast(1) == bitmap)
            #expect(bitmap.withSaturation(1) == bitmap && bitmap.withSharpness(1) == bitmap)
            #expect(bitmap.inverted().inverted() == bitmap && bitmap.inverted() != bitmap)
            #expect(bitmap.posterized(bits: 8) == bitmap && bitmap.solarized(threshold: 256) == bitmap)
            #expect(bitmap.posterized(bits: 0).bytes.allSatisfy { $0 == 0 })
            let flat = Bitmap(width: 9, height: 9, filledWith: [UInt8](repeating: 77, count: channels))
            #expect(flat.equalized() == flat && flat.autoContrasted() == flat && flat.blurred(deviation: 40) == flat)
            #expect(flat.withContrast(0.2) == flat && flat.withSharpness(5) == flat)
        }
    }
}
