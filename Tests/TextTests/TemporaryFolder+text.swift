import Foundation
import TestKit

extension TemporaryFolder {
    /// Everything that a language model has, very small, with random weights: what it writes means nothing, but how the
    /// program behaves can be tried without a real one.
    static let randomModel = Repository.file("Tests/Fixtures/llama/tiny-text")

    /// Copies a model of random weights, without `absent`.
    func addModel(_ name: String, without absent: [String] = []) throws {
        let target = url.appendingPathComponent(name)
        try FileManager.default.copyItem(at: Self.randomModel, to: target)
        for file in absent { try FileManager.default.removeItem(at: target.appendingPathComponent(file)) }
    }

    /// Runs `text` here with a model of random weights.
    func text(_ verb: String, _ arguments: String..., input: String? = nil) throws -> ProgramRun {
        try ProgramRun(
            "text", [verb, "--model", Self.randomModel.path] + arguments, input: input.map { Data($0.utf8) }, in: url)
    }
}

extension ProgramRun {
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}
