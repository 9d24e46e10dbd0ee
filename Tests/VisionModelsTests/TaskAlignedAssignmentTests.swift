import Foundation
import Geometry
import Kernels
import Testing

@testable import VisionModels

struct TaskAlignedAssignmentTests {
    /// Centres at 4, 12, 20 and 28 on both axes.
    private let points = DetectionPoints([(size: Extent2d(4), stride: 8)])

    private func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Rectangle {
        Rectangle(x: x, y: y, width: width, height: height)
    }

    /// Every point finds a box of this side around itself.
    private func matches(
        _ targets: [DetectionTarget], side: Double = 16, candidates: Int = 10,
        score: (Int, Int) -> Double = { _, _ in 0.5 }
    ) -> [TaskAlignedAssignment.Match] {
        var assignment = TaskAlignedAssignment()
        assignment.candidateCount = candidates
        return assignment.matches(targets, at: points, score: score) { point in
            box(points.x[point] - side / 2, points.y[point] - side / 2, side, side)
        }
    }

    @Test func pointsStandInRows() {
        let points = DetectionPoints([
            (size: Extent2d(height: 1, width: 2), stride: 8), (size: Extent2d(1), stride: 16),
        ])
        #expect(points.x == [4, 12, 8])
        #expect(points.y == [4, 4, 8])
        #expect(points.stride == [8, 8, 16])
    }

    @Test func onlyPointsWithinATargetFindIt() {
        let found = matches([DetectionTarget(classIndex: 0, box: box(8, 8, 16, 16))])
        #expect(found.map(\.point) == [5, 6, 9, 10])
        #expect(found.allSatisfy { $0.target == 0 })
    }

    @Test func theBestPointsAreTaken() {
        let target = DetectionTarget(classIndex: 1, box: box(0, 0, 32, 32))
        let found = matches([target], candidates: 2) { point, classIndex in
            classIndex == 1 && (point == 6 || point == 9) ? 0.9 : 0.1
        }
        #expect(found.map(\.point) == [6, 9])
    }

    @Test func theBestPointIsAsGoodAsItsBox() {
        // Of 16 pixels around (12, 12) lies 4 beside the target on either axis: 144 of 368 are common.
        let found = matches([DetectionTarget(classIndex: 0, box: box(8, 8, 16, 16))], candidates: 1)
        #expect(found.count == 1)
        #expect(abs(found[0].quality - 144.0 / 368) < 1e-12)
    }

    @Test func aPointGoesToTheTargetThatItsBoxCovers() {
        let small = DetectionTarget(classIndex: 0, box: box(4.5, 4.5, 15, 15))
        let large = DetectionTarget(classIndex: 0, box: box(0, 0, 32, 32))
        let found = matches([large, small])
        #expect(found.first { $0.point == 5 }?.target == 1)
        #expect(found.filter { $0.target == 0 }.count == 9)
    }

    @Test func aTargetBetweenThePointsIsFoundByTheNearest() {
        let found = matches([DetectionTarget(classIndex: 0, box: box(13, 5, 2, 2))])
        #expect(found.map(\.point) == [1])
        #expect(found[0].quality >= 0.1)
        #expect(points.distances(1, to: box(13, 5, 2, 2)) == [0.01, 0.01, 0.375, 0.375])
    }

    @Test func ignoredTargetsAreFoundByNone() {
        #expect(matches([DetectionTarget(classIndex: 0, box: box(8, 8, 16, 16), isIgnored: true)]).isEmpty)
    }

    @Test func boxesAndDistancesAreInverse() {
        let rectangle = box(3, 2, 20, 17)
        let logs = points.distances(5, to: rectangle).map { log($0) }
        let again = points.box(5, logs[...])
        #expect(again.intersectionOverUnion(rectangle) > 0.999_99)
    }
}
