import Geometry
import Images
import Tensors
import Testing

@testable import VisionModels

@Suite struct SuppressionTests {
    /// The definition, word for word: while there are boxes, the surest is taken, and all of its class that overlap it go.
    private func slow(_ boxes: [ScoredBox], overlap: Double) -> [ScoredBox] {
        var (left, kept) = (boxes, [ScoredBox]())
        while let best = left.max(by: { $0.confidence < $1.confidence }) {
            kept.append(best)
            left.removeAll { other in
                guard other.classIndex == best.classIndex else { return false }
                if other == best { return true }
                let width = max(
                    0, min(best.box.maximumX, other.box.maximumX) - max(best.box.x, other.box.x))
                let height = max(
                    0, min(best.box.maximumY, other.box.maximumY) - max(best.box.y, other.box.y))
                let common = width * height
                return common / (best.box.area + other.box.area - common) > overlap
            }
        }
        return kept
    }

    private func random(_ count: Int, _ source: inout RandomSource) -> [ScoredBox] {
        (0..<count).map { _ in
            ScoredBox(
                classIndex: Int.random(in: 0..<3, using: &source), confidence: Double.random(in: 0..<1, using: &source),
                box: Rectangle(
                    x: Double.random(in: 0..<50, using: &source), y: Double.random(in: 0..<50, using: &source),
                    width: Double.random(in: 1..<41, using: &source), height: Double.random(in: 1..<41, using: &source))
            )
        }
    }

    @Test(arguments: [0, 0.2, 0.5, 0.9, 1])
    func theSameAsByTheDefinition(overlap: Double) {
        var source = RandomSource(seed: 3)
        for count in [0, 1, 2, 30, 100] {
            let boxes = random(count, &source)
            let expected = slow(boxes, overlap: overlap)
            #expect(ScoredBox.suppressed(boxes, overlap: overlap) == expected)
            #expect(ScoredBox.suppressed(boxes, overlap: overlap, limit: 5) == Array(expected.prefix(5)))
        }
    }

    @Test func equallySureBoxesDoNotDependOnTheirOrder() {
        var source = RandomSource(seed: 4)
        var boxes = random(60, &source).map { box in
            var box = box
            box.confidence = (box.confidence * 4).rounded() / 4
            return box
        }
        boxes += boxes.prefix(5)
        let expected = ScoredBox.suppressed(boxes, overlap: 0.4)
        for _ in 0..<5 {
            boxes.shuffle(using: &source)
            #expect(ScoredBox.suppressed(boxes, overlap: 0.4) == expected)
        }
        #expect(Set(expected).count == expected.count)
    }

    @Test func aPieceGoesWhereTheWholeIsKnown() {
        let whole = ScoredBox(classIndex: 1, confidence: 0.5, box: Rectangle(x: 0, y: 0, width: 100, height: 100))
        var piece = ScoredBox(classIndex: 1, confidence: 0.9, box: Rectangle(x: 60, y: 0, width: 40, height: 100))
        #expect(ScoredBox.suppressed([piece, whole], overlap: 0.5) == [piece, whole])
        piece.isCut = true
        #expect(ScoredBox.suppressed([piece, whole], overlap: 0.5) == [whole])
        #expect(ScoredBox.suppressed([piece, whole], overlap: 0.5, limit: 1) == [whole])
        piece.classIndex = 2
        #expect(ScoredBox.suppressed([piece, whole], overlap: 0.5, limit: 1) == [piece])
        piece.classIndex = 1
        piece.box.x = 90
        #expect(ScoredBox.suppressed([whole, piece], overlap: 0.5) == [piece, whole])
    }

    @Test(arguments: [(640, 480, 200), (100, 100, 100), (1_000, 90, 100), (101, 100, 100), (50, 50, 100), (7, 9, 1)])
    func tilesCoverThePicture(width: Int, height: Int, side: Int) {
        let tiling = Tiling(side: side, overlap: side > 1 ? 0.25 : 0)
        let tiles = tiling.tiles(width: width, height: height)
        guard width > side || height > side else {
            #expect(tiles.isEmpty)
            return
        }
        #expect(Set(tiles).count == tiles.count)
        for tile in tiles {
            #expect(tile.x >= 0 && tile.y >= 0 && tile.x + tile.width <= width && tile.y + tile.height <= height)
            #expect(tile.width == min(side, width) && tile.height == min(side, height))
        }
        // Whatever is as large as the overlap lies within a tile.
        let extent = side / 4
        for x in stride(from: 0, through: width - extent, by: 3) {
            for y in stride(from: 0, through: height - extent, by: 3) {
                #expect(
                    tiles.contains {
                        $0.x <= x && x + extent <= $0.x + $0.width && $0.y <= y && y + extent <= $0.y + $0.height
                    })
            }
        }
    }
}
