import Foundation
import Geometry
import Images
import TestKit
import Testing

@testable import Datasets

@Suite struct YOLODataTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func addPicture(_ name: String, width: Int = 20, height: Int = 10) throws {
        let bytes = try PNGWriter.encode(Bitmap(width: width, height: height, filledWith: [0, 0, 0]))
        try folder.write(bytes, to: name)
    }

    @Test func boxesAreScaledToTheirPictures() throws {
        try folder.write(
            "path: .\ntrain: images/train # relative\nval: [images/val]\ntest:\nnc: 2\nnames:\n  0: cat\n  1: 'it''s'\n",
            to: "set/data.yaml")
        for name in ["train/a", "train/deep/b", "val/c"] { try addPicture("set/images/\(name).png") }
        try folder.write("1 0.5 0.5 0.5 0.2\n\n0 0.25 0.5 0.5 1\n", to: "set/labels/train/a.txt")
        try folder.write("1 0.1 0.2 0.5 0.2 0.5 0.6 0.1 0.6\r\n", to: "set/labels/val/c.txt")
        for path in ["set", "set/data.yaml"] {
            let set = try BoxDataSet(path: folder.path(path))
            #expect(set.labels == ["cat", "it's"] && set.isDivided && set.format == .yolo)
            let training = try #require(set.splits[.training])
            #expect(training.map(\.name) == ["images/train/a.png", "images/train/deep/b.png"])
            #expect(training[1].boxes.isEmpty && training[0].size == .init(width: 20, height: 10))
            #expect(
                training[0].boxes == [
                    AnnotatedBox(Rectangle(x: 5, y: 4, width: 10, height: 2), label: 1),
                    AnnotatedBox(Rectangle(x: 0, y: 0, width: 10, height: 10), label: 0),
                ])
            // An outline: the box around it, and what it encloses.
            let box = try #require(set.splits[.validation]?[0].boxes.first)
            #expect(abs(box.rectangle.x - 2) < 1e-9 && abs(box.rectangle.width - 8) < 1e-9)
            #expect(abs(box.rectangle.y - 2) < 1e-9 && abs(box.rectangle.height - 4) < 1e-9)
            #expect(abs(box.area - 32) < 1e-9)
            #expect(
                set.remarks == [BoxFinding(folder.path(path), .outlines(count: 1, example: "labels/val/c.txt"))])
        }
    }

    /// Pictures beside labels, in lists, and as an export with paths that lead out of the folder.
    @Test func otherLayouts() throws {
        try folder.write("train: ../train/images\nval: list.txt\nnames: [x]\nkpt_shape: [2, 3]\n", to: "set/data.yaml")
        try addPicture("set/train/images/a.png")
        try folder.write("0 0.5 0.5 1 1 0.1 0.2 1 0.3 0.4 2\n", to: "set/train/labels/a.txt")
        try addPicture("set/other/b.png")
        try folder.write("0.0 0.5 0.5 1 1 0 0 0 0 0 0\n", to: "set/other/b.txt")
        try folder.write("./other/b.png\n", to: "set/list.txt")
        let set = try BoxDataSet(path: folder.path("set"))
        #expect(set.splits[.training]?[0].boxes.count == 1 && set.splits[.validation]?[0].boxes.count == 1)
        #expect(set.remarks.isEmpty)
    }

    @Test func faultsAreNamedAndLeftOut() throws {
        try folder.write("train: images\nnames: [x, y]\n", to: "set/data.yaml")
        try addPicture("set/images/a.png")
        try addPicture("set/images/b.png")
        try folder.write("0 0.5 0.5 1 1", to: "set/labels/a.txt")
        let columns = "5 (class, centre x and y, width, height), or a class and at least three corners"
        let bad: [(String, line: Int, BoxDataError.Reason)] = [
            ("0 0.5 0.5 1 1\n2 0.5 0.5 1 1", 2, .unknownClass("with the number 2")),
            ("-1 0.5 0.5 1 1", 1, .unknownClass("with the number -1")),
            ("x 0.5 0.5 1 1", 1, .wrongValue("the class 'x'", expected: "its number, from 0")),
            ("0 0.5 0.5 1", 1, .wrongValue("4 columns", expected: columns)),
            ("0 0.5 0.5 1 1 0.9", 1, .wrongValue("6 columns", expected: columns)),
            ("0 0.5 nan 1 1", 1, .box([0.5, .nan, 1, 1], .notFinite)),
            ("0 0.5 0.5 0 1", 1, .box([0.5, 0.5, 0, 1], .empty)),
            ("0 0.5 0.5 -1 1", 1, .box([0.5, 0.5, -1, 1], .negative)),
            (
                "0 5 5 10 10", 1,
                .wrongValue("a coordinate beyond the picture", expected: "parts of its width and height, 0 to 1")
            ),
            ("0 0.5 half 1 1", 1, .wrongValue("'half'", expected: "a number")),
        ]
        for (text, line, reason) in bad {
            let path = try folder.write(text, to: "set/labels/b.txt")
            let error = #expect(throws: BoxDataError.self) { try BoxDataSet(path: folder.path("set")) }
            #expect("\(try #require(error))" == "\(BoxDataError(path: path, at: .line(line), reason))")
            let set = try BoxDataSet(path: folder.path("set"), skippingBad: 1)
            #expect(set.bad.count == 1 && set.splits[.training]?.map(\.name) == ["images/a.png"])
        }
        try folder.write([0xFF, 0x0A], to: "set/labels/b.txt")
        #expect(throws: BoxDataError(path: folder.path("set/labels/b.txt"), at: .line(1), .notUTF8)) {
            try BoxDataSet(path: folder.path("set"))
        }
        try folder.write("", to: "set/labels/b.txt")
        let stray = try folder.write("0 0.5 0.5 1 1", to: "set/labels/c.txt")
        #expect(
            throws: BoxDataError(
                path: stray, .missingPicture("of these labels", tried: [folder.path("set/images")]))
        ) { try BoxDataSet(path: folder.path("set")) }
        try folder.write("this is text", to: "set/images/b.png")
        #expect(try BoxDataSet(path: folder.path("set"), skippingBad: 2).bad.count == 2)
    }

    @Test func descriptionsThatMakeNoSense() throws {
        try addPicture("set/images/a.png")
        let bad: [(String, String)] = [
            ("names: [x]\n", "'train' is missing"), ("train: images\n", "'names' is missing"),
            ("train: images\nnames: [x, x]\n", ":2: the name 'x' stands at 0 already"),
            ("train: images\nnames: {1: x}\n", "'names' has the number 1; expected each from 0 to 0 once"),
            ("train: images\nnames: x\n", "'names' is no list"), ("train: images\nnames: []\n", "0 names"),
            ("train: images\nnames: [x]\nnc: 2\n", ":3: 'nc' is not the number of names; expected 1"),
            ("train: nowhere\nnames: [x]\n", "nowhere' is not there"),
            ("train: images\ntrain: images\nnames: [x]\n", "the key 'train' occurs twice"),
            ("train: {a: b}\nnames: [x]\n", "'train' is no path"),
            ("just text\n", "expected a key, a colon and a value"),
        ]
        for (text, reason) in bad {
            let path = try folder.write(text, to: "set/data.yaml")
            let error = #expect(throws: BoxDataError.self) { try BoxDataSet(path: path) }
            #expect("\(try #require(error))".contains(reason))
        }
    }
}

@Suite struct YAMLTextTests {
    private func read(_ text: String) throws -> YAMLText { try YAMLText(Array(text.utf8), path: "data.yaml") }

    @Test func valuesOfAllKinds() throws {
        let text = try read(
            """
            # a comment
            ---
            plain: a b # and why
            hash: a#b
            quoted: "x: \\"y\\" # z"
            nothing:
            null: ~
            flow: [a, 'b, c',
              "d]",]
            map: {0: a, 1: "b"}
            list:
            - one
            - 'two'
            indented:
              - three
            block:

              0: x
              # between
              1: y: z
            deep:
              a:
                b: c
            long: |
              any: [thing
            escaped: "\\u00e9\\t\\/"
            tail: end
            """)
        let expected: [String: YAMLText.Value] = [
            "plain": .scalar("a b"), "hash": .scalar("a#b"), "quoted": .scalar("x: \"y\" # z"), "nothing": .scalar(""),
            "null": .scalar(""), "flow": .list(["a", "b, c", "d]"]), "map": .map([("0", "a"), ("1", "b")]),
            "list": .list(["one", "two"]), "indented": .list(["three"]), "block": .map([("0", "x"), ("1", "y: z")]),
            "deep": .other, "long": .other, "escaped": .scalar("é\t/"), "tail": .scalar("end"),
        ]
        #expect(text.entries.mapValues(\.value) == expected && text["tail"]?.line == 27)
    }

    /// A value of very many lines takes time in proportion to them.
    @Test(.timeLimit(.minutes(1))) func longValues() throws {
        let text = try read("names: [" + String(repeating: "a,\n", count: 100_000) + "b]\n")
        #expect(text["names"]?.value == .list([String](repeating: "a", count: 100_000) + ["b"]))
    }

    @Test func faultsNameTheirLines() throws {
        for (text, line) in [
            ("a: [b", 1), ("a: b\n  c\n", 2), ("a: 'b\n", 1), ("x\n", 1), ("a: b\na: c\n", 2), ("a: [b] c\n", 1),
            ("a:\n  - b\n  c\n", 3), (" a: b\n", 1), ("a: {b, c}\n", 1),
            ("a: \"\\x41\"\n", 1), ("a: \"\\uD800\"\n", 1),
        ] {
            let error = #expect(throws: BoxDataError.self, "\(text)") { try read(text) }
            #expect(error?.place == .line(line), "\(text)")
        }
    }
}
