import Foundation
import Hashing
import TestKit
import Testing

@testable import ModelCatalog

@Suite struct ModelCatalogTests {
    let home: TemporaryFolder
    let catalog: ModelCatalog

    init() throws {
        home = try TemporaryFolder()
        catalog = ModelCatalog(home: home.url)
    }

    @Test func homeComesFromTheEnvironment() {
        let path = ModelCatalog(environment: ["TRIPTYCH_HOME": "/elsewhere"]).folder.path
        #expect(path == "/elsewhere/models")
        for environment in [[:], ["TRIPTYCH_HOME": ""]] {
            #expect(ModelCatalog(environment: environment).folder.path.hasSuffix("/.cache/triptych/models"))
        }
    }

    @Test func aNameLeadsToItsFolder() throws {
        try home.write("{}", to: "models/whisper-tiny.en/config.json")
        #expect(
            try catalog.locate("whisper-tiny.en").path == home.url.appendingPathComponent("models/whisper-tiny.en").path
        )
        #expect(catalog.presentNames() == ["whisper-tiny.en"])
    }

    @Test func aModelThatIsNotHereIsNamedWithTheWayToGetIt() {
        let error = #expect(throws: ModelCatalogError.self) { try catalog.locate("whisper-tiny.en") }
        #expect(error == .notFetched(name: "whisper-tiny.en", folder: catalog.folder(of: "whisper-tiny.en").path))
        #expect(error?.description.contains("make models") == true)
    }

    @Test func anUnknownNameIsAnsweredWithTheKnownOnes() {
        #expect(throws: ModelCatalogError.unknown(name: "wisper", known: catalog.list.models.map(\.name))) {
            try catalog.locate("wisper")
        }
    }

    @Test func aPathWins() throws {
        try home.write("{}", to: "mine/config.json")
        let path = home.url.appendingPathComponent("mine").path
        #expect(try catalog.locate(path).path == path)
        #expect(throws: ModelCatalogError.notAFolder(path: path + "/config.json")) {
            try catalog.locate(path + "/config.json")
        }
        #expect(throws: ModelCatalogError.noSuchFolder(path: path + "/none")) { try catalog.locate(path + "/none") }
        #expect(throws: ModelCatalogError.noSuchFolder(path: "")) { try catalog.locate("") }
    }

    @Test func stagedFilesAreNoModel() throws {
        try home.write("{}", to: "models/.partial/whisper-tiny.en/config.json")
        #expect(catalog.presentNames().isEmpty)
        #expect(!catalog.isPresent(".partial"))
        #expect(throws: ModelCatalogError.self) { try catalog.locate("whisper-tiny.en") }
    }

    @Test func removingDeletesModelAndStagedFiles() throws {
        try home.write("{}", to: "models/mine/config.json")
        try home.write("{}", to: "models/.partial/mine/config.json.part")
        try catalog.remove("mine")
        #expect(!home.exists("models/mine") && !home.exists("models/.partial/mine"))
        #expect(throws: ModelCatalogError.self) { try catalog.remove("mine") }
        #expect(throws: ModelCatalogError.self) { try catalog.remove("../models") }
    }

    @Test func twoProcessesDoNotWorkOnOneModel() throws {
        let lock = try StagingArea(catalog: catalog, name: "mine").lock()
        #expect(throws: ModelCatalogError.busy(name: "mine")) {
            try StagingArea(catalog: catalog, name: "mine").lock()
        }
        lock.release()
        try StagingArea(catalog: catalog, name: "mine").lock().release()
    }
}

@Suite struct ModelVerificationTests {
    let home: TemporaryFolder
    let catalog: ModelCatalog

    init() throws {
        home = try TemporaryFolder()
        catalog = ModelCatalog(home: home.url)
        try home.write("{}", to: "models/mine/config.json")
        let file = ModelManifest.File(path: "config.json", byteCount: 2, hash: SHA256.hash(Array("{}".utf8)))
        try ModelManifest(name: "mine", source: "a test", files: [file]).write(to: catalog.folder(of: "mine"))
    }

    @Test func anUntouchedModelPasses() throws {
        let manifest = try catalog.verify("mine")
        #expect(manifest.source == "a test" && manifest.totalByteCount == 2)
    }

    @Test func aChangedFileIsFound() throws {
        try home.write("[]", to: "models/mine/config.json")
        let error = #expect(throws: ModelCatalogError.self) { try catalog.verify("mine") }
        guard case .wrongHash(let file, _, _) = error else {
            Issue.record("expected a wrong hash, not \(String(describing: error))")
            return
        }
        #expect(file.hasSuffix("mine/config.json"))
    }

    @Test func aShorterFileIsFound() throws {
        try home.write("{", to: "models/mine/config.json")
        let path = catalog.folder(of: "mine").appendingPathComponent("config.json").path
        #expect(throws: ModelCatalogError.wrongSize(file: path, expected: 2, found: 1)) { try catalog.verify("mine") }
    }

    @Test func aMissingFileIsFound() throws {
        let folder = catalog.folder(of: "mine")
        try FileManager.default.removeItem(at: folder.appendingPathComponent("config.json"))
        #expect(throws: ModelCatalogError.missingFile("config.json", folder: folder.path)) {
            try catalog.verify("mine")
        }
    }

    @Test(arguments: [
        nil, "", "{", "{}", #"{"name": "mine", "source": "x", "files": [{"path": "../x", "size": 1, "sha256": "00"}]}"#,
        #"{"name": "mine", "source": "x", "files": []}"#,
    ]) func aModelWithoutAUsableRecordIsNotVerified(record: String?) throws {
        let url = catalog.folder(of: "mine").appendingPathComponent(ModelManifest.fileName)
        try FileManager.default.removeItem(at: url)
        if let record { try Data(record.utf8).write(to: url) }
        let error = #expect(throws: ModelCatalogError.self) { try catalog.verify("mine") }
        guard case .noManifest = error else {
            Issue.record("expected a missing record, not \(String(describing: error))")
            return
        }
    }

    @Test func aRecordMustAgreeWithTheList() throws {
        let folder = catalog.folder(of: "whisper-tiny.en")
        try home.write("{}", to: "models/whisper-tiny.en/model.bin")
        let file = ModelManifest.File(path: "model.bin", byteCount: 2, hash: SHA256.hash(Array("{}".utf8)))
        try ModelManifest(name: "whisper-tiny.en", source: "a test", files: [file]).write(to: folder)
        let error = #expect(throws: ModelCatalogError.self) { try catalog.verify("whisper-tiny.en") }
        guard case .fitsNoSource = error else {
            Issue.record("expected a disagreement, not \(String(describing: error))")
            return
        }
    }
}
