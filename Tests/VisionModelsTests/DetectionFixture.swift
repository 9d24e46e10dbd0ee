import Autograd
import Checkpoints
import Foundation
import Layers
import Parameters
import Tensors
import TestKit
import Testing

@testable import VisionModels

/// Small random models and what PyTorch makes of them (`Tests/Reference/detection_fixtures.py`).
struct DetectionFixture {
    static let folder = Repository.file("Tests/Fixtures/detection")

    let files: DetectorFiles
    let store: ParameterStore
    let expected: SafetensorsFile

    init(_ name: String) throws {
        let folder = try ModelFolder(Self.folder.appendingPathComponent(name))
        files = try DetectorFiles(folder)
        store = ParameterStore(reading: files.weights)
        expected = try SafetensorsFile(path: folder.url.appendingPathComponent("expected.safetensors").path)
    }

    func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }
}
