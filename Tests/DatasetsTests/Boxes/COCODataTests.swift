import Geometry
import TestKit
import Testing

@testable import Datasets

@Suite struct COCODataTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func list(
        _ annotations: String,
        images: String =
            #"{"id": 7, "file_name": "a/1.png", "width": 30, "height": 20}, {"id": 8, "file_name": "2.png"}"#,
        categories: String = #"{"id": 3, "name": "cell"}, {"id": 5, "name": "plate"}"#
    ) -> String {
        #"{"annotations": [\#(annotations)], "images": [\#(images)], "info": {}, "categories": [\#(categories)]}"#
    }

    private func read(_ text: String, skippingBad: Int = 0, labels: [String]? = nil) throws -> BoxDataSet {
        for name in ["a/1.png", "2.png"] { try folder.write([0], to: name) }
        return try BoxDataSet(
            path: try folder.write(text, to: "list.json"), labels: labels, skippingBad: skippingBad)
    }

    @Test func boxesBelongToTheirPictures() throws {
        let set = try read(
            list(
                """
                {"id": 1, "image_id": 7, "category_id": 5, "bbox": [1, 2.5, 3, 4], "area": 7.5, "segmentation": [[1, 2]]},
                {"id": 2, "image_id": 7, "category_id": 3, "bbox": [0, 0, 1, 1], "iscrowd": 1, "ignore": 1}
                """))
        #expect(set.labels == ["cell", "plate"] && !set.isDivided && set.format == .coco)
        let pictures = try #require(set.splits[.training])
        #expect(pictures.map(\.name) == ["a/1.png", "2.png"])
        #expect(pictures.map(\.path) == [folder.path("a/1.png"), folder.path("2.png")])
        #expect(pictures.map(\.size) == [.init(width: 30, height: 20), nil])
        #expect(
            pictures[0].boxes == [
                AnnotatedBox(Rectangle(x: 1, y: 2.5, width: 3, height: 4), label: 1, area: 7.5),
                AnnotatedBox(
                    Rectangle(x: 0, y: 0, width: 1, height: 1), label: 0, isCrowd: true, isDifficult: true),
            ])
        #expect(pictures[1].boxes.isEmpty && set.remarks.isEmpty)
    }

    /// Every fault with its place; where one is allowed, only the picture that it belongs to is missing.
    @Test func faultsAreNamedAndLeftOut() throws {
        let good = #"{"id": 1, "image_id": 8, "category_id": 5, "bbox": [1, 2, 3, 4]}"#
        func annotation(_ fields: String) -> String { list("\(good), {\(fields)}") }
        let place = BoxDataError.Place.entry(list: "annotations", number: 1, id: 2)
        let bad: [(String, BoxDataError.Place, BoxDataError.Reason)] = [
            (annotation(#""id": 2, "image_id": 9, "category_id": 5, "bbox": [1, 2, 3, 4]"#), place, .unknownPicture(9)),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4]"#), place,
                .unknownClass("with the id 1")
            ),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 5, "bbox": [1, 2, 0, 4]"#), place,
                .box([1, 2, 0, 4], .empty)
            ),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, -4]"#), place,
                .box([1, 2, 3, -4], .negative)
            ),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3e7, 4]"#), place,
                .box([1, 2, 3e7, 4], .huge)
            ),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3]"#), place,
                .wrongValue("'bbox' is a list of 3", expected: "[x, y, width, height]")
            ),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 5, "bbox": [1, "2", 3, 4]"#), place,
                .wrongValue("'bbox' holds what is no number", expected: "[x, y, width, height]")
            ),
            (annotation(#""id": 2, "image_id": 7, "category_id": 5"#), place, .missing("'bbox'")),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4], "iscrowd": 2"#), place,
                .wrongValue("'iscrowd' is 2", expected: "0 or 1")
            ),
            (
                annotation(#""id": 2, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4], "area": -1"#), place,
                .wrongValue("'area' is -1", expected: "square pixels")
            ),
            (
                annotation(#""id": 1, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4]"#),
                .entry(list: "annotations", number: 1, id: 1), .duplicate("the id 1", first: 0)
            ),
            (
                list(good, images: #"{"id": 8, "file_name": "2.png"}, {"id": 8, "file_name": "a/1.png"}"#),
                .entry(list: "images", number: 1, id: 8), .duplicate("the id 8", first: 0)
            ),
            (
                list(good, images: #"{"id": 8, "file_name": "2.png"}, {"id": 9, "file_name": "2.png"}"#),
                .entry(list: "images", number: 1, id: 9), .duplicate("the picture '2.png'", first: 0)
            ),
            (
                list(good, images: #"{"id": 8, "file_name": "2.png"}, {"id": 9, "file_name": "3.png"}"#),
                .entry(list: "images", number: 1, id: 9),
                .missingPicture("3.png", tried: [folder.path])
            ),
            (
                list(good, images: #"{"id": 8, "file_name": "2.png"}, {"id": "9", "file_name": "a/1.png"}"#),
                .entry(list: "images", number: 1, id: nil), .wrongValue("'id' is \"9\"", expected: "an integer")
            ),
            (
                list(
                    good,
                    images:
                        #"{"id": 8, "file_name": "2.png"}, {"id": 9, "file_name": "a/1.png", "width": 0, "height": 2}"#),
                .entry(list: "images", number: 1, id: 9),
                .wrongValue("the picture has 0 x 2 pixels", expected: "1 to 1000000 each")
            ),
            (
                list(good, categories: #"{"id": 5, "name": "plate"}, {"id": 6, "name": "plate"}"#),
                .entry(list: "categories", number: 1, id: 6), .duplicate("the name 'plate'", first: 0)
            ),
        ]
        for (text, place, reason) in bad {
            let error = BoxDataError(path: folder.path("list.json"), at: place, reason)
            #expect(throws: error) { try read(text) }
            let set = try read(text, skippingBad: 1)
            #expect(set.bad == [error])
            let pictures = try #require(set.splits[.training])
            #expect(pictures.contains { $0.name == "2.png" && $0.boxes.count == 1 }, "\(error)")
            #expect(!pictures.contains { $0.name == "a/1.png" && !$0.boxes.isEmpty }, "\(error)")
        }
        let two = list(
            """
            {"id": 1, "image_id": 7, "category_id": 5, "bbox": [1, 2, 0, 4]},
            {"id": 2, "image_id": 8, "category_id": 5, "bbox": [1, 2, 0, 4]}
            """)
        let last = BoxDataError(
            path: folder.path("list.json"), at: .entry(list: "annotations", number: 1, id: 2),
            .box([1, 2, 0, 4], .empty))
        #expect(throws: BoxDataError(path: folder.path("list.json"), .tooManyBad(limit: 1, last: "\(last)"))) {
            try read(two, skippingBad: 1)
        }
    }

    /// What is not JSON, or not these lists, is an error however much may be left out.
    @Test func otherFilesAreRefused() throws {
        let texts = [
            ("{", "the JSON text ends too early"), (#"{"images": 3}"#, "found '3' where '['"),
            (#"{"images": []}"#, "the list 'annotations' is missing"),
            (list(#"{"bbox": [NaN, 1, 1, 1]}"#), "found 'N' where a value was expected"),
            (list(#"{"bbox": [1e999, 1, 1, 1]}"#), "too large for its purpose"),
            (#"{"images": [], "images": []}"#, "occurs twice"),
            (list(#"{"id": 1, "id": 2}"#), "occurs twice"),
            (list("", images: ""), "lists no pictures"),
            (#"{"images": [\#(String(repeating: "[", count: 1_000))"#, "'{' was expected"),
            (#"{"info": \#(String(repeating: "[", count: 1_000))"#, "nested deeper than 128"),
        ]
        for (text, reason) in texts {
            let error = #expect(throws: BoxDataError.self) { try read(text, skippingBad: 1_000) }
            #expect("\(try #require(error))".contains(reason))
        }
        #expect(throws: BoxDataError.self) { try BoxDataSet(path: folder.path("none.json")) }
        #expect(throws: BoxDataError(path: folder.path("a"), .noBoxes)) { try BoxDataSet(path: folder.path("a")) }
    }

    @Test func classesOfAModelNumberTheBoxes() throws {
        let text = list(#"{"id": 0, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4]}"#)
        let set = try read(text, labels: ["leaf", "plate"])
        #expect(set.labels == ["leaf", "plate"] && set.splits[.training]?[0].boxes[0].label == 1)
        #expect(set.remarks == [BoxFinding(folder.path("list.json"), .idZero(entry: 0))])
        // 'cell' has no box, so nobody asks for it.
        #expect(throws: BoxDataError(path: folder.path("list.json"), .unknownClasses(["plate"], known: ["leaf"]))) {
            try read(text, labels: ["leaf"])
        }
    }

    /// The layouts that such data comes in; the second part numbers its categories otherwise.
    @Test(
        arguments: [
            ("train.json", "val.json", "images/x.png", "images/y.png", "images/x.png", "images/y.png"),
            (
                "annotations/instances_train2017.json", "annotations/instances_val2017.json", "train2017/x.png",
                "val2017/y.png", "x.png", "y.png"
            ),
            (
                "annotations/instances_train2017.json", "annotations/instances_val2017.json", "images/train2017/x.png",
                "images/val2017/y.png", "x.png", "y.png"
            ),
            (
                "train/_annotations.coco.json", "valid/_annotations.coco.json", "train/x.png", "valid/y.png", "x.png",
                "y.png"
            ),
            (
                "labels/train.json", "labels/val.json", "data/train/x.png", "data/val/y.png", "data/train/x.png",
                "data/val/y.png"
            ),
        ])
    func layoutsAreKnown(
        first: String, second: String, firstPicture: String, secondPicture: String, firstName: String,
        secondName: String
    ) throws {
        let box = #""image_id": 1, "bbox": [1, 2, 3, 4]"#
        try folder.write(
            list(#"{"id": 1, "category_id": 3, \#(box)}"#, images: #"{"id": 1, "file_name": "\#(firstName)"}"#),
            to: "set/\(first)")
        try folder.write(
            list(
                #"{"id": 1, "category_id": 1, \#(box)}"#, images: #"{"id": 1, "file_name": "\#(secondName)"}"#,
                categories: #"{"id": 0, "name": "leaf"}, {"id": 1, "name": "plate"}"#), to: "set/\(second)")
        for name in [firstPicture, secondPicture] { try folder.write([0], to: "set/\(name)") }
        try folder.write(#"{"images": [], "annotations": []}"#, to: "set/annotations/captions_train2017.json")
        if !first.contains("instances") { try folder.write("{}", to: "set/config.json") }
        if !first.contains("instances") { try folder.write("[]", to: "set/annotations/captions_train2017.json") }
        let set = try BoxDataSet(path: folder.path("set"))
        #expect(set.isDivided && set.labels == ["cell", "plate", "leaf"] && set.files.count == 2)
        #expect(set.splits[.training]?.map(\.name) == [firstName])
        #expect(set.splits[.validation]?.map(\.name) == [secondName])
        #expect(set.splits[.training]?[0].boxes.map(\.label) == [0])
        #expect(set.splits[.validation]?[0].boxes.map(\.label) == [1])
    }

    @Test func twoFilesForOnePartAreRefused() throws {
        for name in ["train.json", "my-train.json"] { try folder.write(list(""), to: "set/\(name)") }
        #expect(
            throws: BoxDataError(path: folder.path("set"), .severalFiles(["my-train.json", "train.json"]))
        ) { try BoxDataSet(path: folder.path("set")) }
    }
}
