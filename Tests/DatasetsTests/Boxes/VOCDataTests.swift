import Geometry
import TestKit
import Testing

@testable import Datasets

@Suite struct VOCDataTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func annotation(_ objects: String, file: String = "x.png", size: String = "") -> String {
        "<annotation>\n<folder>VOC</folder><filename>\(file)</filename>\(size)\n\(objects)</annotation>"
    }

    private func object(_ name: String, _ corners: [String], _ more: String = "") -> String {
        "<object><name>\(name)</name>\(more)\n<bndbox><xmin>\(corners[0])</xmin><ymin>\(corners[1])</ymin>"
            + "<xmax>\(corners[2])</xmax><ymax>\(corners[3])</ymax></bndbox></object>\n"
    }

    /// Corners are pixels, counted from 1, that belong to the thing.
    @Test func pixelsBecomeRectangles() throws {
        let size = "<size><width>30</width><height>20</height><depth>3</depth></size>"
        try folder.write(
            annotation(
                object("dog", ["1", "1", "30", "20"])
                    + object("cat", ["2.5", "3", "2.5", "7"], "<pose>Left</pose><difficult>1</difficult>"), size: size),
            to: "set/Annotations/x.xml")
        try folder.write([0], to: "set/JPEGImages/x.png")
        let set = try BoxDataSet(path: folder.path("set"))
        #expect(set.labels == ["cat", "dog"] && !set.isDivided && set.format == .voc && set.remarks.isEmpty)
        #expect(
            set.splits == [
                .training: [
                    AnnotatedPicture(
                        path: folder.path("set/JPEGImages/x.png"), name: "JPEGImages/x.png",
                        boxes: [
                            AnnotatedBox(Rectangle(x: 0, y: 0, width: 30, height: 20), label: 1),
                            AnnotatedBox(Rectangle(x: 1.5, y: 2, width: 1, height: 5), label: 0, isDifficult: true),
                        ], size: .init(width: 30, height: 20))
                ]
            ])
    }

    @Test(arguments: ["set/", "set/VOC2012/", "set/VOCdevkit/VOC2007/"])
    func listsDivideTheData(root: String) throws {
        for name in ["a", "b", "c", "d"] {
            try folder.write(
                annotation(object(name, ["1", "1", "2", "2"]), file: "\(name).jpg"),
                to: "\(root)Annotations/\(name).xml")
            try folder.write([0], to: "\(root)JPEGImages/\(name).jpg")
        }
        try folder.write("c\na\n", to: "\(root)ImageSets/Main/train.txt")
        try folder.write("b  1\n", to: "\(root)ImageSets/Main/val.txt")
        try folder.write("a\nb\nc\n", to: "\(root)ImageSets/Main/trainval.txt")
        try folder.write("a -1\n", to: "\(root)ImageSets/Main/dog_train.txt")
        let set = try BoxDataSet(path: folder.path("set"))
        #expect(set.isDivided && set.labels == ["a", "b", "c"])
        #expect(set.splits[.training]?.map { $0.boxes.map(\.label) } == [[2], [0]])
        #expect(set.splits[.validation]?.map { $0.boxes.map(\.label) } == [[1]] && set.splits[.test] == nil)
    }

    /// As annotation programs and exports write it: each file beside its picture, by whatever name it has inside.
    @Test func filesBesidePictures() throws {
        for (part, name) in [("train", "a"), ("valid", "b")] {
            try folder.write(
                annotation(object("x", ["0", "1", "2", "2"]), file: "old.jpg"), to: "set/\(part)/\(name).xml")
            try folder.write([0], to: "set/\(part)/\(name).JPG")
        }
        let set = try BoxDataSet(path: folder.path("set"))
        #expect(set.splits[.training]?.map(\.name) == ["train/a.JPG"])
        #expect(set.splits[.validation]?.map(\.name) == ["valid/b.JPG"])
        #expect(set.remarks == [BoxFinding(folder.path("set"), .zeroCorners(count: 2, example: "train/a.xml"))])
        try folder.write(annotation("", file: "a.png"), to: "flat/a.xml")
        try folder.write([0], to: "flat/a.png")
        #expect(try BoxDataSet(path: folder.path("flat")).splits[.training]?.map(\.boxes) == [[]])
    }

    @Test func faultsAreNamedAndLeftOut() throws {
        try folder.write(annotation(object("x", ["1", "1", "2", "2"])), to: "set/Annotations/x.xml")
        try folder.write([0], to: "set/JPEGImages/x.png")
        try folder.write([0], to: "set/JPEGImages/y.png")
        let bad: [(String, line: Int, BoxDataError.Reason)] = [
            (annotation(object("x", ["1", "nan", "2", "2"])), 4, .box([1, .nan, 2, 2], .notFinite)),
            (annotation(object("x", ["5", "1", "2", "2"])), 4, .box([5, 1, 2, 2], .negative)),
            (annotation(object("x", ["3", "1", "2", "2"])), 4, .box([3, 1, 2, 2], .empty)),
            (annotation(object("x", ["3", "1", "1e9", "2"])), 4, .box([3, 1, 1e9, 2], .huge)),
            (annotation(object("x", ["3", "one", "4", "2"])), 4, .wrongValue("<ymin> is 'one'", expected: "a number")),
            (annotation(object("", ["1", "1", "2", "2"])), 3, .missing("<name>")),
            (annotation("<object><name>x</name></object>"), 3, .missing("<bndbox>")),
            (annotation("<object><name>x</name><bndbox/></object>"), 3, .missing("<xmin>")),
            (
                annotation(object("x", ["1", "1", "2", "2"], "<difficult>2</difficult>")), 3,
                .wrongValue("<difficult> is '2'", expected: "0 or 1")
            ),
            ("<xml/>", 1, .wrongValue("the root is <xml>", expected: "<annotation>")),
            ("<annotation>\n<object>", 2, .xml(.unexpectedEnd)),
            ("<!DOCTYPE annotation [<!ENTITY a \"aaaa\">]><annotation/>", 1, .xml(.documentType)),
        ]
        for (text, line, reason) in bad {
            let path = try folder.write(text, to: "set/Annotations/y.xml")
            let error = #expect(throws: BoxDataError.self) { try BoxDataSet(path: folder.path("set")) }
            // NaN is not equal to itself.
            #expect("\(try #require(error))" == "\(BoxDataError(path: path, at: .line(line), reason))")
            let set = try BoxDataSet(path: folder.path("set"), skippingBad: 1)
            #expect(set.bad.count == 1 && set.splits[.training]?.map(\.name) == ["JPEGImages/x.png"])
        }
        let path = try folder.write(annotation("", file: "z.png"), to: "set/Annotations/y2.xml")
        try folder.write(annotation(""), to: "set/Annotations/y.xml")
        let folders = [folder.path("set/JPEGImages"), folder.path("set"), folder.path("set/Annotations")]
        #expect(throws: BoxDataError(path: path, .missingPicture("z.png", tried: folders))) {
            try BoxDataSet(path: folder.path("set"))
        }
        #expect(throws: BoxDataError.self) {
            try folder.write("x\nnone\n", to: "set/ImageSets/Main/train.txt")
            _ = try BoxDataSet(path: folder.path("set"))
        }
    }
}
