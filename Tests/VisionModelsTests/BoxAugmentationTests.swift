import Geometry
import Images
import Tensors
import Testing

@testable import VisionModels

struct BoxAugmentationTests {
    /// A dark rectangle on white, with its box.
    private func picture(_ area: PixelRectangle, width: Int = 64, height: Int = 48) -> AnnotatedFrame {
        var bitmap = Bitmap(width: width, height: height, filledWith: [255, 255, 255])
        bitmap.paste(Bitmap(width: area.width, height: area.height, filledWith: [0, 0, 0]), x: area.x, y: area.y)
        let box = Rectangle(
            x: Double(area.x), y: Double(area.y), width: Double(area.width), height: Double(area.height))
        return AnnotatedFrame(bitmap, targets: [DetectionTarget(classIndex: 0, box: box)])
    }

    /// The smallest rectangle around what is dark.
    private func darkArea(_ bitmap: Bitmap) -> Rectangle {
        var (columns, rows): ([Int], [Int]) = ([], [])
        for y in 0..<bitmap.height {
            for x in 0..<bitmap.width where (bitmap[x, y].first ?? 255) < 64 {
                columns.append(x)
                rows.append(y)
            }
        }
        guard let left = columns.min(), let right = columns.max(), let top = rows.min(), let bottom = rows.max() else {
            return Rectangle(x: 0, y: 0, width: 0, height: 0)
        }
        return Rectangle(
            x: Double(left), y: Double(top), width: Double(right - left + 1), height: Double(bottom - top + 1))
    }

    private func changed(_ augmentation: BoxAugmentation, seed: UInt64, _ area: PixelRectangle) throws -> AnnotatedFrame
    {
        var random = RandomSource(seed: seed)
        return try augmentation(picture(area), using: &random) { random throws(ImageError) in
            picture(PixelRectangle(x: 1 + random.index(below: 30), y: 5, width: 20, height: 16))
        }
    }

    /// Whatever is done to the picture, the box is where the thing is.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func boxesGoWhereTheThingsGo(seed: UInt64) throws {
        var augmentation = BoxAugmentation()
        augmentation.flipsVertically = true
        (augmentation.scale, augmentation.aspect, augmentation.fill) = (0.7...1.6, 0.8...1.25, 255)
        let result = try changed(augmentation, seed: seed, PixelRectangle(x: 30, y: 8, width: 24, height: 20))
        #expect(result.bitmap.width == 64 && result.bitmap.height == 48)
        let seen = darkArea(result.bitmap)
        guard let target = result.targets.first else {
            #expect(seen.area == 0)
            return
        }
        let differences = [
            seen.x - target.box.x, seen.y - target.box.y, seen.maximumX - target.box.maximumX,
            seen.maximumY - target.box.maximumY,
        ]
        #expect(differences.allSatisfy { abs($0) <= 1 }, "\(target.box), but \(seen)")
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func aMosaicHasThePartsOfFourPictures(seed: UInt64) throws {
        var augmentation = BoxAugmentation()
        (augmentation.mosaicProbability, augmentation.scale, augmentation.fill) = (1, 0.5...0.5, 255)
        let result = try changed(augmentation, seed: seed, PixelRectangle(x: 30, y: 8, width: 24, height: 20))
        #expect(result.targets.count <= 4 && !result.targets.isEmpty)
        for target in result.targets {
            let box = target.box
            #expect(box.x >= 0 && box.y >= 0 && box.maximumX <= 64 && box.maximumY <= 48)
            // The middle of what is seen of a thing is the thing.
            let center = box.center
            #expect((result.bitmap[Int(center.x), Int(center.y)].first ?? 255) < 128)
        }
    }

    @Test func whatIsHardlySeenCountsNeitherWay() throws {
        // Twice as large and anywhere: of a thing in the corner sometimes only an edge is left.
        var augmentation = BoxAugmentation()
        augmentation.scale = 2...2
        let targets = try (0..<60).flatMap {
            try changed(augmentation, seed: $0, PixelRectangle(x: 0, y: 0, width: 12, height: 12)).targets
        }
        for target in targets {
            #expect(target.isIgnored == (target.box.area < 0.25 * 576 || min(target.box.width, target.box.height) < 2))
        }
        #expect(targets.contains { $0.isIgnored } && targets.contains { !$0.isIgnored })
    }

    @Test func theSameSeedGivesTheSamePicture() throws {
        let augmentation = AugmentationPreset.standard.boxAugmentation(anyWayUp: true)
        let area = PixelRectangle(x: 30, y: 8, width: 24, height: 20)
        #expect(try changed(augmentation, seed: 3, area) == changed(augmentation, seed: 3, area))
        #expect(try changed(augmentation, seed: 3, area) != changed(augmentation, seed: 4, area))
    }

    @Test func noneLeavesAPictureAsItIs() throws {
        let area = PixelRectangle(x: 30, y: 8, width: 24, height: 20)
        let none = AugmentationPreset.none.boxAugmentation(anyWayUp: true)
        #expect(try changed(none, seed: 1, area) == picture(area))
    }
}
