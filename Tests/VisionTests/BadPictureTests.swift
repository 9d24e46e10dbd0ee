import Foundation
import Images
import TestKit
import Testing

/// What `vision classify` says to pictures that are none: one line each, and the others go on.
@Suite struct BadPictureTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func classify(_ arguments: String..., model: String? = nil) throws -> ProgramRun {
        let model = model ?? Repository.file("Tests/Fixtures/vision/resnet-basic").path
        return try ProgramRun(
            "vision", ["classify", "--model", model, "--format", "tsv", "-k", "1", "--quiet"] + arguments,
            in: folder.url)
    }

    /// The first column.
    private func names(_ run: ProgramRun) -> [String] {
        run.output.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "\t" }) }
    }

    private struct Fixture: Decodable { let file: Data }

    private func fixtures(_ name: String) throws -> [String: Data] {
        let file = Repository.file("Tests/Fixtures/images/\(name).json")
        return try JSONDecoder().decode([String: Fixture].self, from: Data(contentsOf: file)).mapValues(\.file)
    }

    /// Wrong checksums, cut files, sizes of 0 and of 100,000 x 100,000, palettes that lack a colour, and more.
    @Test func everyDamagedFileGetsOneLine() throws {
        let damaged = try fixtures("damaged")
        for name in [
            "png-wrong-crc-data", "png-cut-in-data", "png-zero-width", "png-huge", "png-palette-index",
            "jpeg-cut-in-data",
        ] {
            #expect(damaged[name] != nil, "there is no \(name) any more")
        }
        for (name, bytes) in damaged { try folder.write(bytes, to: "in/\(name).png") }
        try folder.write("a letter to a friend", to: "in/letter.png")
        try folder.write(TestPictures.png(shade: 100), to: "in/good.png")
        let run = try classify("in")
        #expect(run.status == 1 && names(run) == ["in/good.png"], "\(run.output)")
        let lines = run.errors.split(separator: "\n")
        for name in damaged.keys + ["letter"] {
            #expect(lines.filter { $0.hasPrefix("vision: in/\(name).png: ") }.count == 1, "\(name)")
        }
        #expect(lines.count == damaged.count + 1)
        #expect(run.errors.contains("in/letter.png: not a picture but text; PNG and JPEG are read"))
    }

    @Test func brokenEXIFIsPassedOver() throws {
        let pictures = try fixtures("jpeg").filter { $0.key.hasPrefix("exif-broken") }
        #expect(pictures.count >= 5)
        for (name, bytes) in pictures { try folder.write(bytes, to: "in/\(name).jpg") }
        let run = try classify("in")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(names(run).count == pictures.count)
    }

    @Test(arguments: ["1", "7", "64"])
    func oneAmongHundreds(batchSize: String) throws {
        let bytes = try TestPictures.png(width: 9, height: 9, shade: 100)
        for number in 100..<500 { try folder.write(bytes, to: "in/\(number).png") }
        try folder.write(bytes.prefix(60), to: "in/250.png")
        let run = try classify("in", "--batch-size", batchSize)
        #expect(run.status == 1 && names(run).count == 399 && !names(run).contains("in/250.png"))
        #expect(run.errors.split(separator: "\n").count == 1 && run.errors.hasPrefix("vision: in/250.png: "))
    }

    @Test func foldersWithoutPictures() throws {
        try folder.write("text", to: "in/notes.txt")
        let run = try classify("in")
        #expect(run.status == 1 && names(run).isEmpty)
        #expect(run.errors == "vision: in: no file in this folder ends in .png, .jpg, .jpeg, .jpe, .jfif\n")
    }

    @Test func modelsWithoutNamesOfClasses() throws {
        try folder.write(TestPictures.png(shade: 100), to: "in.png")
        /// The last label of a run with a model whose configuration is changed.
        func run(_ change: (inout [String: Any]) -> Void) throws -> ProgramRun {
            try? FileManager.default.removeItem(atPath: folder.path("model"))
            let model = try folder.copyOfModel("resnet-basic", changing: change)
            return try classify("in.png", model: model)
        }
        let numbers = try run {
            $0["id2label"] = nil
            $0["num_labels"] = 5
        }
        #expect(numbers.status == 0 && numbers.output.contains("\tclass "), "\(numbers.errors)")
        // Two are the custom where nothing is said, and the weights have five.
        let none = try run { $0["id2label"] = nil }
        #expect(none.status == 1 && none.errors.contains("classifier.1.weight"), "\(none.errors)")
        let gap = try run { $0["id2label"] = ["0": "a", "1": "b", "3": "d", "4": "e", "5": "f"] }
        #expect(gap.status == 1 && gap.errors.contains("id2label is without the class 2"), "\(gap.errors)")
        let few = try run { $0["id2label"] = ["0": "a", "1": "b", "2": "c"] }
        #expect(few.status == 1 && few.errors.contains("classifier.1.weight"), "\(few.errors)")
        for failed in [none, gap, few] { #expect(failed.errors.split(separator: "\n").count == 1) }
    }
}
