import Checkpoints
import Foundation
import Geometry
import Images
import TestKit
import Testing

@testable import VisionModels

@Suite struct DetectorTests {
    private func detector(_ name: String = "fastestdet") throws -> Detector {
        try Detector(ModelFolder(DetectionFixture.folder.appendingPathComponent(name)))
    }

    private func picture(_ width: Int, _ height: Int, seed: Int) -> Bitmap {
        let values = VisionFixture.formula(width * height * 3, number: seed)
        return Bitmap(
            width: width, height: height, channels: 3, bytes: values.map { UInt8(max(0, min(255, 128 + 120 * $0))) })
    }

    @Test func batchesGiveTheSameAsSinglePictures() throws {
        let detector = try detector()
        let pictures = [picture(96, 64, seed: 1), picture(200, 100, seed: 2), picture(31, 77, seed: 3)]
        let options = DetectionOptions(confidence: 0.3, overlap: 0.5)
        let together = try detector.objects(framed: pictures.map(detector.framed), options)
        for (picture, objects) in zip(pictures, together) {
            let alone = try detector.objects(in: picture, options)
            #expect(!objects.isEmpty && alone.count == objects.count)
            for (a, b) in zip(alone, objects) {
                #expect(a.classIndex == b.classIndex && abs(a.confidence - b.confidence) < 1e-5)
                #expect(a.box.intersectionOverUnion(b.box) > 0.999)
            }
            for object in objects {
                #expect(object.label == detector.labels[object.classIndex] && object.confidence >= 0.3)
                let (box, whole) = (
                    object.box, Rectangle(x: 0, y: 0, width: Double(picture.width), height: Double(picture.height))
                )
                #expect(box.intersection(whole) == box && box.area > 0)
            }
            #expect(objects.map(\.confidence) == objects.map(\.confidence).sorted(by: >))
        }
    }

    @Test func optionsLeaveOut() throws {
        let detector = try detector()
        let picture = picture(120, 90, seed: 5)
        let all = try detector.objects(in: picture, DetectionOptions(confidence: 0, overlap: 1, limit: 1_000))
        #expect(all.count == 4 * 6)
        let wanted = try #require(all.first?.classIndex)
        for classes in [[wanted], Set(0..<5).subtracting([wanted])] {
            let some = try detector.objects(
                in: picture, DetectionOptions(confidence: 0, overlap: 1, limit: 1_000, classes: classes))
            #expect(some == all.filter { classes.contains($0.classIndex) })
        }
        let few = try detector.objects(in: picture, DetectionOptions(confidence: 0, overlap: 1, limit: 3))
        #expect(few == Array(all.prefix(3)))
        let thin = try detector.objects(in: picture, DetectionOptions(confidence: 0, overlap: 0.1, limit: 1_000))
        #expect(thin.count < all.count && Set(thin).isSubset(of: Set(all)))
    }

    /// What is found in a tile is where the tile lies in the picture.
    @Test func tilesPutBoxesInTheirPlace() throws {
        let detector = try detector()
        let big = picture(300, 220, seed: 6)
        let tiling = Tiling(side: 120, overlap: 0.25)
        let options = DetectionOptions(confidence: 0.4, overlap: 0.9, limit: 10_000)
        let found = try detector.objects(in: big, options, tiling: tiling, batchSize: 3)
        var possible = try detector.objects(in: big, options)
        for tile in tiling.tiles(width: 300, height: 220) {
            possible += try detector.objects(in: big.cropped(to: tile), options).map { object in
                var object = object
                object.box.x += Double(tile.x)
                object.box.y += Double(tile.y)
                return object
            }
        }
        #expect(found.count > possible.count / 4)
        for object in found {
            #expect(
                possible.contains {
                    $0.classIndex == object.classIndex && $0.box.intersectionOverUnion(object.box) > 0.99
                        && abs($0.confidence - object.confidence) < 1e-4
                })
        }
    }

    @Test func otherModelsAreRefused() throws {
        let error = #expect(throws: VisionModelError.self) {
            try Detector(ModelFolder(Repository.file("Tests/Fixtures/vision/vit")))
        }
        guard case .unsupportedArchitecture("ViTForImageClassification", _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// What the original network finds in a photograph of `scikit-image`, by `detection_fixtures.py`.
    @Test(
        .enabled(
            if: VisionFixture.dataFolder("models/fastestdet-coco") != nil
                && VisionFixture.dataFolder("photos/motorcycle_left.png") != nil,
            "TRIPTYCH_DATA leads to no models/fastestdet-coco and photos/motorcycle_left.png"))
    func fastestDetFindsTheMotorcycle() throws {
        let folder = try #require(VisionFixture.dataFolder("models/fastestdet-coco"))
        let photograph = try #require(VisionFixture.dataFolder("photos/motorcycle_left.png"))
        let detector = try Detector(ModelFolder(folder))
        let picture = try ImageReader().read(photograph.path)
        let objects = try detector.objects(in: picture)
        #expect(objects.map(\.label) == ["motorbike"] && abs(objects[0].confidence - 0.879) < 2e-3)
        // Cells that are about equally sure: OpenCV rounds the picture's bytes a little differently.
        let all = try detector.objects(in: picture, DetectionOptions(confidence: 0.8, overlap: 1))
        let expected = [
            (0.87913, Rectangle(x: 82.31, y: 65.42, width: 619.20, height: 384.48)),
            (0.87860, Rectangle(x: 91.20, y: 87.91, width: 606.06, height: 364.64)),
            (0.85419, Rectangle(x: 70.70, y: 66.51, width: 612.89, height: 374.06)),
            (0.84716, Rectangle(x: 80.79, y: 84.80, width: 605.12, height: 359.73)),
            (0.81445, Rectangle(x: 103.38, y: 104.05, width: 592.41, height: 351.40)),
        ]
        #expect(all.count == expected.count)
        for (confidence, box) in expected {
            let nearest = all.max { $0.box.intersectionOverUnion(box) < $1.box.intersectionOverUnion(box) }
            let found = try #require(nearest)
            #expect(abs(found.confidence - confidence) < 3e-3 && found.box.intersectionOverUnion(box) > 0.995)
        }
        let more = try detector.objects(in: picture, DetectionOptions(confidence: 0.4, overlap: 0.45))
        #expect(more.map(\.label) == ["motorbike", "person"])
    }
}
