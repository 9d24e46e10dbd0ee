import TestKit
import Testing

@testable import Datasets

@Suite struct COCOAnnotationsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ annotations: String) throws -> COCOAnnotations {
        let text = """
            {"images": [{"id": 7, "file_name": "a/1.png"}, {"id": 8, "file_name": "2.png"}],
             "categories": [{"id": 3, "name": "cell"}, {"id": 5, "name": "plate"}], "annotations": [\(annotations)]}
            """
        return try COCOAnnotations(path: try folder.write(text, to: "list.json"))
    }

    @Test func boxesBelongToTheirPictures() throws {
        let list = try read(
            """
            {"image_id": 7, "category_id": 5, "bbox": [1, 2.5, 3, 4]},
            {"image_id": 7, "category_id": 3, "bbox": [0, 0, 1, 1], "iscrowd": 1}
            """)
        #expect(list.labels == ["cell", "plate"] && list.pictures.map(\.fileName) == ["a/1.png", "2.png"])
        #expect(
            list.pictures[0].boxes == [
                .init(x: 1, y: 2.5, width: 3, height: 4, label: "plate", isCrowd: false),
                .init(x: 0, y: 0, width: 1, height: 1, label: "cell", isCrowd: true),
            ])
        #expect(list.pictures[1].boxes.isEmpty)
    }

    @Test func faultsAreNamed() throws {
        let bad = [
            (#"{"image_id": 9, "category_id": 5, "bbox": [1, 2, 3, 4]}"#, "unknown image 9"),
            (#"{"image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4]}"#, "unknown category 1"),
            (#"{"image_id": 7, "category_id": 5, "bbox": [1, 2, 0, 4]}"#, "expected x, y, width and height"),
            (#"{"image_id": 7, "category_id": 5, "bbox": [1, 2, 3]}"#, "expected x, y, width and height"),
            (#"{"image_id": 7, "category_id": 5}"#, "bbox is missing in annotations"), ("{", "not JSON"),
        ]
        for (text, reason) in bad {
            do {
                _ = try read(text)
                Issue.record("taken: \(text)")
            } catch {
                #expect("\(error)".contains(reason), "\(error)")
            }
        }
    }
}
