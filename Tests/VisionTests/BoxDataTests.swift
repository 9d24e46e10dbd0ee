import Foundation
import Images
import TestKit
import Testing

/// `vision data check`, `convert` and `crop` on pictures with boxes, and `vision evaluate` with a detector, run as a program.
@Suite struct BoxDataTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func vision(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("vision", arguments, in: folder.url)
    }

    private func addPictures(_ names: String..., width: Int = 60, height: Int = 40) throws {
        for (number, name) in names.enumerated() {
            try folder.write(TestPictures.png(width: width, height: height, shade: UInt8(10 + 20 * number)), to: name)
        }
    }

    /// Two parts; a group, an outline, a thing that is hard to see and a picture that shows nothing.
    private func addGoodData() throws {
        try addPictures("set/images/a.png", "set/images/b.png", "set/images/c.png")
        try folder.write(
            """
            {"images": [{"id": 1, "file_name": "images/a.png", "width": 60, "height": 40},
                        {"id": 2, "file_name": "images/b.png", "width": 60, "height": 40}],
             "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "big \\"cat\\""}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1.5, 2, 20.25, 30]},
                             {"id": 2, "image_id": 1, "category_id": 2, "bbox": [30, 5, 20, 20], "area": 250}]}
            """, to: "set/train.json")
        try folder.write(
            """
            {"images": [{"id": 1, "file_name": "images/c.png"}],
             "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "big \\"cat\\""}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 60, 40], "ignore": 1},
                             {"id": 2, "image_id": 1, "category_id": 2, "bbox": [10, 10, 20, 20]},
                             {"id": 3, "image_id": 1, "category_id": 2, "bbox": [30, 10, 30, 30], "iscrowd": 1}]}
            """, to: "set/test.json")
    }

    private struct COCOFile: Decodable {
        struct Picture: Decodable {
            let id: Int
            let fileName: String
            let width: Int?
        }
        struct Annotation: Decodable {
            let id: Int
            let imageId: Int
            let categoryId: Int
            let bbox: [Double]
            let area: Double?
            let iscrowd: Int?
            let ignore: Int?
        }
        struct Category: Decodable { let name: String }
        let images: [Picture]
        let annotations: [Annotation]
        let categories: [Category]
    }

    private func coco(_ name: String) throws -> COCOFile {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(COCOFile.self, from: Data(folder.bytes(name)))
    }

    /// A number for each value that boxes have in common, rounded beyond what a detour through parts may change.
    private func boxes(_ file: COCOFile) -> [[Double]] {
        file.annotations.map { annotation in
            [Double(annotation.imageId), Double(annotation.categoryId)]
                + annotation.bbox.map { ($0 * 1e9).rounded() / 1e9 }
        }
    }

    // MARK: Conversion

    @Test func nothingOfPlainBoxesIsLost() throws {
        try addGoodData()
        let yolo = try vision("data", "convert", "set", "--to", "yolo", "--output", "yolo")
        #expect(yolo.status == 0, "\(yolo.errors)")
        for loss in ["1 group (iscrowd) is left out", "1 difficult thing is written", "1 area of an outline is lost"] {
            #expect(yolo.errors.contains(loss))
        }
        #expect(try folder.contents(of: "yolo/labels/train/b.txt") == "")
        let voc = try vision(
            "data", "convert", "yolo/data.yaml", "--to", "voc", "--output", "voc", "--pictures", "link")
        #expect(voc.status == 0 && voc.errors.contains("by the order of their names"), "\(voc.errors)")
        #expect(try folder.contents(of: "voc/ImageSets/Main/train.txt") == "a\nb\n")
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("voc/JPEGImages/a.png"))
        #expect(link.hasSuffix("yolo/images/train/a.png"))
        let back = try vision("data", "convert", "voc", "--to", "coco", "--output", "coco", "--quiet")
        #expect(back.status == 0 && back.errors.isEmpty, "\(back.errors)")
        let (first, last) = (try coco("set/train.json"), try coco("coco/train.json"))
        #expect(last.categories.map(\.name) == ["big \"cat\"", "dog"] && last.images.map(\.width) == [60, 60])
        let renumbered = boxes(first).map { [$0[0], 3 - $0[1]] + $0[2...] }
        #expect(boxes(last) == renumbered && last.annotations.map(\.id) == [1, 2])
        #expect(boxes(try coco("coco/test.json")).count == 2)
        // COCO has a place for everything that COCO has.
        let same = try vision("data", "convert", "set", "--to", "coco", "--output", "same")
        #expect(same.status == 0 && !same.errors.contains("lost"))
        #expect(boxes(try coco("same/test.json")) == boxes(try coco("set/test.json")))
        #expect(try coco("same/test.json").annotations.map(\.iscrowd) == [0, 0, 1])
        #expect(try coco("same/test.json").annotations.map(\.ignore) == [1, nil, nil])
        #expect(try coco("same/train.json").annotations.map(\.area) == [607.5, 250])
    }

    @Test func faultyLabelsAreToldAndMayBeLeftOut() throws {
        try addGoodData()
        try folder.write("<annotation><filename>a.png</filename></annotation>", to: "voc/Annotations/a.xml")
        try folder.write("<!DOCTYPE x [<!ENTITY a \"b\">]><annotation/>", to: "voc/Annotations/b.xml")
        try addPictures("voc/JPEGImages/a.png", "voc/JPEGImages/b.png")
        let strict = try vision("data", "convert", "voc", "--to", "yolo", "--output", "out")
        #expect(strict.status == 1 && strict.errors.contains("voc/Annotations/b.xml:1: a document type"))
        #expect(!folder.exists("out"))
        let lenient = try vision("data", "convert", "voc", "--to", "coco", "--output", "out", "--skip-bad", "1")
        #expect(lenient.status == 0 && lenient.errors.contains("left out: ") && lenient.errors.contains("1 pictures"))
        for arguments in [["set", "--output", "set/out"], ["set", "--output", "voc"]] {
            let run = try ProgramRun("vision", ["data", "convert", "--to", "coco"] + arguments, in: folder.url)
            #expect(run.status == 1 && run.errors.contains("--output"))
        }
    }

    // MARK: Check

    @Test func nothingIsWrongWithGoodBoxes() throws {
        try addGoodData()
        let run = try vision("data", "check", "set")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(
            run.output == """
                set: 1 picture has no box, such as images/b.png

                class      train  test
                dog            1     1
                big "cat"      1     2

                set: 3 pictures, 3 of them good, with 5 boxes, 5 of them good; no problem, 1 remark

                """)
    }

    @Test func whatIsWrongIsFoundAndLeftOut() throws {
        try addPictures("set/a.png", "set/b.png", "set/c.png", "set/d.png")
        try folder.write(folder.bytes("set/a.png"), to: "set/copy.png")
        try folder.write("text", to: "set/text.png")
        let images = ["a", "b", "c", "copy", "text", "none"].enumerated().map { number, name in
            #"{"id": \#(number), "file_name": "\#(name).png", "width": \#(name == "b" ? 61 : 60), "height": 40}"#
        }
        let boxes = [
            #"0, "category_id": 0, "bbox": [10, 10, 20, 20]"#, #"0, "category_id": 0, "bbox": [10, 10.25, 20, 20]"#,
            #"0, "category_id": 1, "bbox": [10, 10, 20, 20]"#, #"1, "category_id": 0, "bbox": [50, 30, 20, 10]"#,
            #"1, "category_id": 0, "bbox": [100, 30, 20, 10]"#, #"1, "category_id": 1, "bbox": [1, 1, 20, 0.5]"#,
            #"2, "category_id": 0, "bbox": [1, 1, -20, 5]"#, #"2, "category_id": 9, "bbox": [1, 1, 20, 5]"#,
        ].enumerated().map { #"{"id": \#($0), "image_id": \#($1)}"# }
        try folder.write(
            #"{"images": [\#(images.joined(separator: ","))], "annotations": [\#(boxes.joined(separator: ","))],"#
                + #" "categories": [{"id": 0, "name": "dog"}, {"id": 1, "name": "cat"}, {"id": 2, "name": "owl"}]}"#,
            to: "set/train.json")
        let run = try vision("data", "check", "set", "--fix", "fixed")
        let list = folder.path("set/train.json")
        #expect(run.status == 1)
        let lines = run.output.split(separator: "\n").map(String.init)
        let expected = [
            "images[5] (id 5): the picture 'none.png' is missing; looked for in",
            "annotations[6] (id 6): the box [1, 1, -20, 5] has a negative side; expected width and height above 0",
            "annotations[7] (id 7): the class with the id 9 is not among those that the data names",
            "a.png: box 1 (dog) is the same as box 0",
            "a.png: box 2 (cat) is the same as box 0, which is called 'dog'",
            "b.png: has 60 x 40 pixels, its labels say 61 x 40",
            "b.png: box 0 (dog) reaches 10.0 pixels beyond the picture", "b.png: box 1 (dog) lies outside the picture",
            "b.png: box 2 (cat) has a side of less than one pixel", "copy.png: the same file as a.png",
            "text.png: not a picture but text; PNG and JPEG are read", "cat: the class has no good box for training",
            "owl: the class has no good box for training",
            "annotations[0] has the id 0, which pycocotools counts as never found; begin with 1",
        ]
        for text in expected { #expect(lines.contains { $0.contains(text) }, "\(text)") }
        #expect(
            lines.contains { $0.hasPrefix("\(list): images[5]") }
                || lines.contains { $0.hasPrefix("set/train.json: images[5]") })
        #expect(lines.last == "set: 4 pictures, 2 of them good, with 6 boxes, 2 of them good; 13 problems, 1 remark")
        let fixed = try vision("data", "check", "fixed", "--format", "json")
        let report = try JSONSerialization.jsonObject(with: Data(fixed.output.utf8)) as? [[String: Any]]
        #expect((report?[0]["boxes"] as? [String: Int]) == ["all": 2, "good": 2])
        let kinds = (report?[0]["findings"] as? [[String: Any]])?.compactMap { $0["kind"] as? String }
        #expect(kinds == ["missing-class", "missing-class"])
        #expect(try coco("fixed/train.json").annotations.map(\.bbox) == [[10, 10, 20, 20], [50, 30, 10, 10]])
    }

    // MARK: Evaluation

    private let model = Repository.file("Tests/Fixtures/detection/fastestdet").path

    /// What a model is sure of, taken for the truth, it finds; the rest, less sure, comes after it and lowers nothing.
    @Test func whatAModelFindsItIsRightAbout() throws {
        try addPictures("in/a.png", "in/b.png", width: 120, height: 80)
        let found = try vision(
            "detect", "in", "--model", model, "--format", "coco", "--results", "truth.json", "--no-pictures",
            "--confidence", "0.35")
        #expect(found.status == 0, "\(found.errors)")
        let count = try coco("truth.json").annotations.count
        #expect(count > 2)
        let run = try vision(
            "evaluate", "truth.json", "--model", model, "--output", "report.json", "--curves", "curves.png", "--sheet",
            "worst.png", "--worst", "2")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("average precision: 100.00 % over 2 items\naverage precision 50: 100.00 %"))
        #expect(run.output.contains("best confidence: ") && run.output.contains("AP50 %"))
        struct Report: Decodable {
            struct Figure: Decodable {
                let name: String
                let value: Double?
            }
            struct Detection: Decodable {
                struct Score: Decodable {
                    let count: Int
                    let averagePrecision: Double?
                }
                let scores: [Score]
            }
            let task: String
            let figures: [Figure]
            let detection: Detection
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(folder.bytes("report.json")))
        #expect(report.task == "object detection" && report.figures.count == 15)
        #expect(report.figures[0].name == "average_precision" && report.figures[0].value == 1)
        #expect(report.detection.scores.reduce(0) { $0 + $1.count } == count)
        let chart = try ImageReader().read(folder.path("curves.png"))
        #expect(chart.width > chart.height && Set(chart.bytes).count > 20)
        let table = try vision("evaluate", "truth.json", "--model", model, "--format", "csv", "--quiet")
        #expect(
            table.output.split(separator: "\n")[0]
                == "name,detection_error_rate,detection_error_rate.errors,detection_error_rate.false_alarms,"
                + "detection_error_rate.hits,detection_error_rate.misses,reference,output,error")
        #expect(table.output.split(separator: "\n").count == 3)
    }

    @Test func errorsOfEvaluation() throws {
        try addPictures("in/a.png")
        func truth(_ label: String, _ more: String = "") throws {
            try folder.write(
                #"{"images": [{"id": 1, "file_name": "in/a.png"}\#(more)], "categories": [{"id": 1, "name": "\#(label)"}],"#
                    + #" "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 20, 20]}]}"#,
                to: "truth.json")
        }
        try truth("unicorn")
        let unknown = try vision("evaluate", "truth.json", "--model", model)
        #expect(unknown.status == 1 && unknown.errors.contains("'unicorn' is not among the classes 'cat', 'dog'"))
        try truth("cat", #", {"id": 2, "file_name": "in/none.png"}"#)
        #expect(try vision("evaluate", "truth.json", "--model", model).status == 1)
        let lenient = try vision("evaluate", "truth.json", "--model", model, "--skip-bad", "1")
        #expect(lenient.status == 0 && lenient.errors.contains("left out: "), "\(lenient.errors)")
        let part = try vision("evaluate", "truth.json", "--model", model, "--skip-bad", "1", "--split", "test")
        #expect(part.status == 1 && part.errors.contains("has no part called test; it is not divided"))
        let option = try vision("evaluate", "truth.json", "--model", model, "--confusion", "c.png")
        #expect(option.status == 64 && option.errors.contains("--confusion is for networks that tell classes"))
        let classifier = Repository.file("Tests/Fixtures/vision/resnet-basic").path
        let other = try vision("evaluate", "truth.json", "--model", classifier)
        #expect(
            other.status == 64 && other.errors.contains("truth.json holds pictures with boxes, and resnet-basic tells"))
        let curves = try vision("evaluate", "in", "--model", classifier, "--curves", "c.png")
        #expect(curves.status == 64 && curves.errors.contains("--curves is for networks that find things"))
        try folder.write("text", to: "in/none.png")
        let unreadable = try vision("evaluate", "truth.json", "--model", model, "--output", "r.json")
        #expect(unreadable.status == 1 && unreadable.output.contains("failed items: 1 of 2"))
        #expect(try folder.contents(of: "r.json").contains("in/none.png: not a picture but text"))
    }

    // MARK: Cutting out

    @Test func boxesAreCutOutByPart() throws {
        try addGoodData()
        let run = try vision("data", "crop", "set", "--output", "cut", "--margin", "0")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("big \"cat\" 2, dog 2"))
        let picture = try ImageReader().read(folder.path("cut/train/dog/a-0.png"))
        #expect(picture.width == 30 && picture.height == 30)
        #expect(folder.exists("cut/test/dog/c-0.png") && !folder.exists("cut/test/big _cat_/c-2.png"))
    }
}
