import Foundation
import Images
import TestKit
import Testing

/// `vision classify --sheet`, with a small model of random weights.
@Suite struct SheetTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func classify(_ arguments: String...) throws -> ProgramRun {
        let model = Repository.file("Tests/Fixtures/vision/vit").path
        return try ProgramRun("vision", ["classify", "--model", model] + arguments, in: folder.url)
    }

    /// 160 pixels and 8 between them; below, two lines of 16 and 2 above them.
    private func size(columns: Int, rows: Int) -> [Int] { [8 + columns * 168, 8 + rows * 202] }

    private func size(of name: String) throws -> [Int] {
        let page = try ImageReader().read(folder.path(name))
        return [page.width, page.height]
    }

    @Test func theSheetShowsWhatCouldBeRead() throws {
        for shade in [10, 128, 240] as [UInt8] {
            try folder.write(try TestPictures.png(shade: shade), to: "in/\(shade).png")
        }
        let whole = try classify("in", "--sheet", "out.png", "--quiet")
        #expect(whole.status == 0 && whole.errors.isEmpty, "\(whole.errors)")
        #expect(try size(of: "out.png") == size(columns: 3, rows: 1))
        try folder.write("no picture", to: "in/130.png")
        let some = try classify("in", "--sheet", "some.png", "--batch-size", "2", "--threshold", "1")
        #expect(some.status == 1 && some.errors.contains("in/130.png"))
        #expect(try size(of: "some.png") == size(columns: 3, rows: 1))
        // The captions differ: no class is as probable as 1.
        #expect(try folder.bytes("some.png") != folder.bytes("out.png"))
        let none = try classify("in/130.png", "--sheet", "none.png")
        #expect(none.status == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.path("none.png")))
    }

    @Test func manyPicturesGoOnSeveralPages() throws {
        for number in 0..<50 {
            try folder.write(try TestPictures.png(width: 9, height: 7, shade: UInt8(number)), to: "in/\(number).png")
        }
        let run = try classify("in", "--sheet", "out/sheet.png", "-k", "1")
        #expect(run.status != 0, "the folder of the sheet is missing")
        try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: true)
        let again = try classify("in", "--sheet", "out/sheet.png", "-k", "1")
        #expect(again.status == 0 && again.errors.contains("out/sheet-2.png"), "\(again.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).count == 2)
        #expect(try size(of: "out/sheet.png") == size(columns: 6, rows: 8))
        #expect(try size(of: "out/sheet-2.png") == size(columns: 2, rows: 1))
    }

    @Test func whatCannotBeAsked() throws {
        for arguments in [["in", "--sheet", "sheet.jpg"], ["in", "--sheet", "s.png", "--similar", "in/a.png"]] {
            let run = try ProgramRun("vision", ["classify"] + arguments, in: folder.url)
            #expect(run.status == 64 && run.errors.contains("--sheet"), "\(run.errors)")
        }
    }
}
