import Checkpoints
import Foundation
import Hashing
import Tensors
import TestKit
import Testing

@Suite struct ModelInspectionTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SafetensorsWriter.write(
            [
                "b.weight": Tensor([Float(1), .nan, 3, .infinity, 5, 6], shape: [2, 3]),
                "a.bias": Tensor([Float(1), 2], shape: [2]),
                "ids": Tensor([Int32(7), 8, 9], shape: [3]),
            ], to: folder.path("model.safetensors"))
    }

    private func inspect(_ name: String = "", scans: Bool = false) throws -> ModelInspection {
        try ModelInspection(of: name.isEmpty ? folder.url : folder.url.appending(path: name), scans: scans)
    }

    @Test func bareWeights() throws {
        let inspection = try inspect("model.safetensors")
        #expect(inspection.name == "model.safetensors")
        #expect(inspection.architecture == nil)
        #expect(inspection.configuration == nil)
        #expect(inspection.parameterCount == 11)
        #expect(inspection.elementTypes == ["F32": 8, "I32": 3])
        #expect(inspection.tensors.map(\.name) == ["a.bias", "b.weight", "ids"])
        #expect(inspection.tensors[1].shape == [2, 3])
        let bytes = try Data(contentsOf: folder.url.appending(path: "model.safetensors"))
        #expect(inspection.weightsByteCount == bytes.count)
        #expect(inspection.weightsSHA256 == SHA256.hash(bytes).hexadecimal)
        #expect(inspection.nonFiniteValues == nil)
    }

    @Test func folderTellsItsConfiguration() throws {
        try folder.write(
            #"{"architectures": ["Net"], "rope": {"type": "x", "factors": []}, "ids": [1,2,3,4,5,6,7,8,9], "e": 1e-5}"#,
            to: "config.json")
        let inspection = try inspect()
        #expect(inspection.architecture == "Net")
        let entries = try #require(inspection.configuration).flattened.map { "\($0.path)=\($0.value)" }
        #expect(
            entries == ["architectures=[Net]", "e=1e-05", "ids=[9 values]", "rope.factors=[]", "rope.type=x"])
        #expect(try ModelFolder(folder.url).parameterCount() == 11)
        let json = String(decoding: try JSONEncoder().encode(inspection), as: UTF8.self)
        #expect(json.contains(#""architecture":"Net""#))
    }

    @Test func scanFindsWhatIsNoNumber() throws {
        let found = try #require(try inspect("model.safetensors", scans: true).nonFiniteValues)
        #expect(found.map(\.tensor) == ["b.weight"])
        #expect(found.map(\.count) == [2])
        #expect(found.map(\.firstIndex) == [1])
    }

    @Test func whatIsNoModelIsRefused() throws {
        try folder.write("", to: "notes.txt")
        #expect(throws: ModelFolderError.self) { try inspect("notes.txt") }
        #expect(throws: ModelFolderError.self) { try inspect("missing.safetensors") }
        #expect(throws: ModelFolderError.self) { try inspect() }  // weights without config.json are no folder
    }
}
