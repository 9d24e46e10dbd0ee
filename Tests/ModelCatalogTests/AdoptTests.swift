import Foundation
import Hashing
import TestKit
import Testing

@testable import ModelCatalog

@Suite struct AdoptTests {
    let home: TemporaryFolder
    let catalog: ModelCatalog
    let weights = Array("weights".utf8)

    init() throws {
        home = try TemporaryFolder()
        let hub = HubRepository(
            identifier: "owner/small", revision: "main",
            files: ["config.json", "model.safetensors"].map { ModelFile(path: $0, byteCount: nil, hash: nil) })
        let package = PythonPackage(
            name: "small-model", version: "1.0", folder: "small",
            files: [ModelFile(path: "model.bin", byteCount: 7, hash: SHA256.hash(Array("weights".utf8)))])
        let entry = ModelEntry(
            name: "small", summary: "small", task: .transcription, licence: "MIT", parameterCount: 1,
            sources: [.hub(hub), .package(package)])
        catalog = ModelCatalog(list: ModelList(models: [entry]), home: home.url)
    }

    private func adopt() throws -> ModelManifest {
        try ModelPuller(catalog: catalog).adopt("small", from: home.url.appendingPathComponent("given"))
    }

    @Test func theFilesOfAListedSourceAreCopied() throws {
        try home.write("weights", to: "given/model.bin")
        try home.write("more", to: "given/README.md")
        let manifest = try adopt()
        #expect(manifest.source == "the Python package small-model 1.0")
        #expect(home.exists("models/small/model.bin") && home.exists("given/model.bin"))
        #expect(!home.exists("models/small/README.md"))
        #expect(try catalog.verify("small") == manifest)
    }

    @Test func linkedFilesAreCopiedAsFiles() throws {
        try home.write("weights", to: "blobs/1234")
        try home.write("", to: "given/README.md")
        try FileManager.default.createSymbolicLink(
            atPath: home.url.appendingPathComponent("given/model.bin").path, withDestinationPath: "../blobs/1234")
        _ = try adopt()
        try FileManager.default.removeItem(at: home.url.appendingPathComponent("blobs"))
        _ = try catalog.verify("small")
    }

    @Test(arguments: ["weightz", "weight", nil]) func otherFilesAreRefused(contents: String?) throws {
        try home.write(contents ?? "", to: contents == nil ? "given/other" : "given/model.bin")
        let error = #expect(throws: ModelCatalogError.self) { try adopt() }
        guard case .fitsNoSource("small", _, let problems) = error else {
            Issue.record("expected a folder that fits no source, not \(String(describing: error))")
            return
        }
        #expect(problems.count == 2)
        #expect(catalog.presentNames().isEmpty && !home.exists("models/.partial/small"))
    }

    @Test func anUnlistedNameIsRefused() throws {
        #expect(throws: ModelCatalogError.unknown(name: "large", known: ["small"])) {
            try ModelPuller(catalog: catalog).adopt("large", from: home.url)
        }
    }
}
