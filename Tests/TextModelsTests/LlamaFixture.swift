import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// Small random models and what `transformers` makes of them (`Tests/Reference/llama_fixtures.py`).
struct LlamaFixture {
    static let names = ["plain", "grouped", "biased", "linear", "dynamic", "llama3", "yarn", "yarn-scaled"]
    static let namesWithGradients = ["plain", "grouped", "biased"]
    static let folder = Repository.file("Tests/Fixtures/llama")

    let model: LlamaModel
    let store: ParameterStore
    let expected: SafetensorsFile

    init(_ name: String) throws {
        let folder = try ModelFolder(Self.folder.appendingPathComponent(name))
        let configuration = try #require(LanguageModelArchitecture.configuration(of: folder) as? LlamaConfiguration)
        store = ParameterStore(reading: try folder.openWeights())
        model = try LlamaModel(configuration, in: store)
        expected = try SafetensorsFile(path: folder.url.appendingPathComponent("expected.safetensors").path)
    }

    func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }

    /// The tokens that go in, and for each the one that should come out; `[sequences, time]` both.
    func tokens() throws -> (inputs: Tensor, targets: Tensor) {
        let tokens = try tensor("tokens")
        return Self.split(tokens.integers(), sequences: tokens.shape[0])
    }

    static func split(_ tokens: [Int32], sequences: Int) -> (inputs: Tensor, targets: Tensor) {
        let time = tokens.count / sequences - 1
        func part(from first: Int) -> Tensor {
            var part: [Int32] = []
            for sequence in 0..<sequences {
                let start = sequence * (time + 1) + first
                part += tokens[start..<start + time]
            }
            return Tensor(part, shape: [sequences, time])
        }
        return (part(from: 0), part(from: 1))
    }
}
