import Autograd
import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import SpeechModels

/// A small random Conformer and what PyTorch makes of it (`Tests/Reference/conformer_fixtures.py`).
struct ConformerFixture {
    static let folder = Repository.file("Tests/Fixtures/conformer")
    static let lengths = [35, 22, 29]
    static let targetLengths = [5, 0, 3]

    let model: ConformerModel
    let store: ParameterStore
    let expected: SafetensorsFile

    init() throws {
        let folder = try ModelFolder(Self.folder.appendingPathComponent("small"))
        let configuration = try #require(try folder.decode(ConformerConfiguration.self, from: "config.json"))
        store = ParameterStore(reading: try folder.openWeights())
        model = try ConformerModel(configuration, in: store)
        expected = try SafetensorsFile(path: Self.folder.appendingPathComponent("expected.safetensors").path)
    }

    /// Blank, unknown, a space and some letters.
    static func tokenizer() throws -> any Tokenizer {
        try loadTokenizer(json: Array(TargetTokenizer.trained(on: [" abcdefghijklmnopqrstuvwxyz"]).json().utf8))
    }

    func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }

    /// The three sequences as a batch.
    func batch() throws -> SpeechBatch {
        let targets = try tensor("targets").integers()
        return SpeechBatch(
            features: try tensor("features"), lengths: Self.lengths,
            targets: Self.targetLengths.enumerated().map { index, length in
                targets[5 * index..<5 * index + length].map { Int($0) }
            })
    }
}
