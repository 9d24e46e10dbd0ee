import Foundation
import Images
import TestKit
import Testing

/// `vision classify --sort-into`, with a small model of random weights.
@Suite struct SortingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (index, name) in ["one/a.png", "one/b.png", "two/a.png"].enumerated() {
            try folder.write(try TestPictures.png(shade: UInt8(60 * index)), to: "in/\(name)")
        }
    }

    private func classify(_ arguments: String...) throws -> ProgramRun {
        let model = Repository.file("Tests/Fixtures/vision/vit").path
        return try ProgramRun("vision", ["classify", "in", "--model", model, "-k", "1"] + arguments, in: folder.url)
    }

    /// The files below a folder, by their paths.
    private func files(_ name: String) -> Set<String> {
        let all = FileManager.default.enumerator(atPath: folder.path(name))?.allObjects as? [String] ?? []
        return Set(all.filter { !URL(fileURLWithPath: folder.path("\(name)/\($0)")).hasDirectoryPath })
    }

    /// What the program says of each picture, by its path.
    private func labels(_ run: ProgramRun) -> [String: String] {
        let rows = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: "\t").map(String.init) }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[2]) })
    }

    @Test func copiesStandByClassAndReplaceNothing() throws {
        let before = files("in")
        let run = try classify("--format", "tsv", "--sort-into", "out", "--verbose")
        #expect(run.status == 0, "\(run.errors)")
        #expect(files("in") == before)
        #expect(files("out").count == 3)
        for (path, label) in labels(run) {
            let bytes = try folder.bytes(path)
            let name = URL(fileURLWithPath: path).lastPathComponent
            let places = [name, name.replacing(".png", with: "-2.png")].map { "out/\(label)/\($0)" }
            #expect(try places.contains { try folder.exists($0) && folder.bytes($0) == bytes }, "\(path)")
            #expect(run.errors.contains("copied \(path) to out/\(label)/"))
        }
        #expect(run.errors.contains("copied 3 pictures into out: "))
        // Again: nothing is new.
        let copies = files("out")
        let again = try classify("--sort-into", "out/")
        #expect(files("out") == copies && again.errors.contains("already in"), "\(again.errors)")
        // A file of that name that is another one keeps its contents.
        let (path, label) = try #require(labels(run).first { $0.key == "in/one/b.png" })
        try folder.write("mine", to: "other/\(label)/b.png")
        #expect(try classify("--sort-into", "other").status == 0)
        #expect(try folder.contents(of: "other/\(label)/b.png") == "mine")
        #expect(try folder.bytes("other/\(label)/b-2.png") == folder.bytes(path))
    }

    @Test func movedPicturesAreGoneAndTheRestStays() throws {
        try folder.write("no picture", to: "in/bad.png")
        let whole = try ["one/a.png", "one/b.png", "two/a.png"].map { try folder.bytes("in/\($0)") }
        let run = try classify("--sort-into", "out", "--sort-by", "move", "--output", "names.tsv", "--format", "tsv")
        #expect(run.status == 1 && run.errors.contains("in/bad.png"), "\(run.errors)")
        #expect(files("in") == ["bad.png"])
        let moved = try files("out").map { try folder.bytes("out/\($0)") }
        #expect(Set(moved) == Set(whole))
        #expect(try folder.contents(of: "names.tsv").split(separator: "\n").count == 4)
        // Those in place stay there.
        let model = Repository.file("Tests/Fixtures/vision/vit").path
        let places = files("out")
        let again = try ProgramRun(
            "vision", ["classify", "out", "--model", model, "--sort-into", "out", "--sort-by", "move"], in: folder.url)
        #expect(again.status == 0 && files("out") == places && again.errors.contains("3 already in out"))
    }

    @Test func linksLeadToThePictures() throws {
        #expect(try classify("--sort-into", "out", "--sort-by", "link").status == 0)
        let links = files("out")
        #expect(links.count == 3)
        for link in links {
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("out/\(link)"))
            #expect(target.hasPrefix("/") && target.contains("/in/"))
        }
        #expect(try classify("--sort-into", "out", "--sort-by", "link").status == 0)
        #expect(files("out") == links)
    }

    @Test func whatIsNotProbableEnoughIsUncertain() throws {
        let rehearsal = try classify("--threshold", "1", "--sort-into", "out", "--dry-run")
        #expect(rehearsal.status == 0 && !folder.exists("out"))
        #expect(rehearsal.errors.contains("would copy in/one/a.png to out/uncertain/a.png"))
        #expect(rehearsal.errors.contains("would copy in/two/a.png to out/uncertain/a-2.png"))
        #expect(rehearsal.errors.contains("would copy 3 pictures into out: 3 uncertain"))
        #expect(try classify("--threshold", "1", "--sort-into", "out").status == 0)
        #expect(files("out") == ["uncertain/a.png", "uncertain/a-2.png", "uncertain/b.png"])
    }

    @Test func foldersHaveSafeNamesThatDiffer() throws {
        let model = try folder.copyOfModel(
            "vit",
            labels: ["../up/..", "crane", "Crane", "uncertain", "\u{1B}[31m" + String(repeating: "é", count: 200)])
        let run = try ProgramRun(
            "vision", ["classify", "in", "--model", model, "-k", "1", "--sort-into", "out"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("out")) {
            #expect(!name.hasPrefix(".") && !name.contains("/") && name.utf8.count <= 130 && name != "uncertain")
            #expect(!name.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
        #expect(try folder.names == ["in", "model", "out"])
    }

    @Test func wrongUseIsRefused() throws {
        for arguments in [
            ["--sort-by", "move"], ["--dry-run"], ["--sort-into", ""], ["--sort-into", "out", "--sort-by", "rename"],
            ["--sort-into", "out", "--similar", "in/one/a.png"], ["--sort-into", "out", "-"],
        ] {
            let run = try ProgramRun("vision", ["classify", "in"] + arguments, in: folder.url)
            #expect(run.status == 64 && !folder.exists("out"), "\(arguments): \(run.errors)")
        }
        try folder.write("in the way", to: "out")
        let run = try classify("--sort-into", "out")
        #expect(run.status == 1 && run.errors.contains("cannot create the folder out"), "\(run.errors)")
    }
}
