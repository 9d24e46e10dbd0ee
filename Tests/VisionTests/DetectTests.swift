import Foundation
import Geometry
import Images
import TestKit
import Testing

/// `vision detect`, run as a program with a small model of random weights, which finds things everywhere.
@Suite struct DetectTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (name, shade) in [("dark.png", 10), ("sub/light.png", 240)] as [(String, UInt8)] {
            try folder.write(try TestPictures.png(width: 120, height: 80, shade: shade), to: "in/\(name)")
        }
    }

    private func detect(_ arguments: String..., input: Data? = nil) throws -> ProgramRun {
        let model = Repository.file("Tests/Fixtures/detection/fastestdet").path
        return try ProgramRun("vision", ["detect", "--model", model] + arguments, input: input, in: folder.url)
    }

    private struct Picture: Decodable, Equatable {
        struct Entry: Decodable, Equatable {
            let label: String
            let `class`: Int
            let confidence: Double
            let box: [Double]
        }
        let file: String
        let width: Int
        let height: Int
        let objects: [Entry]
    }

    private func pictures(_ run: ProgramRun) throws -> [Picture] {
        try JSONDecoder().decode([Picture].self, from: Data(run.output.utf8))
    }

    private let labels = ["cat", "dog", "house", "tree", "boat"]

    @Test func whatIsFoundIsDrawnAndListed() throws {
        let run = try detect("in", "--format", "json", "--confidence", "0.3")
        #expect(run.status == 0, "\(run.errors)")
        let pictures = try pictures(run)
        #expect(pictures.map(\.file) == ["in/dark.png", "in/sub/light.png"])
        for picture in pictures {
            #expect(picture.width == 120 && picture.height == 80 && !picture.objects.isEmpty)
            for object in picture.objects {
                #expect(labels[object.class] == object.label && object.confidence >= 0.3)
                #expect(object.box[0] >= 0 && object.box[0] + object.box[2] <= 120.01)
                #expect(object.box[1] >= 0 && object.box[1] + object.box[3] <= 80.01)
            }
            let name = picture.file.dropFirst(3)
            let drawn = try ImageReader().read(folder.path("detected/\(name)"))
            let plain = try ImageReader().read(folder.path(picture.file))
            #expect(drawn.width == 120 && drawn.height == 80 && drawn.rgb() != plain.rgb())
        }
        // With boxes of nothing the picture is what it was.
        let none = try detect("in/dark.png", "--confidence", "1", "--output", "same.png", "--quiet")
        #expect(none.status == 0 && none.output == "nothing found\n" && none.errors.isEmpty)
        let (same, plain) = (
            try ImageReader().read(folder.path("same.png")), try ImageReader().read(folder.path("in/dark.png"))
        )
        #expect(same.rgb() == plain.rgb())
    }

    @Test func everyFormSaysTheSame() throws {
        let json = try pictures(try detect("in", "--format", "json", "--no-pictures", "--confidence", "0.3"))
        let objects = json.flatMap { picture in picture.objects.map { (picture, $0) } }
        let csv = try detect("in", "--format", "csv", "--no-pictures", "--confidence", "0.3", "--results", "list.csv")
        #expect(csv.status == 0 && csv.output.isEmpty)
        let rows = try folder.contents(of: "list.csv").split(separator: "\n").map {
            $0.split(separator: ",").map(String.init)
        }
        #expect(rows[0] == ["file", "label", "class", "confidence", "x", "y", "width", "height"])
        #expect(rows.count == objects.count + 1)
        for (row, (picture, object)) in zip(rows.dropFirst(), objects) {
            #expect(row[0] == picture.file && row[1] == object.label && row[2] == "\(object.class)")
            #expect(abs((Double(row[4]) ?? -1) - object.box[0]) < 0.006)
        }
        let text = try detect("in", "--no-pictures", "--confidence", "0.3")
        #expect(text.output.hasPrefix("in/dark.png\n  ") && text.output.contains("\n\nin/sub/light.png\n"))
        #expect(text.output.components(separatedBy: " % ").count == objects.count + 1)

        let coco = try detect("in", "--format", "coco", "--no-pictures", "--confidence", "0.3")
        let set = try #require(
            try JSONSerialization.jsonObject(with: Data(coco.output.utf8)) as? [String: [[String: Any]]])
        #expect(set["images"]?.map { $0["file_name"] as? String } == json.map(\.file))
        #expect(set["categories"]?.map { $0["name"] as? String } == labels)
        let annotations = try #require(set["annotations"])
        #expect(annotations.map { $0["id"] as? Int } == Array(1...objects.count))
        for (annotation, (picture, object)) in zip(annotations, objects) {
            #expect(annotation["category_id"] as? Int == object.class + 1)
            #expect(annotation["image_id"] as? Int == (picture.file == "in/dark.png" ? 1 : 2))
            #expect(annotation["bbox"] as? [Double] == object.box)
            #expect(annotation["score"] as? Double == object.confidence)
        }

        let yolo = try detect(
            "in", "--format", "yolo", "--no-pictures", "--confidence", "0.3", "--results", "labels")
        #expect(yolo.status == 0 && yolo.output.isEmpty, "\(yolo.errors)")
        #expect(try folder.contents(of: "labels/data.yaml").hasPrefix("names:\n  0: \"cat\"\n  1: \"dog\"\n"))
        for picture in json {
            let path = "labels/" + picture.file.dropFirst(3).replacing(".png", with: ".txt")
            let lines = try folder.contents(of: path).split(separator: "\n").map { $0.split(separator: " ") }
            #expect(lines.count == picture.objects.count)
            for (line, object) in zip(lines, picture.objects) {
                let values = line.dropFirst().compactMap { Double($0) }
                #expect(line.count == 5 && line[0] == "\(object.class)")
                #expect(abs(values[0] * 120 - (object.box[0] + object.box[2] / 2)) < 0.02)
                #expect(abs(values[3] * 80 - object.box[3]) < 0.02)
            }
        }
    }

    @Test func classesAndThresholds() throws {
        let all = try pictures(
            try detect("in/dark.png", "--format", "json", "--no-pictures", "--confidence", "0", "--iou", "1"))[0]
            .objects
        #expect(all.count == 24)
        let wanted = all[0].label
        let some = try pictures(
            try detect(
                "in/dark.png", "--format", "json", "--no-pictures", "--confidence", "0", "--iou", "1", "--classes",
                wanted.uppercased()))[0].objects
        #expect(some == all.filter { $0.label == wanted })
        let number = try pictures(
            try detect(
                "in/dark.png", "--format", "json", "--no-pictures", "--confidence", "0", "--iou", "1", "--classes",
                "\(all[0].class), boat", "--limit", "2"))[0].objects
        #expect(number == Array(all.filter { $0.label == wanted || $0.label == "boat" }.prefix(2)))
        let unknown = try detect("in/dark.png", "--classes", "cat,unicorn")
        #expect(unknown.status == 64 && unknown.errors.contains("'unicorn'") && unknown.errors.contains("house"))
    }

    @Test func thingsAreCutOut() throws {
        let run = try detect("in", "--format", "json", "--no-pictures", "--confidence", "0.3", "--crops", "things")
        #expect(run.status == 0 && !FileManager.default.fileExists(atPath: folder.path("detected")))
        for picture in try pictures(run) {
            let whole = try ImageReader().read(folder.path(picture.file)).rgb()
            for (number, object) in picture.objects.enumerated() {
                let stem = picture.file.dropFirst(3).dropLast(4)
                let cut = try ImageReader().read(folder.path("things/\(object.label)/\(stem)-\(number + 1).png"))
                #expect(abs(Double(cut.width) - object.box[2]) <= 2 && abs(Double(cut.height) - object.box[3]) <= 2)
                let (x, y) = (Int(object.box[0]), Int(object.box[1]))
                #expect(Array(cut.rgb()[0, 0]) == Array(whole[x, y]))
            }
        }
    }

    /// Folders of things are those of classes alone: `vision train` takes every one for a class.
    @Test func foldersOfPicturesAreNoClasses() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("deep/sub"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: folder.path("in/dark.png"), toPath: folder.path("deep/sub/dark.png"))
        let run = try detect(
            "deep", "--format", "json", "--no-pictures", "--confidence", "0.3", "--crops", "things")
        let labels = Set(try pictures(run).flatMap(\.objects).map(\.label))
        #expect(run.status == 0 && !labels.isEmpty, "\(run.errors)")
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.path("things"))) == labels)
    }

    @Test func tilesPipesListsAndSheets() throws {
        try folder.write(try TestPictures.png(width: 300, height: 200, shade: 90), to: "big.png")
        let whole = try pictures(try detect("big.png", "--format", "json", "--no-pictures", "--confidence", "0.3"))[0]
        let tiled = try pictures(
            try detect("big.png", "--format", "json", "--no-pictures", "--confidence", "0.3", "--tile", "100"))[0]
        #expect(tiled.objects.count > whole.objects.count)
        #expect(tiled.objects.contains { $0.box[0] > 150 && $0.box[2] < 100 })
        let bytes = try Data(contentsOf: folder.url.appendingPathComponent("big.png"))
        let piped = try detect("-", "--format", "json", "--confidence", "0.3", input: bytes)
        #expect(try pictures(piped).map(\.objects) == [whole.objects])
        #expect(FileManager.default.fileExists(atPath: folder.path("detected/stdin.png")))
        let listed = try detect(
            "--files-from", "-", "--format", "json", "--no-pictures", "--sheet", "sheet.png", "--quiet",
            input: Data("in/dark.png\nbig.png\n".utf8))
        #expect(listed.status == 0 && listed.errors.isEmpty)
        #expect(try pictures(listed).map(\.file) == ["in/dark.png", "big.png"])
        let sheet = try ImageReader().read(folder.path("sheet.png"))
        #expect(sheet.width == 8 + 2 * 168 && sheet.height == 8 + 202)
    }

    @Test func oneBadInputDoesNotStopTheOthers() throws {
        try folder.write("this is no picture", to: "in/text.png")
        let run = try detect("in", "gone.png", "--format", "json", "--output", "out")
        #expect(run.status == 1)
        #expect(try pictures(run).map(\.file) == ["in/dark.png", "in/sub/light.png"])
        for name in ["in/text.png", "gone.png"] {
            #expect(run.errors.split(separator: "\n").filter { $0.contains(name) }.count == 1, "\(run.errors)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted() == ["dark.png", "sub"])
        // A picture is never written over itself.
        let same = try detect("in", "--output", "in")
        #expect(same.status == 1 && same.errors.contains("in/dark.png"), "\(same.errors)")
        #expect(try folder.bytes("in/dark.png") == TestPictures.png(width: 120, height: 80, shade: 10))
    }

    @Test func wrongUseIsRefused() throws {
        for arguments in [
            [], ["a.png", "--confidence", "2"], ["a.png", "--iou", "-1"], ["a.png", "--format", "xml"],
            ["a.png", "--tile", "3"], ["a.png", "--output", ""], ["a.png", "--output", "-"],
            ["a.png", "--format", "yolo"], ["a.png", "--no-pictures", "--output", "b.png"],
            ["a.png", "--sheet", "s.jpg"], ["a.png", "--classes", ""], ["-", "--files-from", "-"],
        ] {
            #expect(try ProgramRun("vision", ["detect"] + arguments, in: folder.url).status == 64, "\(arguments)")
        }
        let classifier = Repository.file("Tests/Fixtures/vision/vit").path
        let other = try ProgramRun("vision", ["detect", "in", "--model", classifier], in: folder.url)
        #expect(other.status == 1 && other.errors.contains("ViTForImageClassification"), "\(other.errors)")
    }
}
