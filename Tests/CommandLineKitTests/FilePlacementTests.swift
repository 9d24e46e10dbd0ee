import Foundation
import TestKit
import Testing

@testable import CommandLineKit

@Suite struct FilePlacementTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("one", to: "a/cat.png")
        try folder.write("two", to: "b/cat.png")
    }

    private func put(_ placer: inout FilePlacer, _ source: String) throws -> PlacedFile {
        let placed = try placer.place(folder.path(source), in: folder.path("out/cat"), as: "cat.png")
        return PlacedFile(path: String(placed.path.dropFirst(folder.path.count + 1)), isNew: placed.isNew)
    }

    @Test(arguments: FilePlacement.allCases)
    func namesThatAreTakenGetNumbers(placement: FilePlacement) throws {
        var placer = FilePlacer(by: placement)
        #expect(try put(&placer, "a/cat.png") == PlacedFile(path: "out/cat/cat.png", isNew: true))
        #expect(try put(&placer, "b/cat.png") == PlacedFile(path: "out/cat/cat-2.png", isNew: true))
        #expect(try folder.contents(of: "out/cat/cat.png") == "one")
        #expect(try folder.contents(of: "out/cat/cat-2.png") == "two")
        #expect(folder.exists("a/cat.png") == (placement != .move))
        let placed = try FileManager.default.contentsOfDirectory(atPath: folder.path("out/cat"))
        #expect(placed.sorted() == ["cat-2.png", "cat.png"])
    }

    @Test func aCopyThatIsThereIsEnough() throws {
        var placer = FilePlacer(by: .copy)
        _ = try put(&placer, "a/cat.png")
        #expect(try put(&placer, "a/cat.png") == PlacedFile(path: "out/cat/cat.png", isNew: false))
        // What stands at its place stays, however it was to get there.
        for placement in FilePlacement.allCases {
            var placer = FilePlacer(by: placement)
            #expect(try put(&placer, "out/cat/cat.png") == PlacedFile(path: "out/cat/cat.png", isNew: false))
        }
        #expect(try folder.contents(of: "out/cat/cat.png") == "one")
    }

    @Test func aRehearsalNamesTheSamePlacesAndMakesNone() throws {
        var placer = FilePlacer(by: .move, isRehearsal: true)
        #expect(try put(&placer, "a/cat.png").path == "out/cat/cat.png")
        #expect(try put(&placer, "b/cat.png").path == "out/cat/cat-2.png")
        #expect(try folder.names == ["a", "b"] && folder.exists("a/cat.png"))
    }

    @Test func copiesKeepTheirDate() throws {
        let date = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder.path("a/cat.png"))
        var placer = FilePlacer(by: .copy)
        _ = try put(&placer, "a/cat.png")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("out/cat/cat.png"))
        #expect(attributes[.modificationDate] as? Date == date)
    }

    @Test func linksThatMoveStillLead() throws {
        try folder.addLink("b/link.png", to: "../a/cat.png")
        var placer = FilePlacer(by: .move)
        let placed = try placer.place(folder.path("b/link.png"), in: folder.path("out/deep/er"), as: "link.png")
        #expect(placed.isNew)
        #expect(try folder.contents(of: "out/deep/er/link.png") == "one")
        #expect(folder.exists("a/cat.png"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("b")) == ["cat.png"])
    }

    @Test func whatFailsStaysWhereItWas() throws {
        try folder.write("a file", to: "out")
        var placer = FilePlacer(by: .move)
        #expect(throws: FilePlacementError.self) { try put(&placer, "a/cat.png") }
        #expect(throws: FilePlacementError.cannotRead(path: folder.path("gone"), SystemError(code: ENOENT))) {
            try put(&placer, "gone")
        }
        #expect(folder.exists("a/cat.png"))
    }
}
