import Foundation
import ModelCatalog
import TestKit
import Testing

@Suite struct BundledModelsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("{}", to: "repository/Assets/Models/small/config.json")
        try folder.write("", to: "repository/.build/x/release/text")
        try folder.write("{}", to: "prefix/share/triptych/Models/other/config.json")
        try folder.write("", to: "prefix/bin/text")
    }

    private func models(_ program: String) -> BundledModels {
        BundledModels(program: folder.url.appendingPathComponent(program))
    }

    @Test func aBuildFindsThoseOfTheRepository() throws {
        let models = models("repository/.build/x/release/text")
        #expect(models.names() == ["small"])
        #expect(models.folder(of: "small")?.path == folder.path("repository/Assets/Models/small"))
        #expect(models.folder(of: "other") == nil)
        for name in ["", ".", "..", "../Models/small", "small/", "config.json"] {
            #expect(models.folder(of: name) == nil, "\(name)")
        }
    }

    @Test func anInstalledProgramFindsThoseInstalledWithIt() {
        #expect(models("prefix/bin/text").names() == ["other"])
        #expect(models("text").names() == [])
    }

    @Test func fetchedModelsGoFirst() throws {
        let catalog = ModelCatalog(
            home: folder.url.appendingPathComponent("home"), bundled: models("repository/.build/x/release/text"))
        #expect(try catalog.locate("small").path == folder.path("repository/Assets/Models/small"))
        try folder.write("{}", to: "home/models/small/config.json")
        #expect(try catalog.locate("small").path == folder.path("home/models/small"))
        #expect(throws: ModelCatalogError.self) { try catalog.locate("other") }
    }
}
