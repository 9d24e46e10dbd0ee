import Foundation
import Geometry
import TestKit
import Testing

/// The detector that comes along, on the drawn smear that comes along, with nothing fetched.
@Suite struct BloodCellsTests {
    private struct Picture: Decodable {
        struct Entry: Decodable {
            let label: String
            let box: [Double]
        }
        let objects: [Entry]
    }

    /// Where `Tests/Reference/blood_smear.py` draws platelets and the white cell: x, y, radius.
    private let platelets: [(Double, Double, Double)] = [(208, 52, 9), (150, 190, 10), (64, 226, 8)]
    private let whiteCell = (168.0, 104.0, 45.0)

    private func box(_ circle: (x: Double, y: Double, radius: Double)) -> Rectangle {
        Rectangle(
            x: circle.x - circle.radius, y: circle.y - circle.radius, width: 2 * circle.radius,
            height: 2 * circle.radius)
    }

    @Test func itFindsTheCells() throws {
        let folder = try TemporaryFolder()
        let run = try ProgramRun(
            "vision",
            [
                "detect", Repository.file("Assets/Samples/blood-smear.png").path, "--model", "blood-cells", "--format",
                "json", "--output", "drawn.png",
            ], environment: ["TRIPTYCH_HOME": folder.path("empty")], in: folder.url)
        #expect(run.status == 0 && folder.exists("drawn.png"), "\(run.errors)")
        let objects = try JSONDecoder().decode([Picture].self, from: Data(run.output.utf8))[0].objects
        let counts = Dictionary(grouping: objects, by: \.label).mapValues(\.count)
        #expect(counts == ["RBC": 16, "WBC": 1, "Platelets": 3])
        func isFound(_ place: Rectangle, as label: String) -> Bool {
            objects.contains { object in
                let box = Rectangle(x: object.box[0], y: object.box[1], width: object.box[2], height: object.box[3])
                return object.label == label && box.intersectionOverUnion(place) > 0.4
            }
        }
        #expect(isFound(box(whiteCell), as: "WBC"))
        for platelet in platelets { #expect(isFound(box(platelet), as: "Platelets"), "\(platelet)") }
    }
}
