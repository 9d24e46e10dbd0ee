import Foundation
import Geometry
import Images
import Tensors
import TestKit
import Testing

/// The picture of docs/guides/augmentation.md: a drawn scene, and what each step makes of it.
@Suite struct AugmentationSheetTests {
    private static let steps: [(String, AugmentationStep)] = [
        ("flipHorizontally", .flipHorizontally), ("resizedCrop", .resizedCrop(width: 96, height: 96, area: 0.2...0.6)),
        ("paddedCrop", .paddedCrop(border: 16)),
        ("affine", .affine(rotation: 15...30, scale: 0.7...0.9, shear: 5...15)),
        ("colorJitter", .colorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.6, hue: 0.2)), ("grey", .grey),
        ("equalize", .equalize), ("posterize", .posterize(bits: 2)), ("solarize", .solarize(threshold: 128)),
        ("blur", .blur(deviation: 2...2)), ("erase", .erase(area: 0.1...0.2)),
        ("randAugment", .randAugment(count: 2, magnitude: 9)), ("randAugment", .randAugment(count: 2, magnitude: 9)),
        ("randAugment", .randAugment(count: 2, magnitude: 20)),
    ]

    private static func scene() -> Bitmap {
        var scene = Bitmap(width: 96, height: 96, filledWith: [120, 180, 235])
        for row in 0..<60 {
            scene.fill(
                Rectangle(x: 0, y: Double(row), width: 96, height: 1),
                with: Color(0xFFFFFF, opacity: Double(row) / 90))
        }
        scene.fill(Rectangle(x: 0, y: 62, width: 96, height: 34), with: Color(0x6A9A45))
        scene.stroke([[Point(18, 17)]], width: 18, color: Color(0xFFD23F))
        scene.stroke([[Point(78, 40), Point(78, 72)]], width: 6, color: Color(0x6B4226))
        scene.stroke([[Point(78, 30)], [Point(70, 38)], [Point(86, 38)]], width: 24, color: Color(0x2F7D3B))
        scene.fill(Rectangle(x: 20, y: 44, width: 36, height: 32), with: Color(0xD9704A))
        scene.stroke([[Point(18, 44), Point(38, 26), Point(58, 44), Point(18, 44)]], width: 3, color: Color(0x7A2E1D))
        scene.fill(Rectangle(x: 33, y: 56, width: 10, height: 20), with: Color(0x4A2C1A))
        scene.fill(Rectangle(x: 24, y: 52, width: 6, height: 7), with: Color(0xBFE3FF))
        scene.fill(Rectangle(x: 46, y: 52, width: 6, height: 7), with: Color(0xBFE3FF))
        scene.draw(
            "No. 7", at: Point(38, 90), TextStyle(size: 13, color: Color(0xFFFFFF), isBold: true), anchor: .middle)
        return scene
    }

    /// `TRIPTYCH_REWRITE_PICTURES=1` writes it anew.
    @Test func thePictureOfTheGuide() throws {
        var sheet = ContactSheet(ContactSheet.Layout(columns: 5, rows: 3, thumbnailSide: 96, captionLines: 1))
        sheet.add(Self.scene(), caption: ["as it is"])
        for (index, (name, step)) in Self.steps.enumerated() {
            var random = RandomSource(seed: 2026).split(UInt64(index))
            sheet.add(ImageAugmentation([step])(Self.scene(), using: &random), caption: [name])
        }
        let page = try #require(sheet.rendered())
        let path = Repository.file("docs/guides/pictures/augmentation.png").path
        if ProcessInfo.processInfo.environment["TRIPTYCH_REWRITE_PICTURES"] != nil {
            try PNGWriter.write(page, to: path)
        }
        // The mathematical functions of other systems may differ in their last place.
        #expect(try ImageReader().read(path).largestDifference(from: page) <= 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count <= 150_000)
    }
}
