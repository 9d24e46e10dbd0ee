import Foundation
import Images
import TestKit
import Testing

/// `vision data check`, run as a program.
@Suite struct DataCheckTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("vision", ["data", "check"] + arguments, in: folder.url)
    }

    /// Files below a folder, by their paths.
    private func files(_ name: String) -> Set<String> {
        let all = FileManager.default.enumerator(atPath: folder.path(name))?.allObjects as? [String] ?? []
        return Set(all.filter { !URL(fileURLWithPath: folder.path("\(name)/\($0)")).hasDirectoryPath })
    }

    private struct Report: Decodable {
        struct Finding: Decodable {
            let kind: String
            let name: String
            let other: String?
            let reason: String
            let problem: Bool
        }
        struct Class: Decodable {
            let label: String
            let pictures: [String: Int]
        }
        let data: String
        let pictures: Int
        let good: Int
        let classes: [Class]
        let findings: [Finding]
    }

    /// A picture of its own for every number.
    private func png(_ number: Int, width: Int = 12, height: Int = 12) throws -> [UInt8] {
        try TestPictures.png(width: width, height: height, shade: UInt8(number))
    }

    private func jpeg(_ name: String) throws -> Data {
        struct Fixture: Decodable { let file: Data }
        let all = try JSONDecoder().decode(
            [String: Fixture].self, from: Data(contentsOf: Repository.file("Tests/Fixtures/images/jpeg.json")))
        return try #require(all[name]).file
    }

    @Test func nothingIsWrongWithGoodData() throws {
        for (number, name) in ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"].enumerated() {
            try folder.write(png(number), to: "data/\(name)")
        }
        let run = try check("data")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(
            run.output == """
                class  pictures
                cat           2
                dog           2

                data: 4 pictures, 4 of them good; no problem

                """)
    }

    /// One of everything in a divided folder.
    private func writeBadData() throws {
        for (part, numbers) in [("train", 0..<4), ("val", 10..<12), ("test", 20..<22)] {
            for number in numbers {
                try folder.write(png(number), to: "data/\(part)/cat/\(number).png")
                try folder.write(png(100 + number), to: "data/\(part)/dog/\(number).png")
            }
        }
        try folder.write(png(50).prefix(70), to: "data/train/cat/cut.png")
        try folder.write("text", to: "data/train/dog/text.jpg")
        try folder.write(png(51, width: 3, height: 40), to: "data/train/cat/thin.png")
        try folder.write(jpeg("baseline-444"), to: "data/train/dog/photo.png")
        try folder.write(png(0), to: "data/train/cat/again.png")
        // The same pixels, other bytes.
        let noted = try PNGWriter.encode(
            TestPictures.bitmap(width: 12, height: 12, shade: 101), notes: [.init("Comment", "another file")])
        try folder.write(noted, to: "data/train/dog/same.png")
        try folder.write(png(20), to: "data/train/cat/leak.png")
        try folder.write(png(60), to: "data/train/cat/both.png")
        try folder.write(png(60), to: "data/train/dog/both.png")
        try folder.write("RIFF", to: "data/train/dog/modern.webp")
    }

    @Test func everythingThatIsWrongIsFound() throws {
        try writeBadData()
        let before = files("data")
        let run = try check("data", "--format", "json", "--fix", "clean")
        #expect(run.status == 1, "\(run.errors)")
        let report = try #require(try JSONDecoder().decode([Report].self, from: Data(run.output.utf8)).first)
        #expect(report.data == "data" && report.pictures == 25)
        let found = Set(report.findings.map { "\($0.kind) \($0.name) \($0.other ?? "-")" })
        #expect(
            found == [
                "unreadable train/cat/cut.png -", "unreadable train/dog/text.jpg -", "tiny train/cat/thin.png -",
                "wrong-ending train/dog/photo.png -", "duplicate train/cat/again.png train/cat/0.png",
                "duplicate train/dog/same.png train/dog/1.png", "leak train/cat/leak.png test/cat/20.png",
                "contradiction train/cat/both.png train/dog/both.png",
                "contradiction train/dog/both.png train/cat/both.png",
                "passed-over data train/dog/modern.webp",
            ])
        let kinds = Dictionary(report.findings.map { ($0.name, $0.reason) }, uniquingKeysWith: { first, _ in first })
        #expect(kinds["train/dog/text.jpg"] == "not a picture but text; PNG and JPEG are read")
        #expect(kinds["train/cat/again.png"] == "the same file as train/cat/0.png" || kinds["train/cat/0.png"] != nil)
        #expect(kinds["train/dog/same.png"] == "pixel by pixel the same as train/dog/1.png")
        #expect(kinds["train/cat/leak.png"] == "the same file as test/cat/20.png, which is kept for test")
        #expect(report.findings.filter { !$0.problem }.map(\.kind) == ["passed-over"])
        #expect(report.classes.map(\.label) == ["cat", "dog"])
        #expect(report.classes[1].pictures == ["train": 5, "validation": 2, "test": 2] && report.good == 17)

        #expect(files("data") == before)
        let clean = files("clean")
        #expect(clean.count == 17 && clean.contains("train/dog/photo.jpg") && clean.contains("validation/cat/10.png"))
        #expect(try folder.bytes("clean/train/dog/photo.jpg") == folder.bytes("data/train/dog/photo.png"))
        let again = try check("clean")
        #expect(again.status == 0, "\(again.output)")
    }

    @Test func textNamesFilesAndReasons() throws {
        try writeBadData()
        let run = try check("data")
        #expect(run.status == 1)
        let lines = run.output.split(separator: "\n")
        #expect(lines.contains("train/cat/thin.png: only 3 x 40 pixels; at least 8 in both directions were expected"))
        #expect(lines.contains("train/dog/photo.png: is JPEG, whatever its ending says"))
        #expect(lines.last == "data: 25 pictures, 17 of them good; 9 problems, 1 remark")
        #expect(try check("data", "--smallest", "2").output.contains("8 problems"))
        #expect(try check("data", "--smallest", "13").output.contains("the class has no good picture"))
    }

    @Test func classesAndColorsThatDiffer() throws {
        for number in 0..<40 { try folder.write(png(number), to: "data/many/\(number).png") }
        for number in 100..<103 { try folder.write(png(number), to: "data/few/\(number).png") }
        try folder.write(jpeg("grey"), to: "data/many/grey.jpg")
        try folder.write(jpeg("cmyk-adobe"), to: "data/many/ink.jpg")
        let run = try check("data")
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("few: the class has 3 pictures to learn from, 'many' has 42\n"))
        #expect(run.output.contains("1 picture is stored as grey, most as color, such as many/grey.jpg\n"))
        #expect(run.output.contains("1 picture is stored as cmyk, most as color, such as many/ink.jpg\n"))
        try FileManager.default.removeItem(atPath: folder.path("data/few/101.png"))
        try FileManager.default.removeItem(atPath: folder.path("data/few/102.png"))
        let single = try check("data")
        #expect(single.status == 1 && single.output.contains("few: the class has only one good picture for training\n"))
    }

    @Test func tablesAndIDXFiles() throws {
        try folder.write("path,label\na.png,cat\nb.png,dog\nc.png,dog\ngone.png,cat\n", to: "list.csv")
        for (number, name) in ["a", "b", "c"].enumerated() { try folder.write(png(number / 2), to: "\(name).png") }
        let table = try check("list.csv", "--fix", "table")
        #expect(table.status == 1 && table.output.contains("gone.png: no such file\n"), "\(table.output)")
        #expect(table.output.contains("a.png: the same file as b.png, which is called 'dog'\n"))
        #expect(files("table") == ["dog/c.png"])

        var pictures: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0, 10]
        for shade in [10, 20, 30, 10] as [UInt8] { pictures += [UInt8](repeating: shade, count: 90) }
        try folder.write(pictures, to: "idx/train-images-idx3-ubyte")
        try folder.write([0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 1, 0], to: "idx/train-labels-idx1-ubyte")
        let idx = try check("idx", "--fix", "numbers")
        #expect(
            idx.status == 1 && idx.output.contains("train/3: pixel by pixel the same as train/0\n"), "\(idx.output)")
        #expect(files("numbers") == ["train/0/0.png", "train/1/1.png", "train/1/2.png"])
        let reader = ImageReader()
        #expect(try reader.read(folder.path("numbers/train/1/2.png")).bytes == [UInt8](repeating: 30, count: 270))
        let both = try check("list.csv", "nothing", "idx", "--format", "json")
        #expect(both.status == 1 && both.errors.contains("nothing"), "\(both.errors)")
        let reports = try JSONDecoder().decode([Report].self, from: Data(both.output.utf8))
        #expect(reports.map(\.data) == ["list.csv", "idx"])
    }

    @Test func wrongUseIsRefused() throws {
        for (number, name) in ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"].enumerated() {
            try folder.write(png(number), to: "data/\(name)")
        }
        for arguments in [
            [], ["data", "--smallest", "0"], ["data", "data", "--fix", "out"], ["data", "--fix", ""],
            ["data", "--format", "csv"],
        ] {
            let run = try ProgramRun("vision", ["data", "check"] + arguments, in: folder.url)
            #expect(run.status == 64, "\(arguments)")
        }
        for target in ["data", "data/clean", "data/../data/clean"] {
            let run = try check("data", "--fix", target)
            #expect(run.status == 1 && run.errors.contains("lies within data"), "\(run.errors)")
        }
        try folder.write("mine", to: "full/file")
        for target in ["full", "full/file"] {
            let run = try check("data", "--fix", target)
            #expect(run.status == 1 && run.errors.contains("not an empty folder"), "\(run.errors)")
        }
        #expect(files("data").count == 4)
    }
}
